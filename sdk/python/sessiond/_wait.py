"""Waits that no cancellation breaks off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import CancelledError, Future
    from collections.abc import Iterable


async def outlast(futures: Iterable[Future[Any]], timeout: float | None) -> CancelledError | None:
    """Wait until all are done or the time is over, however often this task is cancelled meanwhile.

    Returns the cancellation that the caller has to raise then. anyio cancels a task again at each turn of the loop, so
    one more cancellation says nothing new.
    """
    import asyncio

    left = {future for future in futures if not future.done()}
    cancelled: asyncio.CancelledError | None = None
    until = None if timeout is None else asyncio.get_running_loop().time() + timeout
    while left:
        rest = None if until is None else until - asyncio.get_running_loop().time()
        if rest is not None and rest <= 0:
            break
        try:
            _, left = await asyncio.wait(left, timeout=rest)
        except asyncio.CancelledError as error:
            if cancelled is None or not _is_of_a_scope(error):
                cancelled = error
            left = {future for future in left if not future.done()}
    return cancelled


def _is_of_a_scope(error: CancelledError) -> bool:
    """Whether anyio's own scope cancelled, which does so again; a cancellation of asyncio comes once."""
    return bool(error.args) and str(error.args[0]).startswith("Cancelled ")
