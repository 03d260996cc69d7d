"""Somebody who looks at a call before it runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import Any, Callable, Optional, overload

from ._functions import settled
from .errors import NodeInvocationError
from .middleware import Middleware


@dataclass
class Verdict:
    """What somebody says of a call."""

    accepted: bool
    """Whether it may run."""
    comment: Optional[str] = None
    """Why, or why not."""
    args: Optional[tuple[Any, ...]] = None
    """The arguments that it runs with in the place of its own."""
    kwargs: Optional[dict[str, Any]] = None
    """As `args`, those by name."""


class VerifierRejectedError(NodeInvocationError):
    """A call was not accepted, so it did not run."""

    def __init__(self, message: str = "rejected", code: str = "rejected") -> None:
        """Make one of why it was not."""
        super().__init__(message, code)


@overload
def verifier(
    approve: Callable[..., Any], /, *, timeout: float | None = None, name: str | None = None
) -> Middleware: ...
@overload
def verifier(
    *, timeout: float | None = None, name: str | None = None
) -> Callable[[Callable[..., Any]], Middleware]: ...
def verifier(approve: Any = None, /, *, timeout: float | None = None, name: str | None = None) -> Any:
    """Make middleware of a function, async or not, which is given a call's arguments and gives a `Verdict`.

    What it says is a recorded call of its own, so that a program that runs again is told the same. Who says
    nothing within `timeout` seconds has not accepted.
    """
    if approve is None:
        return lambda approve: verifier(approve, timeout=timeout, name=name)

    @wraps(approve)
    async def verify(call: Any, *args: Any, **kwargs: Any) -> Any:
        verdict = await _verdict(approve, timeout, args, kwargs)
        if not verdict.accepted:
            raise VerifierRejectedError(verdict.comment or "rejected")
        return await call(
            *(args if verdict.args is None else verdict.args), **(kwargs if verdict.kwargs is None else verdict.kwargs)
        )

    return Middleware(verify, name)


async def _verdict(
    approve: Callable[..., Any], timeout: float | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Verdict:
    import asyncio

    from ._callable import name_of
    from ._calls import call
    from ._node import Node

    async def ask(*args: Any, **kwargs: Any) -> Verdict:
        review = asyncio.ensure_future(_asked(approve, args, kwargs))
        done, _ = await asyncio.wait((review,), timeout=timeout)
        if not done:
            review.cancel()
            return Verdict(False, "timeout")
        verdict = review.result()
        if not isinstance(verdict, Verdict):
            raise TypeError(f"{name_of(approve)} gives a Verdict, not {verdict!r}")
        return verdict

    ask.__sessiond_node__ = node = Node(name_of(approve), ask, kind="other")  # type: ignore[attr-defined]
    node.owner = ask
    verdict: Verdict = await call(ask, *args, **kwargs)
    return verdict


async def _asked(approve: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return await settled(approve(*args, **kwargs))
