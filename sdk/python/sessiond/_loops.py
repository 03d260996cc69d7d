"""Event loops for those who have none."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Callable

from ._branches import plain_task, watch

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Coroutine

# Seconds for which what was interrupted may clean up; longer than a call may take for that.
_GRACE = 6.0


class Loops:
    """The loops that a session runs its synchronous calls on, one for each thread that makes any."""

    def __init__(self) -> None:
        """Begin without a loop."""
        self._local = threading.local()
        self._lock = threading.Lock()
        self._all: list[AbstractEventLoop] = []
        self._closed = False

    def run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run something to its end, from any thread, also from one whose loop is running."""
        from asyncio import _get_running_loop

        return self._run(work) if _get_running_loop() is None else self._run_aside(work)

    def close(self) -> None:
        """Close the loops that do not run."""
        with self._lock:
            self._closed = True
            loops, self._all = self._all, []
        for loop in loops:
            if not loop.is_running() and not loop.is_closed():
                _close(loop)

    def _run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        import asyncio

        loop: AbstractEventLoop | None = getattr(self._local, "loop", None)
        if loop is None or loop.is_closed():
            loop = self._local.loop = asyncio.new_event_loop()
            self._all.append(loop)
        try:
            return _run_on(loop, work())
        finally:
            with self._lock:
                closed = self._closed
            if closed and not loop.is_closed():
                _close(loop)

    def _run_aside(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Run something in a thread of its own, while this one waits."""
        import asyncio

        outcome: list[Any] = []

        def run() -> None:
            loop = asyncio.new_event_loop()
            try:
                outcome.extend((True, _run_on(loop, work())))
            except BaseException as error:
                outcome.extend((False, error))
            finally:
                _close(loop)

        thread = threading.Thread(target=copy_context().run, args=(run,), name="sessiond-call", daemon=True)
        thread.start()
        thread.join()
        well, value = outcome
        if well:
            return value
        raise value


def _run_on(loop: AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:
    """Run something to its end on a loop; when this is interrupted, let it clean up first."""
    import asyncio

    watch(loop)
    task = plain_task(loop, work)
    try:
        return loop.run_until_complete(task)
    finally:
        if not task.done():
            task.cancel()
            loop.run_until_complete(asyncio.wait((task,), timeout=_GRACE))
        if task.done() and not task.cancelled():
            task.exception()
        left = asyncio.all_tasks(loop)
        if left:
            for one in left:
                one.cancel()
            loop.run_until_complete(asyncio.wait(left, timeout=_GRACE))


def _close(loop: AbstractEventLoop) -> None:
    from asyncio import _get_running_loop

    try:
        # Where another loop is running, this one can only be closed as it is.
        if _get_running_loop() is None:
            loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
