"""A top-level call while it runs: its task, its time, and its cancellation."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task

    from ._native import Frame


class Run:
    """A top-level call that runs."""

    __slots__ = ("_paused", "_pauses", "_since", "frame", "is_cancelled", "loop", "over", "reason", "task")

    def __init__(self, frame: Frame, loop: AbstractEventLoop) -> None:
        """Note the call and the loop that it runs on."""
        self.frame = frame
        self.loop = loop
        self.task: Task[Any] | None = None
        self.reason: str | None = None
        """Why it was cancelled: `timeout`, `stopped` or `failed`, or None."""
        self.is_cancelled = False
        self.over = False
        """Whether nobody waits for it any more, so that what is left of it may not go on."""
        self._pauses = 0
        self._paused = 0.0
        self._since = 0.0

    def pause(self) -> None:
        """Let its time stand still: a part of it waits for something from outside."""
        if self._pauses == 0:
            self._since = time.monotonic()
        self._pauses += 1

    def go_on(self) -> None:
        """Let its time run again, when no other part of it waits."""
        self._pauses -= 1
        if self._pauses == 0:
            self._paused += time.monotonic() - self._since

    def left(self) -> float:
        """Give the seconds for which its time stood still since this was last asked."""
        now = time.monotonic()
        paused, self._paused = self._paused, 0.0
        if self._pauses:
            paused += now - self._since
            self._since = now
        return paused

    def cancel(self) -> None:
        """Cancel it, from any thread; once, because the second time would break off its cleanup."""
        task = self.task
        if task is None or self.is_cancelled:
            return
        self.is_cancelled = True
        if running_loop() is self.loop:
            # Python 3.11 and newer say whether somebody else cancelled it, a loop that ends for one.
            if not getattr(task, "cancelling", int)():
                task.cancel()
            return
        try:
            self.loop.call_soon_threadsafe(task.cancel)
        except RuntimeError:
            # The loop is closed, and with it what ran there.
            pass


def running_loop() -> AbstractEventLoop | None:
    from asyncio import _get_running_loop

    return _get_running_loop()
