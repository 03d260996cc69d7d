"""Threads for what would hold up an event loop."""

from __future__ import annotations

import os
import threading
from collections import deque
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, Callable

from ._fork import end_in_child
from ._starting import start

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

# How many synchronous nodes run at the same time, beside those that other nodes wait for.
LIMIT = 32
# Seconds for which a thread waits for more work.
_IDLE = 10.0


class Job:
    """A function that runs in a thread, and the future that is told what came of it."""

    __slots__ = ("_call", "_context", "_future", "_loop", "_process", "abandoned", "started")

    def __init__(self, loop: AbstractEventLoop, call: Callable[[], Any]) -> None:
        """Prepare a call for a thread, in a copy of the context of this one."""
        self._loop = loop
        self._call = call
        self._context: Context = copy_context()
        self._future: Future[tuple[bool, Any]] = loop.create_future()
        self._process = os.getpid()
        self.started = False
        self.abandoned = False

    def run(self) -> None:
        """Run it in this thread."""
        outcome: tuple[bool, Any]
        try:
            outcome = (True, self._context.run(self._call))
        except BaseException as error:
            outcome = (False, error)
        end_in_child(self._process, None if outcome[0] else outcome[1])
        try:
            self._loop.call_soon_threadsafe(self._tell, outcome)
        except RuntimeError:
            # The loop is closed: whoever waited has gone.
            pass

    async def result(self) -> Any:
        """Wait for what comes of it. Cancelling this does not stop a thread that has begun."""
        well, value = await self._future
        if well:
            return value
        try:
            raise value
        finally:
            # An error that knows its own frame would keep all that the frame holds alive.
            del value

    def _tell(self, outcome: tuple[bool, Any]) -> None:
        if not self._future.done():
            self._future.set_result(outcome)


class Pool:
    """Threads that are made when they are needed and end with the program, whatever they do."""

    def __init__(self) -> None:
        """Begin without a thread."""
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._jobs: deque[Job] = deque()
        self._idle = 0
        self._threads = 0
        self._closed = False

    def submit(self, job: Job, *, beyond: bool) -> None:
        """Run a job; `beyond` the limit when another thread waits for it, which else might wait forever."""
        with self._lock:
            self._jobs.append(job)
            if self._idle >= len(self._jobs):
                self._work.notify()
                return
            if self._threads >= LIMIT and not beyond:
                return
            if beyond:
                # It is the next one that runs, ahead of those that may wait.
                self._jobs.rotate(1)
            self._threads += 1
        start(threading.Thread(target=self._run, name="sessiond-node", daemon=True))

    def withdraw(self, job: Job) -> bool:
        """Take a job back; false when it has begun, which cannot be stopped."""
        with self._lock:
            if job.started:
                # Its thread counts no longer: it may never come back.
                if not job.abandoned:
                    job.abandoned = True
                    self._threads -= 1
                return False
            try:
                self._jobs.remove(job)
            except ValueError:
                return False
            return True

    def close(self) -> None:
        """Let the threads go once they have nothing to do."""
        with self._lock:
            self._closed = True
            self._work.notify_all()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._jobs and not self._closed:
                    self._idle += 1
                    self._work.wait(_IDLE)
                    self._idle -= 1
                if not self._jobs:
                    self._threads -= 1
                    return
                job = self._jobs.popleft()
                job.started = True
            job.run()
            with self._lock:
                if job.abandoned:
                    return
            del job
