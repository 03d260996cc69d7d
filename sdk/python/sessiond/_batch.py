"""Many calls of one node, so many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ._branches import plain_task
from ._config import GRACE
from ._wait import outlast
from .errors import ControlError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable


async def batch(
    call: Callable[[tuple[Any, ...]], Awaitable[Any]],
    items: Iterable[tuple[Any, ...]],
    limit: int,
    raises: bool,
) -> list[Any]:
    """Make the calls in the order of the items, and give the results in that order."""
    import asyncio

    results: list[Any] = []
    rest = iter(items)
    loop = asyncio.get_running_loop()
    workers: set[asyncio.Task[None]] = set()
    failed: list[BaseException] = []
    over = loop.create_future()

    def add() -> None:
        worker = plain_task(loop, work())
        workers.add(worker)
        worker.add_done_callback(ended)

    async def work() -> None:
        first = True
        # Taking an item and beginning its call is one step, so that calls begin in the order of their items: that is
        # how a program which is resumed finds them again.
        for item in rest:
            if first and len(workers) < limit:
                add()
            first = False
            place = len(results)
            results.append(None)
            try:
                results[place] = await call(item)
            except ControlError:
                # The session ends: that is the result of no call.
                raise
            except Exception as error:
                if raises:
                    raise
                results[place] = error

    def ended(worker: asyncio.Task[None]) -> None:
        workers.discard(worker)
        error = asyncio.CancelledError() if worker.cancelled() else worker.exception()
        if error is not None:
            failed.append(error)
        if (failed or not workers) and not over.done():
            over.set_result(None)

    add()
    try:
        await over
    finally:
        left = list(workers)
        for worker in left:
            worker.cancel()
        cancelled = await outlast(left, GRACE)
        if cancelled is not None:
            raise cancelled
    if failed:
        raise failed[0]
    return results
