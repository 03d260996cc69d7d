"""The items of a generator that is not asynchronous, which runs in a thread of its session."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Callable

from ._config import GRACE
from ._scope import current
from .errors import NodeError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Queue
    from collections.abc import AsyncGenerator, Iterator

# Items that a generator may be ahead of who takes them.
_AHEAD = 16


async def items(function: Callable[..., Iterator[Any]], args: Any, kwargs: Any) -> AsyncGenerator[Any]:
    """Run a generator in one thread from its beginning to its end, and give its items as they come.

    When nobody takes them any more it is closed at its next item; one that comes to none in time is left to itself.
    """
    import asyncio

    scope = current.get()
    if scope is None:
        raise NodeError("a generator runs within a call alone", "no_session")
    handing = _Handing(asyncio.get_running_loop())

    def run() -> None:
        scope.threaded = True
        handing.run(function(*args, **kwargs))

    task = asyncio.ensure_future(scope.session._coordinator.in_thread(scope, run))
    # An empty entry is the end.
    task.add_done_callback(lambda task: handing.queue.put_nowait(()))
    try:
        while entry := await handing.queue.get():
            handing.room.release()
            yield entry[0]
        # What it failed with is raised here.
        task.result()
    finally:
        handing.stop()
        if not task.done():
            await asyncio.wait((task,), timeout=GRACE)
        if not task.done():
            task.cancel()
            await asyncio.wait((task,))


class _Handing:
    """Hands items over from a thread to a loop."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        from asyncio import Queue

        self.queue: Queue[tuple[Any, ...]] = Queue()
        self.room = threading.Semaphore(_AHEAD)
        self._loop = loop
        self._stopped = False

    def run(self, generator: Iterator[Any]) -> None:
        """Hand over all items, in the thread."""
        try:
            for item in generator:
                self.room.acquire()
                if self._stopped:
                    return
                self._loop.call_soon_threadsafe(self.queue.put_nowait, (item,))
        finally:
            close = getattr(generator, "close", None)
            if close is not None:
                close()

    def stop(self) -> None:
        """Have the generator closed at its next item."""
        self._stopped = True
        self.room.release()
