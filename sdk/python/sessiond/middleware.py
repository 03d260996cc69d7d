"""What can be put around a node: `function_node(middleware=[Retry(), Timeout(5)])`; the first one is outermost."""

from __future__ import annotations

import threading
from collections import deque
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Callable
from weakref import WeakKeyDictionary

from . import _clock
from ._config import GRACE
from ._fork import in_child
from ._node import Node
from ._scope import current
from .errors import ControlError, NodeError, NodeTimeoutError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Awaitable

    from ._scope import Scope
    from ._session import Session

    Proceed = Callable[..., Awaitable[Any]]


# Seconds from which on a pause between two attempts is recorded.
_RECORDED = 1.0


class Middleware:
    """Something around a node. Make a subclass, or one of a function, to have one of your own."""

    _function: Callable[..., Awaitable[Any]] | None = None

    def __init__(self, function: Callable[..., Awaitable[Any]] | None = None, name: str | None = None) -> None:
        """Make one of an asynchronous function, which takes what is inside and then the node's arguments."""
        if function is not None and not callable(function):
            raise NodeError(f"middleware is made of a function, not of {function!r}")
        self._function = function
        self.name = name or getattr(function, "__name__", type(self).__name__)

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run what is inside with `await proceed(*args, **kwargs)`, as often as it takes, and give the result."""
        if self._function is not None:
            return await self._function(proceed, *args, **kwargs)
        return await proceed(*args, **kwargs)


class Retry(Middleware):
    """Tries again when a node fails.

    Each attempt, and each pause of a second or more between two, is a call of its own in the record, under that of the
    node: a program that was killed goes on in the attempt, or with what is left of the pause, in which it was.
    """

    def __init__(
        self,
        max: int = 3,
        *,
        backoff: float = 0.1,
        factor: float = 2.0,
        longest: float = 60.0,
        jitter: float = 0.0,
        on: type[Exception] | tuple[type[Exception], ...] | Callable[[Exception], bool] = Exception,
        never: type[Exception] | tuple[type[Exception], ...] = (),
    ) -> None:
        """Describe how a node is tried again.

        Args:
            max: How often it is tried in all.
            backoff: Seconds to wait after the first failure.
            factor: How many times as long each pause is as the one before.
            longest: The longest pause, in seconds.
            jitter: The part of a pause, from 0 to 1, by which it is shortened at random.
            on: The errors after which it is tried again: their classes, or a function that says so of an error.
            never: Classes of errors after which it is not.
        """
        if max < 1:
            raise ValueError(f"a node is tried once or more, not {max!r} times")
        if not 0 <= jitter <= 1:
            raise ValueError(f"jitter is a part of a pause, from 0 to 1, not {jitter!r}")
        if backoff < 0 or longest < 0 or factor < 0:
            raise ValueError("a pause has 0 seconds or more")
        self._max = max
        self._backoff = backoff
        self._factor = factor
        self._longest = longest
        self._jitter = jitter
        self._on = on
        self._never = never

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Try until it succeeds, or has failed so often."""
        from ._concurrency import sleep

        scope = current.get()
        if scope is None:
            raise NodeError("middleware runs within a call alone", "no_session")
        for number in range(1, self._max):
            attempt = Node(f"{node.name} (attempt {number})", proceed, kind=node.kind, final=False)
            try:
                return await scope.session._coordinator.call(scope, attempt, args, kwargs)
            except ControlError:
                raise
            except Exception as error:
                if not self._tries_after(error):
                    raise
            pause = self._pause(number, scope)
            await (sleep(pause) if pause >= _RECORDED else _clock.sleep(pause))
        last = Node(f"{node.name} (attempt {self._max})", proceed, kind=node.kind)
        return await scope.session._coordinator.call(scope, last, args, kwargs)

    def _tries_after(self, error: Exception) -> bool:
        if isinstance(error, self._never):
            return False
        if isinstance(self._on, (type, tuple)):
            return isinstance(error, self._on)
        return bool(self._on(error))

    def _pause(self, number: int, scope: Scope) -> float:
        """Give the seconds to wait after an attempt; they are the same when the program runs again."""
        from random import Random

        try:
            pause = min(self._backoff * self._factor ** (number - 1), self._longest)
        except OverflowError:
            pause = self._longest
        if not self._jitter:
            return pause
        chance = Random(f"{scope.session.id}/{scope.main.frame.first}/{number}")
        return pause * (1 - self._jitter * chance.random())


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

        from ._wait import outlast

        scope = current.get()
        task = asyncio.ensure_future(proceed(*args, **kwargs))
        try:
            done, _ = await asyncio.wait((task,), timeout=self._seconds)
        except asyncio.CancelledError as error:
            task.cancel()
            raise (await outlast((task,), GRACE) or error) from None
        if done:
            return task.result()
        if scope is not None:
            scope.main.overdue = True
        task.cancel()
        cancelled = await outlast((task,), GRACE)
        if cancelled is not None:
            raise cancelled
        raise NodeTimeoutError(f"{node.name} gave no answer within {self._seconds} s, its time-out", "timeout")


class Lock(Middleware):
    """Lets one call at a time through, of all nodes of this process that name the same lock."""

    def __init__(self, name: str) -> None:
        """Use the lock of that name."""
        with _locks_guard:
            self._lock = _locks.setdefault(name, _NamedLock(name))

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run it when nobody else holds the lock. One whose own caller holds it is refused: it would wait for ever."""
        holding = await self._lock.acquire(node)
        token = _holdings.set((*_holdings.get(), holding))
        try:
            return await proceed(*args, **kwargs)
        finally:
            self._lock.release(holding)
            try:
                _holdings.reset(token)
            except ValueError:
                # What was never finished is closed by the garbage collector, wherever that happens to run.
                pass


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

    def __init__(self, name: str) -> None:
        self.name = name
        self.holding: _Holding | None = None
        self.waiting: deque[_Waiting] = deque()

    async def acquire(self, node: Node) -> _Holding:
        from asyncio import CancelledError, get_running_loop

        mine = tuple(holding for holding in _holdings.get() if holding.is_held)
        with _locks_guard:
            if self.holding is None:
                self.holding = _Holding(self)
                return self.holding
            self._check(node, mine)
            loop = get_running_loop()
            turn: Future[None] = loop.create_future()
            waiting = _Waiting(self, mine, loop, turn)
            self.waiting.append(waiting)
        try:
            await turn
        except CancelledError:
            with _locks_guard:
                waits = waiting in self.waiting
                if waits:
                    self.waiting.remove(waiting)
            if not waits and waiting.holding is not None:
                # It was this one's turn already: it passes to the next.
                self.release(waiting.holding)
            raise
        assert waiting.holding is not None
        return waiting.holding

    def release(self, holding: _Holding) -> None:
        holding.is_held = False
        while True:
            with _locks_guard:
                if self.holding is not holding:
                    return
                if not self.waiting:
                    self.holding = None
                    return
                waiting = self.waiting.popleft()
                holding = self.holding = waiting.holding = _Holding(self)
            try:
                waiting.loop.call_soon_threadsafe(_wake, waiting.turn)
            except RuntimeError:
                # That loop is closed, so nobody waits there.
                holding.is_held = False
                continue
            return

    def _check(self, node: Node, mine: tuple[_Holding, ...]) -> None:
        """Refuse to wait for what cannot come: a lock whose holder waits, by itself or through others, for this one."""
        seen: set[_NamedLock] = set()
        ahead = [self]
        while ahead:
            lock = ahead.pop()
            holding = lock.holding
            if holding is None or lock in seen:
                continue
            seen.add(lock)
            if holding in mine:
                what = (
                    "holds this lock already"
                    if lock is self
                    else f"holds the lock {lock.name!r}, for which the holder of this one waits"
                )
                raise NodeError(f"{node.name} waits for the lock {self.name!r}, but its caller {what}", "deadlock")
            for other in _locks.values():
                ahead.extend(other for waiting in other.waiting if holding in waiting.mine)


class _Holding:
    """One time that a lock is held."""

    __slots__ = ("is_held", "lock")

    def __init__(self, lock: _NamedLock) -> None:
        self.lock = lock
        self.is_held = True


class _Waiting:
    """One that waits for a lock, and what it holds meanwhile."""

    __slots__ = ("holding", "lock", "loop", "mine", "turn")

    def __init__(
        self, lock: _NamedLock, mine: tuple[_Holding, ...], loop: AbstractEventLoop, turn: Future[None]
    ) -> None:
        self.lock = lock
        self.mine = mine
        self.loop = loop
        self.turn = turn
        self.holding: _Holding | None = None


def _wake(turn: Future[None]) -> None:
    # One that is cancelled passes its turn on by itself.
    if not turn.done():
        turn.set_result(None)


_locks_guard = threading.Lock()
_locks: dict[str, _NamedLock] = {}
# What the code holds that runs here: a task or a thread has what its maker holds.
_holdings: ContextVar[tuple[_Holding, ...]] = ContextVar("sessiond_locks", default=())


@in_child
def _forked() -> None:
    """Free all locks: none of those who hold them or wait for them is in this process."""
    global _locks_guard  # noqa: PLW0603
    _locks_guard = threading.Lock()
    for lock in _locks.values():
        if lock.holding is not None:
            lock.holding.is_held = False
        lock.holding = None
        lock.waiting = deque()
