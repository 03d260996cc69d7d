"""What can be put around a node: `function_node(middleware=[Retry(), Timeout(5)])`; the first one is outermost."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Callable
from weakref import WeakKeyDictionary

from ._config import GRACE
from ._node import Node
from ._scope import current
from .errors import NodeError, NodeTimeoutError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Awaitable

    from ._session import Session

    Proceed = Callable[..., Awaitable[Any]]


class Middleware:
    """Something around a node. Make a subclass to have one of your own."""

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run what is inside with `await proceed(*args, **kwargs)`, as often as it takes, and give the result."""
        return await proceed(*args, **kwargs)


class Retry(Middleware):
    """Tries again when a node fails.

    Each attempt is a call of its own in the record, under that of the node, so a program that was killed goes on in the
    attempt in which it was.
    """

    def __init__(
        self,
        max: int = 3,
        *,
        backoff: float = 0.1,
        on: type[Exception] | tuple[type[Exception], ...] = Exception,
    ) -> None:
        """Try `max` times in all; after the first failure wait `backoff` seconds, and each time twice as long."""
        if max < 1:
            raise ValueError(f"a node is tried once or more, not {max!r} times")
        self._max = max
        self._backoff = backoff
        self._on = on

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Try until it succeeds, or has failed so often."""
        from asyncio import sleep

        scope = current.get()
        if scope is None:
            raise NodeError("middleware runs within a call alone", "no_session")
        for number in range(1, self._max):
            attempt = Node(f"{node.name} (attempt {number})", proceed, kind=node.kind, final=False)
            try:
                return await scope.session._coordinator.call(scope, attempt, args, kwargs)
            except self._on:
                await sleep(self._backoff * 2 ** (number - 1))
        last = Node(f"{node.name} (attempt {self._max})", proceed, kind=node.kind)
        return await scope.session._coordinator.call(scope, last, args, kwargs)


class Timeout(Middleware):
    """Stops a node that takes too long, as a session stops a top-level call."""

    def __init__(self, seconds: float) -> None:
        """Allow so many seconds."""
        if not seconds > 0:
            raise ValueError(f"a time-out is a number of seconds above 0, not {seconds!r}")
        self._seconds = seconds

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run it, and cancel it when its time is over."""
        import asyncio

        scope = current.get()
        task = asyncio.ensure_future(proceed(*args, **kwargs))
        try:
            done, _ = await asyncio.wait((task,), timeout=self._seconds)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait((task,), timeout=GRACE)
            raise
        if done:
            return task.result()
        if scope is not None:
            scope.main.overdue = True
        task.cancel()
        await asyncio.wait((task,), timeout=GRACE)
        raise NodeTimeoutError(f"{node.name} gave no answer within {self._seconds} s, its time-out", "timeout")


class Lock(Middleware):
    """Lets one call at a time through, of all nodes of this process that name the same lock."""

    def __init__(self, name: str) -> None:
        """Use the lock of that name."""
        with _locks_guard:
            self._lock = _locks.setdefault(name, _NamedLock())

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run it when nobody else holds the lock."""
        await self._lock.acquire()
        try:
            return await proceed(*args, **kwargs)
        finally:
            self._lock.release()


class MaxCalls(Middleware):
    """Refuses a node after so many calls that ran in one session."""

    def __init__(self, calls: int) -> None:
        """Allow so many calls."""
        self._calls = calls
        self._made: WeakKeyDictionary[Session, int] = WeakKeyDictionary()
        self._guard = threading.Lock()

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run it when there were not too many."""
        scope = current.get()
        if scope is not None:
            with self._guard:
                made = self._made.get(scope.session, 0)
                if made >= self._calls:
                    raise NodeError(f"{node.name} may be called {self._calls} times in a session", "max_calls")
                self._made[scope.session] = made + 1
        return await proceed(*args, **kwargs)


class _NamedLock:
    """A lock for tasks of any event loop, in the order in which they come."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[tuple[AbstractEventLoop, Future[None]]] = deque()

    async def acquire(self) -> None:
        from asyncio import CancelledError, get_running_loop

        with self._guard:
            if not self._held:
                self._held = True
                return
            loop = get_running_loop()
            turn = loop.create_future()
            self._waiting.append((loop, turn))
        try:
            await turn
        except CancelledError:
            with self._guard:
                waits = (loop, turn) in self._waiting
                if waits:
                    self._waiting.remove((loop, turn))
            if not waits:
                # It was this one's turn already: it passes to the next.
                self.release()
            raise

    def release(self) -> None:
        while True:
            with self._guard:
                if not self._waiting:
                    self._held = False
                    return
                loop, turn = self._waiting.popleft()
            try:
                loop.call_soon_threadsafe(_wake, turn)
            except RuntimeError:
                # That loop is closed, so nobody waits there.
                continue
            return


def _wake(turn: Future[None]) -> None:
    # One that is cancelled passes its turn on by itself.
    if not turn.done():
        turn.set_result(None)


_locks_guard = threading.Lock()
_locks: dict[str, _NamedLock] = {}
