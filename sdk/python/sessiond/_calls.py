"""Calls in the session in which the code runs, or in one of their own."""

from __future__ import annotations

import threading
import warnings
from functools import wraps
from typing import TYPE_CHECKING, Any, Callable, TypeVar, overload

from ._loops import no_loop
from ._node import node_of
from ._open import open_sessions
from ._run import running_loop
from ._scope import current
from ._session import Session
from .errors import ContextError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Generator, Iterable, Mapping

    from typing_extensions import ParamSpec, Unpack

    from ._agent import Agent, AgentResult, Asked
    from ._astream import Stream
    from ._config import Options

    P = ParamSpec("P")

R = TypeVar("R")
T = TypeVar("T")


@overload
async def call(node: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
@overload
async def call(node: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
async def call(node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """Call a node and wait for its result. Outside of any session, the call is a session of its own."""
    scope = current.get()
    if scope is None:
        async with _alone() as session:
            return await session.call(node, *args, **kwargs)
    return await scope.session._coordinator.call(scope, node_of(node), args, kwargs)


@overload
def call_sync(node: Callable[P, Awaitable[R]], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
@overload
def call_sync(node: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
def call_sync(node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """As `call`, from code that is not asynchronous; it may also be called where an event loop is running."""
    scope = current.get()
    if scope is None:
        with _alone(is_async=False) as session:
            return session.call_sync(node, *args, **kwargs)
    return scope.session.call_sync(node, *args, **kwargs)


async def call_batch(
    node: Callable[..., Any],
    /,
    *iterables: Iterable[Any],
    return_exceptions: bool = True,
    max_concurrency: int | None = None,
) -> list[Any]:
    """Call a node once for each item, or each group of items as `map` does, and give the results in their order.

    An error takes the place of a result, or is raised when `return_exceptions` is False or the session's `end_on_error`
    holds; the other calls are cancelled then.
    """
    scope = current.get()
    if scope is None:
        async with _alone() as session:
            return await session.call_batch(
                node, *iterables, return_exceptions=return_exceptions, max_concurrency=max_concurrency
            )
    return await scope.session.call_batch(
        node, *iterables, return_exceptions=return_exceptions, max_concurrency=max_concurrency
    )


@overload
def astream(node: Agent[T], /, user_input: Asked) -> Stream[str, AgentResult[T]]: ...
@overload
def astream(
    node: Callable[P, AsyncIterable[R] | Iterable[R]], /, *args: P.args, **kwargs: P.kwargs
) -> Stream[R, list[R]]: ...
def astream(node: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Stream[Any, Any]:
    """Call a node that is a generator, and give its items as they come, and in the end its `result`.

    All of them together are the recorded result, of which a resumed session gives the same items again. Of an agent it
    gives the text that its model writes; recorded is the agent's result, whose text a resumed session gives in one
    piece.
    """
    scope = current.get()
    if scope is not None:
        return scope.session.astream(node, *args, **kwargs)
    from ._astream import Stream

    return Stream(lambda gave: _stream_alone(node, args, kwargs, gave))


async def _stream_alone(
    node: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], gave: Callable[[Any], None]
) -> AsyncGenerator[Any]:
    # Outside of `with`: between two items, the caller's code is not this session's.
    session = _alone()
    items: Stream[Any, Any] = session.astream(node, *args, **kwargs)
    error: BaseException | None = None
    try:
        async for item in items:
            yield item
        gave(items.result)
    except BaseException as raised:
        error = raised
        raise
    finally:
        await items.aclose()
        await session._aclose(error)


def _alone(*, is_async: bool = True) -> Session:
    """Begin a session for one call that is made outside of any; in a thread, that may be a mistake."""
    if is_async and running_loop() is None:
        raise no_loop()
    if threading.current_thread() is not threading.main_thread():
        around = [session for session in open_sessions() if session._entered and not session._warned]
        for session in around:
            session._warned = True
        if around:
            warnings.warn(
                f"a call in this thread is a session of its own, although session {around[-1].id} is open: a thread "
                "has no session unless it is given one. Use rt.ThreadPool or asyncio.to_thread",
                RuntimeWarning,
                stacklevel=3,
            )
    session = Session()
    # Nobody makes other calls in it.
    session._warned = True
    return session


def broadcast(message: str) -> Sent:
    """Tell whoever listens to the session in which this code runs. The message is on its way, awaited or not."""
    current_session().broadcast(message)
    return Sent()


class Sent:
    """A message that is on its way; there is nothing to wait for."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        """Wait for nothing."""
        return iter(())  # type: ignore[return-value]


def session_id() -> str | None:
    """Give the id of the session in which this code runs; None outside of any."""
    scope = current.get()
    return None if scope is None else scope.session.id


def current_session() -> Session:
    """Give the session in which this code runs."""
    scope = current.get()
    if scope is None:
        raise ContextError("there is no session here; begin one with `with Session():`", "no_session")
    return scope.session


def session(
    context: Mapping[str, Any] | None = None, *, name: str | None = None, **options: Unpack[Options]
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Have each call of a function run in a session of its own, and give its result and that session.

    An asynchronous function gives a coroutine for the two.
    """

    def decorate(function: Callable[P, Any]) -> Callable[P, Any]:
        if node_of(function).is_async:

            @wraps(function)
            async def run(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Session]:
                async with Session(context, name=name, **options) as session:
                    result = await function(*args, **kwargs)
                return result, session
        else:

            @wraps(function)
            def run(*args: P.args, **kwargs: P.kwargs) -> Any:
                with Session(context, name=name, **options) as session:
                    result = function(*args, **kwargs)
                return result, session

        return run

    return decorate
