"""The end of a session: one piece of work, however many ask for it, and whatever is cancelled meanwhile."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Any

from ._config import GRACE
from ._fork import end_in_child
from ._starting import start

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

    from ._run import Run
    from ._session import Session


class Closing:
    """Closes a session once. Everybody who closes it waits for that, and gets its outcome."""

    def __init__(self, session: Session, error: BaseException | None, inside: Run | None) -> None:
        """Prepare to close a session whose program failed with this error, or did not.

        `inside` is the call that closes the session that it is a part of, so that nobody waits for it.
        """
        self._session: Session | None = session
        self._error = error
        self._inside = inside
        self._until = time.monotonic() + GRACE
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._failure: BaseException | None = None
        self._waiting: list[tuple[AbstractEventLoop, Future[None]]] = []
        self._process = os.getpid()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Do it in this thread; another thread ends what a signal interrupts here."""
        try:
            self._work()
        except BaseException:
            # A signal's: what fails in the work itself is its outcome.
            self.start()
            self._wait()
            raise
        self._result()

    def start(self) -> None:
        """Do it in a thread of its own."""
        try:
            self._thread = threading.Thread(target=self._work, name="sessiond-close", daemon=False)
            start(self._thread)
        except RuntimeError:
            # The interpreter is ending, and starts no threads.
            self._work()

    def wait(self) -> None:
        """Wait until it is done."""
        interrupted = self._wait()
        if interrupted is not None:
            raise interrupted
        self._result()

    async def finished(self) -> None:
        """Wait until it is done, without blocking the loop and whatever is cancelled."""
        from asyncio import get_running_loop

        from ._wait import outlast

        loop = get_running_loop()
        future: Future[None] = loop.create_future()
        with self._lock:
            waits = not self._done.is_set()
            if waits:
                self._waiting.append((loop, future))
        if waits:
            cancelled = await outlast((future,), None)
            if cancelled is not None:
                raise cancelled
        self._result()

    def _wait(self) -> BaseException | None:
        interrupted: BaseException | None = None
        while not self._done.is_set():
            try:
                self._done.wait()
            except BaseException as error:
                interrupted = error if interrupted is None else interrupted
        return interrupted

    def _result(self) -> None:
        if self._failure is not None:
            raise self._failure.with_traceback(None)

    def _work(self) -> None:
        """Close it. Interrupted and called again, it goes on where it was."""
        session = self._session
        if session is None:
            return
        try:
            session._finish(self._error, self._inside, self._until)
        except Exception as error:
            self._failure = error
        if self._thread is threading.current_thread():
            # Its callback may have forked.
            end_in_child(self._process)
        with self._lock:
            self._done.set()
            waiting, self._waiting = self._waiting, []
        self._session = self._error = self._inside = None
        for loop, future in waiting:
            try:
                loop.call_soon_threadsafe(_tell, future)
            except RuntimeError:
                # That loop is closed, so nobody waits there.
                pass


def _tell(future: Future[Any]) -> None:
    if not future.done():
        future.set_result(None)
