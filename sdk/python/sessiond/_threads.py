"""Threads that belong to the call that makes them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._callable import name_of
from ._scope import current

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    P = ParamSpec("P")

R = TypeVar("R")


class ThreadPool(ThreadPoolExecutor):
    """A `ThreadPoolExecutor` whose functions run in the session, and in the call, that submitted them.

    Calls that they make are recorded as calls of that call. In the standard library's pool, each would be a session of
    its own.
    """

    def submit(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run a function in a thread; `map` does the same for each item."""
        return super().submit(carried(function), *args, **kwargs)


def carried(function: Callable[P, R]) -> Callable[P, R]:
    """Give a function that runs where this one was called, in this session and in this call, as a branch of it."""
    context = copy_context()
    scope = context.get(current)
    if scope is not None:
        # Threads take turns as they like: what each calls is found by the order in which they were begun.
        context.run(current.set, scope.branch(name_of(function)))

    def run(*args: Any, **kwargs: Any) -> R:
        return context.run(function, *args, **kwargs)

    return run
