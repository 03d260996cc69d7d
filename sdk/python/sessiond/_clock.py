"""The time of programs. Tests may skip it; see `sessiond.testing.skip_time`."""

from __future__ import annotations

import time
from heapq import heappop, heappush
from itertools import count

# Seconds for which everything else may go on before a pause is skipped.
_REST = 0.005


class Skipping:
    """A time in which nobody waits: the pause that ends first ends when nothing else goes on."""

    def __init__(self) -> None:
        """Begin at the real time."""
        self.ahead = 0.0
        """Seconds by which this time is ahead of the real one."""
        self._pauses: list[tuple[float, int]] = []
        self._numbers = count()

    async def sleep(self, seconds: float) -> None:
        """Wait until this pause is the one that ends first, and skip to its end."""
        import asyncio

        pause = (now() + seconds, next(self._numbers))
        heappush(self._pauses, pause)
        try:
            while True:
                await asyncio.sleep(_REST)
                if self._pauses[0] == pause or pause[0] <= now():
                    break
            self.ahead += max(pause[0] - now(), 0.0)
        finally:
            if self._pauses[0] == pause:
                heappop(self._pauses)
            else:
                self._pauses.remove(pause)
                self._pauses.sort()


skipping: Skipping | None = None
"""What skips time, while a test has it skipped."""


def now() -> float:
    """Give the time, in seconds since the epoch."""
    return time.time() if skipping is None else time.time() + skipping.ahead


async def sleep(seconds: float) -> None:
    """Wait."""
    import asyncio

    await (asyncio.sleep(seconds) if skipping is None else skipping.sleep(seconds))
