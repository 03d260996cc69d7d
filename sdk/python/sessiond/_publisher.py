"""Messages for whoever listens, each on a thread of its own."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from ._error_values import headline_of
from ._fork import end_in_child
from ._starting import start

if TYPE_CHECKING:
    from ._config import BroadcastCallback

# Messages that wait for one subscriber. What comes on top is missed, and counted.
BOUND = 1024
# Seconds for which a session that closes waits for its subscribers, all together.
PATIENCE = 5.0


class Subscriber:
    """Somebody who listens."""

    def __init__(self, callback: BroadcastCallback, name: str) -> None:
        """Begin to listen."""
        self.name = name
        self._callback = callback
        self._context = copy_context()
        self._ready = threading.Condition()
        self._messages: deque[str] = deque()
        self._busy = self._closed = False
        self._thread: threading.Thread | None = None
        self._delivered = self._missed = self._failed = 0
        self._error: str | None = None

    def put(self, message: str) -> None:
        """Hand over a message; when too many wait, it is missed."""
        with self._ready:
            if self._closed or len(self._messages) >= BOUND:
                self._missed += 1
                return
            self._messages.append(message)
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="sessiond-subscriber", daemon=True)
                try:
                    start(thread)
                except RuntimeError:
                    # The interpreter is ending, and starts no threads.
                    self._messages.clear()
                    self._missed += 1
                    return
                self._thread = thread
            self._ready.notify_all()

    def close(self, until: float) -> None:
        """Wait until it has heard everything, but not for longer than that; what is left then is missed."""
        with self._ready:
            while (self._messages or self._busy) and time.monotonic() < until:
                self._ready.wait(max(until - time.monotonic(), 0))
            self._closed = True
            self._missed += len(self._messages)
            self._messages.clear()
            self._ready.notify_all()

    def info(self) -> dict[str, Any]:
        """Tell how it does."""
        with self._ready:
            return {
                "name": self.name,
                "delivered": self._delivered,
                "waiting": len(self._messages),
                "missed": self._missed,
                "failed": self._failed,
                "error": self._error,
            }

    def _run(self) -> None:
        process = os.getpid()
        while True:
            with self._ready:
                while not self._messages and not self._closed:
                    self._ready.wait()
                if not self._messages:
                    return
                message = self._messages.popleft()
                self._busy = True
            error: str | None = None
            try:
                self._context.run(self._deliver, message)
            except BaseException as raised:
                end_in_child(process, raised)
                error = headline_of(raised)
            end_in_child(process)
            with self._ready:
                self._busy = False
                self._delivered += error is None
                if error is not None:
                    self._failed += 1
                    self._error = error
                self._ready.notify_all()

    def _deliver(self, message: str) -> None:
        outcome = self._callback(message)
        if outcome is not None and hasattr(outcome, "__await__"):
            import asyncio

            async def wait() -> None:
                await outcome

            asyncio.run(wait())


class Publisher:
    """Hands messages to subscribers, none of which holds up who sends them, or each other."""

    def __init__(self) -> None:
        """Begin without a subscriber."""
        self._subscribers: list[Subscriber] = []

    def subscribe(self, callback: BroadcastCallback, name: str | None) -> None:
        """Add a subscriber."""
        name = name or getattr(callback, "__name__", None) or type(callback).__name__
        self._subscribers = [*self._subscribers, Subscriber(callback, name)]

    def publish(self, message: str) -> None:
        """Hand a message to all of them."""
        for subscriber in self._subscribers:
            subscriber.put(message)

    def info(self) -> list[dict[str, Any]]:
        """Tell how each of them does."""
        return [subscriber.info() for subscriber in self._subscribers]

    def forked(self) -> None:
        """Forget them: their threads are not in this process."""
        self._subscribers = []

    def close(self) -> None:
        """Let them hear what waits, for a while, and let them go."""
        until = time.monotonic() + PATIENCE
        for subscriber in self._subscribers:
            subscriber.close(until)
