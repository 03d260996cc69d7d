"""Where code runs: in which session, and in which call of it."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from ._coordinator import Run
    from ._native import Frame
    from ._session import Session


class Scope:
    """A call that runs, or the program of a session itself, which makes the top-level calls."""

    __slots__ = ("abandoned", "frame", "overdue", "retried", "run", "session", "threaded")

    def __init__(self, session: Session, frame: Frame, run: Run | None, threaded: bool) -> None:
        """Note where a call runs."""
        self.session = session
        self.frame = frame
        self.run = run
        """The top-level call that it is a part of; None for the program itself."""
        self.threaded = threaded
        """Whether a thread waits for it."""
        self.retried = False
        """Whether it is a part of something that is tried again when it fails."""
        self.abandoned = False
        """Whether it was left to itself, because it runs in a thread that cannot be stopped."""
        self.overdue = False
        """Whether it was stopped because its own time was over."""


current: ContextVar[Optional[Scope]] = ContextVar("sessiond", default=None)
