"""Items of a node that streams, on their way to who asked for them."""

from __future__ import annotations

from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, Callable

from ._branches import plain_task
from ._config import GRACE
from ._node import Node
from ._wait import outlast

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import AsyncGenerator, Coroutine

# Items that a node may be ahead of who takes them.
_AHEAD = 16


class Stream:
    """Hands items over as they come; a node that is too far ahead waits."""

    def __init__(self) -> None:
        """Begin without an item."""
        from asyncio import Queue, Semaphore

        self._queue: Queue[tuple[Any, ...]] = Queue()
        self._room = Semaphore(_AHEAD)
        self._made: list[Any] = []
        self._taken: list[Any] = []

    def pumping(self, node: Node) -> Node:
        """Give a node that hands over the items of another, and gives all of them, or its result, in the end."""

        async def put(item: Any) -> None:
            self._made.append(item)
            await self._room.acquire()
            self._queue.put_nowait((item,))

        async def pump(*args: Any, **kwargs: Any) -> Any:
            if node.pieces is not None:
                return await node.pieces(put, *args, **kwargs)
            items = []
            given = node.items(*args, **kwargs)
            try:
                async for item in given:
                    items.append(item)
                    await put(item)
            finally:
                if isinstance(given, AsyncGeneratorType):
                    await given.aclose()
            return items

        pumping = Node(node.name, pump, kind=node.kind, middleware=node.middleware)
        pumping.partial = lambda cancelled: list(self._taken if cancelled else self._made)
        return pumping

    async def items(self, work: Coroutine[Any, Any, Any], gave: Callable[[Any], None]) -> AsyncGenerator[Any]:
        """Run the call, and give its items, and its result to `gave`. When it is closed, the call is cancelled."""
        import asyncio

        task = plain_task(asyncio.get_running_loop(), work)
        task.add_done_callback(self._over)
        try:
            while entry := await self._queue.get():
                self._room.release()
                self._taken.append(entry[0])
                yield entry[0]
            # What it failed with is raised here.
            gave(task.result())
        finally:
            if not task.done():
                task.cancel()
                cancelled = await outlast((task,), GRACE)
                if cancelled is not None:
                    raise cancelled

    def _over(self, task: Task[Any]) -> None:
        """Tell whoever takes items that this is the end; one who left is not told what it failed with."""
        # An empty entry is the end.
        self._queue.put_nowait(())
        if not task.cancelled():
            task.exception()
