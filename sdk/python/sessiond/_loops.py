"""Event loops for those who have none: one for each thread, as long as the thread lives."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Callable

from ._branches import plain_task, watch
from ._fork import end_in_child, in_child
from ._starting import start
from ._state import is_a
from .errors import ContextError

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import Coroutine

    Work = Callable[[], Coroutine[Any, Any, Any]]

# Seconds for which what was interrupted may clean up; longer than a call may take for that.
_GRACE = 6.0


def run(work: Work) -> Any:
    """Run something to its end, from any thread, also from one whose loop is running."""
    from asyncio import _get_running_loop

    return _own().run(work) if _get_running_loop() is None else _beside().run(work)


class _Own:
    """The loop of a thread, which all sessions use that it makes calls in: what is bound to a loop stays usable."""

    def __init__(self) -> None:
        import asyncio

        self.process = os.getpid()
        self._loop = asyncio.new_event_loop()

    @property
    def is_closed(self) -> bool:
        return self._loop.is_closed()

    def run(self, work: Work) -> Any:
        return _run_on(self._loop, work())

    def close(self) -> None:
        # A forked process shares the file of its parent's loop, which closing it there would change.
        if self.process != os.getpid() or self._loop.is_running() or self._loop.is_closed():
            return
        try:
            # Where another loop is running, this one can only be closed as it is.
            from asyncio import _get_running_loop

            if _get_running_loop() is None:
                self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    def __del__(self) -> None:
        try:
            self.close()
        except Exception:
            # The interpreter is ending.
            pass


class _Beside:
    """A thread with a loop, for a thread whose own loop is running and has to wait."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._jobs: deque[_Job | None] = deque()
        jobs = (self._ready, self._jobs)
        start(threading.Thread(target=_serve, args=jobs, name="sessiond-call", daemon=True))

    def run(self, work: Work) -> Any:
        job = _Job(work)
        with self._ready:
            self._jobs.append(job)
            self._ready.notify()
        return job.result()

    def __del__(self) -> None:
        # Its thread ends. In a forked process, somebody may hold the lock who was left behind.
        if self._ready.acquire(timeout=1):
            self._jobs.append(None)
            self._ready.notify()
            self._ready.release()


class _Job:
    """What a thread runs for another one."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._context = copy_context()
        self._done = threading.Event()
        self._value: Any = None
        self._error: BaseException | None = None
        self._loop: AbstractEventLoop | None = None
        self._task: Task[Any] | None = None

    def perform(self, own: _Own) -> None:
        """Run it in this thread."""
        try:
            self._value = self._context.run(_run_on, own._loop, self._work(), self)
        except BaseException as error:
            self._error = error
        self._task = None
        end_in_child(own.process, self._error)
        self._done.set()

    def started(self, loop: AbstractEventLoop, task: Task[Any]) -> None:
        self._loop, self._task = loop, task

    def result(self) -> Any:
        interrupted: BaseException | None = None
        until = 0.0
        while not self._done.is_set() and (interrupted is None or time.monotonic() < until):
            try:
                self._done.wait(None if interrupted is None else max(until - time.monotonic(), 0))
            except BaseException as error:
                # A signal: what runs for it is cancelled, and cleans up.
                if interrupted is None:
                    interrupted, until = error, time.monotonic() + _GRACE
                    self._cancel()
        if interrupted is not None:
            raise interrupted
        if self._error is None:
            return self._value
        try:
            raise self._error
        finally:
            # An error that knows its own frame would keep all that the frame holds alive.
            self._error = None

    def _cancel(self) -> None:
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            loop.call_soon_threadsafe(task.cancel)


class _Local(threading.local):
    own: _Own | None = None
    beside: _Beside | None = None


_local = _Local()
# What a forked process keeps of its parent without touching it.
_left: list[Any] = []


@in_child
def _forked() -> None:
    """Let this process make loops of its own."""
    global _local  # noqa: PLW0603
    _left.append(_local)
    _local = _Local()


@atexit.register
def _close() -> None:
    """Close the loop of the thread that ends the program; other threads close their own."""
    if _local.own is not None:
        _local.own.close()


def _own() -> _Own:
    own = _local.own
    if own is None or own.is_closed:
        own = _local.own = _Own()
    return own


def _beside() -> _Beside:
    beside = _local.beside
    if beside is None:
        beside = _local.beside = _Beside()
    return beside


def _serve(ready: threading.Condition, jobs: deque[_Job | None]) -> None:
    own = _own()
    while True:
        with ready:
            while not jobs:
                ready.wait()
            job = jobs.popleft()
        if job is None:
            own.close()
            return
        job.perform(own)
        del job


def _run_on(loop: AbstractEventLoop, work: Coroutine[Any, Any, Any], job: _Job | None = None) -> Any:
    """Run something to its end on a loop; when this is interrupted, however often, let it clean up first."""
    import asyncio

    watch(loop)
    error: BaseException | None
    task = plain_task(loop, _outcome(work))
    if job is not None:
        job.started(loop, task)
    try:
        value, error = loop.run_until_complete(task)
    finally:
        if not task.done():
            _end(loop, {task})
        if task.done() and not task.cancelled():
            task.exception()
        _end(loop, asyncio.all_tasks(loop))
    if error is None:
        return value
    try:
        raise error
    finally:
        # An error that knows its own frame would keep all that the frame holds alive.
        error = None


async def _outcome(work: Coroutine[Any, Any, Any]) -> tuple[Any, BaseException | None]:
    """Give what something comes to: asyncio looks at the class of an error that leaves its loop, which may fail."""
    try:
        return await work, None
    except BaseException as error:
        if is_a(error, SystemExit, KeyboardInterrupt):
            raise
        return None, error


def _end(loop: AbstractEventLoop, tasks: set[Task[Any]]) -> None:
    """Cancel tasks, and wait for a while until they have cleaned up."""
    import asyncio

    for task in tasks:
        task.cancel()
    until = time.monotonic() + _GRACE
    while (left := {task for task in tasks if not task.done()}) and time.monotonic() < until:
        try:
            loop.run_until_complete(asyncio.wait(left, timeout=max(until - time.monotonic(), 0)))
        except (KeyboardInterrupt, SystemExit):
            # The second of two: the first one is on its way.
            continue


def no_loop() -> ContextError:
    """Make the error of a call that is awaited where asyncio does not run."""
    return ContextError(
        "a call is awaited under asyncio, and its event loop does not run here (trio has another one); "
        "use call_sync, in a thread where the loop must go on",
        "no_loop",
    )
