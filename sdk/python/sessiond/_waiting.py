"""The calls of a session that wait for something from outside, and whether anything else goes on beside them."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable

from .errors import Interrupted

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Iterator

    from ._coordinator import Coordinator
    from ._native import Execution, Work
    from ._scope import Scope

    Tell = Callable[[str, Any], None]
    Begin = Callable[[Callable[..., Any], Tell], Work]

# Seconds between two looks at what goes on.
_TICK = 0.05
# Seconds for which nothing may go on before a program is at rest.
_REST = 0.15


class _Call:
    """A call that waits."""

    __slots__ = ("question", "until", "what")

    def __init__(self, what: str) -> None:
        """Note in words what it waits for."""
        self.what = what
        self.question: str | None = None
        self.until = float("inf")
        """Until when this process waits, whatever goes on beside it."""


class Waiting:
    """The calls of a session that wait for something from outside."""

    def __init__(self, coordinator: Coordinator, execution: Execution) -> None:
        """Begin without one."""
        self._coordinator = coordinator
        self._execution = execution
        self._lock = threading.Lock()
        self._calls: list[tuple[_Call, Scope]] = []
        self._seen: object = None
        self._since = 0.0
        self.questions: set[str] = set()
        """The questions that were asked here and are open."""

    @contextmanager
    def call(self, scope: Scope, what: str) -> Iterator[_Call]:
        """Note that a call waits, whose time does not run meanwhile."""
        call = _Call(what)
        # The sessions that this one is within wait as well.
        scopes = [scope.main]
        while (outer := scopes[-1].session._outer) is not None:
            scopes.append(outer.main)
        for within in scopes:
            within.session._coordinator.waiting._begin(call, within)
        try:
            yield call
        finally:
            for within in scopes:
                within.session._coordinator.waiting._end(call, within)

    def _begin(self, call: _Call, scope: Scope) -> None:
        with self._lock:
            self._calls.append((call, scope))
        if scope.run is not None:
            scope.run.pause()

    def _end(self, call: _Call, scope: Scope) -> None:
        if scope.run is not None:
            scope.run.go_on()
        with self._lock:
            self._calls = [entry for entry in self._calls if entry[0] is not call]

    def look(self) -> None:
        """Interrupt the program when it does nothing but wait, and has waited here as long as it is to."""
        with self._lock:
            calls = [call for call, _ in self._calls]
            outer = self._calls[0][1].session._outer if calls else None
        if self._is_at_rest() and (outer is None or outer.session._coordinator.waiting._is_at_rest()):
            self._coordinator.interrupt(self._interrupted(calls))

    def _is_at_rest(self) -> bool:
        """Whether nothing but waiting has gone on for a while."""
        with self._lock:
            now = time.monotonic()
            waits = set()
            for _, of in self._calls:
                scope: Scope | None = of
                while scope is not None and scope.frame.call is not None:
                    waits.add(scope.frame.call)
                    scope = scope.outer
            info = self._execution.info()
            is_busy = info["open"] > len(waits) or any(call.until > now for call, _ in self._calls)
            seen = (info["calls"], info["replayed"], len(self._calls))
            if is_busy or seen != self._seen or self._coordinator.is_replaying:
                self._seen = None if is_busy else seen
                self._since = now
                return False
            return now - self._since >= _REST

    def forked(self) -> None:
        """Wait for nothing: this process was forked from the one that does."""
        self._lock = threading.Lock()
        self._calls = []
        self.questions = set()

    def _interrupted(self, calls: list[_Call]) -> Interrupted:
        session_id = self._execution.id
        questions = [call.question for call in calls if call.question is not None]
        told = "; ".join(call.what for call in calls)
        do = (
            f"answer with sessiond.answer({session_id!r}, …), the console or `sessiond session answer`, "
            if questions
            else ""
        )
        error = Interrupted(f"session {session_id} waits for {told}. To continue, {do}then resume the session")
        error.session_id = session_id
        error.questions = questions
        return error


async def listen(begin: Begin, heard: Callable[[str, Any], bool], tick: Callable[[], None]) -> None:
    """Have work begun in the background, and what it tells heard, until that says so. `tick` is called now and then."""
    import asyncio

    loop = asyncio.get_running_loop()
    told: deque[tuple[str, Any]] = deque()
    waiter: Future[None] = loop.create_future()

    def tell(what: str, value: Any) -> None:
        told.append((what, value))
        if not waiter.done():
            waiter.set_result(None)

    work = begin(loop.call_soon_threadsafe, tell)
    try:
        while True:
            await asyncio.wait((waiter,), timeout=_TICK)
            waiter = loop.create_future()
            while told:
                what, value = told.popleft()
                if what == "error":
                    raise value
                if heard(what, value):
                    return
            tick()
    finally:
        work.cancel()
