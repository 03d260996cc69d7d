"""The order in which a resumed program is given what its calls came to.

A replayed call could be given its outcome at once. Where a program waits for several, it is given when everything that
the record has before it has happened again, so that whichever came first then comes first now. A turn that does not
come is skipped: what should have come before it is not made any more, or takes its time.
"""

from __future__ import annotations

import threading
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from ._branches import ancestors
from .errors import ReplayError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, Task

    from ._native import Execution, Recorded
    from ._scope import Scope

# Seconds for which nothing else happens before a turn is skipped.
_PATIENCE = 0.05
# As many times, when the program's event loop has other work, or another thread may be about to go on.
_BUSY = 20
# Rounds of the event loop for which a turn waits until nothing else is ready.
_ROUNDS = 50
# As many, on a loop that does not show what is ready (uvloop).
_BLIND = 20
# Seconds for which a call that was cancelled may wait for that, beside those that it took then.
_KEPT = 5.0


class Turns:
    """Hands turns to those who wait for them, on whichever event loop."""

    def __init__(self, execution: Execution) -> None:
        """Begin where the record begins."""
        self._execution = execution
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, int, AbstractEventLoop, Future[None]]] = []
        self._number = count()

    def advance(self) -> None:
        """Wake those whose turn has come."""
        if not self._waiting:
            return
        ready = []
        with self._lock:
            turn = self._execution.turn
            while self._waiting and self._waiting[0][0] <= turn:
                ready.append(heappop(self._waiting))
        for _, _, loop, waiter in ready:
            _wake(loop, waiter)

    async def come(self, turn: int) -> None:
        """Wait for a turn, which then passes."""
        try:
            await self._wait(turn)
        finally:
            self._execution.pass_turn(turn)
            self.advance()

    async def follow(self, turn: int) -> None:
        """Wait until everything that is recorded before a turn has happened again."""
        if not self._execution.is_replayed:
            await self._wait(turn)
            self.advance()

    async def end(self) -> None:
        """Wait until everything that is recorded has happened again: what is new comes after it."""
        await self.follow(self._execution.last_turn)

    async def cancelled(self, scope: Scope, name: str, recorded: Recorded) -> None:
        """Wait to be cancelled, as this call was when it was recorded. The timer that did it then does it now."""
        import asyncio

        turn = recorded.turn
        if turn is None:
            return
        try:
            await self._wait(turn)
            _fire(ancestors(scope))
            await asyncio.sleep(recorded.took + _KEPT)
        finally:
            self._execution.pass_turn(turn)
            self.advance()
        raise ReplayError(
            f"the program differs from what was recorded: {name} was cancelled then, and nothing cancels it now. "
            "Resume with the program that was recorded, or fork the session at that call",
            "Differs",
        )

    async def _wait(self, turn: int) -> None:
        from asyncio import get_running_loop

        loop = get_running_loop()
        waiter: Future[None] = loop.create_future()
        with self._lock:
            heappush(self._waiting, (turn, next(self._number), loop, waiter))
        self.advance()
        look = _Look(self, loop, waiter, turn)
        try:
            await waiter
        finally:
            look.cancel()
            if waiter.cancelled():
                with self._lock:
                    self._waiting = [entry for entry in self._waiting if entry[3] is not waiter]
                    self._waiting.sort()

    @property
    def is_waited_for(self) -> bool:
        """Whether somebody waits for a turn."""
        return bool(self._waiting)

    def _first(self) -> int | None:
        with self._lock:
            return self._waiting[0][0] if self._waiting else None

    def _skip_to(self, turn: int) -> None:
        self._execution.skip_to(turn)
        self.advance()


class _Look:
    """Looks from time to time whether a turn still may come."""

    def __init__(self, turns: Turns, loop: AbstractEventLoop, waiter: Future[None], turn: int) -> None:
        """Begin to look."""
        self._turns = turns
        self._loop = loop
        self._waiter = waiter
        self._turn = turn
        self._seen = turns._execution.turn
        self._looks = 0
        self._handle = loop.call_later(_PATIENCE, self._look)

    def cancel(self) -> None:
        """Look no more."""
        self._handle.cancel()

    def _look(self) -> None:
        if self._waiter.done():
            return
        now = self._turns._execution.turn
        self._looks = self._looks + 1 if now == self._seen else 0
        self._seen = now
        if self._looks and self._turns._first() == self._turn:
            is_busy = bool(getattr(self._loop, "_ready", None)) or _other_threads()
            if not is_busy or self._looks >= _BUSY:
                self._turns._skip_to(self._turn)
                return
        self._handle = self._loop.call_later(_PATIENCE, self._look)


def _other_threads() -> bool:
    return any(thread.name.startswith("sessiond-") for thread in threading.enumerate())


def _wake(loop: AbstractEventLoop, waiter: Future[None]) -> None:
    from asyncio import _get_running_loop

    def wake(round: int = 0) -> None:
        if waiter.done():
            return
        if round < _ROUNDS and getattr(loop, "_ready", round < _BLIND):
            # What the turn before this one set going comes to rest first.
            loop.call_soon(wake, round + 1)
            return
        waiter.set_result(None)

    try:
        if _get_running_loop() is loop:
            loop.call_soon(wake)
        else:
            loop.call_soon_threadsafe(wake)
    except RuntimeError:
        # The loop is closed, and with it what waited there.
        pass


def _fire(tasks: list[Task[Any]]) -> None:
    """Have the next time-out that cancels one of these tasks do so now.

    It may be one of `asyncio.timeout`, `asyncio.wait_for` or anyio. A loop that shows no timers waits.
    """
    from asyncio import get_running_loop

    loop = get_running_loop()
    waits = [getattr(task, "_fut_waiter", None) for task in tasks]
    for handle in sorted(getattr(loop, "_scheduled", ()), key=lambda handle: handle.when()):
        if handle.cancelled():
            continue
        owner = getattr(handle._callback, "__self__", None)
        if owner is not None and getattr(owner, "_host_task", None) in tasks and hasattr(owner, "deadline"):
            owner.deadline = float("-inf")
            return
        if getattr(owner, "_task", None) in tasks or any(
            waiter is not None and any(given is waiter for given in handle._args or ()) for waiter in waits
        ):
            callback, args = handle._callback, handle._args or ()
            loop.call_soon(callback, *args, context=handle._context)
            handle.cancel()
            return
