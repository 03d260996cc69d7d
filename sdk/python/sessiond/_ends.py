"""The order in which calls end whose ends have to be on disk first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Coroutine


class Ends:
    """The ends of a session's calls: their callers continue in the order in which the calls ended."""

    def __init__(self) -> None:
        """Begin without an end."""
        self._last: WeakKeyDictionary[AbstractEventLoop, Future[None]] = WeakKeyDictionary()
        """Done when the call that ended last on a loop is on disk, and its caller continues."""

    async def on_disk(self, settled: Coroutine[None, None, None]) -> None:
        """Wait until the end of a call is on disk, and those have continued whose calls ended before it."""
        from asyncio import get_running_loop, wait

        loop = get_running_loop()
        before, here = self._last.get(loop), loop.create_future()
        self._last[loop] = here
        try:
            # The thread that writes is waited for by others too: one write is for all that wait.
            await settled
            if before is not None and not before.done():
                await wait((before,))
        finally:
            here.set_result(None)

    async def after_others(self) -> None:
        """Wait until those have continued whose calls ended before."""
        from asyncio import get_running_loop, wait

        before = self._last.get(get_running_loop())
        if before is not None and not before.done():
            await wait((before,))
