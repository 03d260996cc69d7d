"""Where code runs: in which session, in which call of it, and in which branch of that call's concurrency."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from asyncio import Task
    from weakref import ReferenceType, WeakKeyDictionary

    from ._native import Frame
    from ._run import Run
    from ._session import Session


class Scope:
    """A call that runs, or the program of a session itself, which makes the top-level calls; or a branch of either."""

    __slots__ = (
        "_main",
        "abandoned",
        "depth",
        "frame",
        "maker",
        "outer",
        "overdue",
        "owner",
        "retried",
        "run",
        "session",
        "tasks",
        "threaded",
    )

    def __init__(self, session: Session, frame: Frame, run: Run | None, threaded: bool) -> None:
        """Note where a call runs."""
        self.session = session
        self.frame = frame
        self.run = run
        """The top-level call that it is a part of; None for the program itself."""
        self.threaded = threaded
        """Whether a thread waits for it."""
        self.depth = 0
        """How many calls it is within."""
        self.retried = False
        """Whether it is a part of something that is tried again when it fails."""
        self.abandoned = False
        """Whether it was left to itself, because it runs in a thread that cannot be stopped."""
        self.overdue = False
        """Whether it was stopped because its own time was over."""
        self._main: Scope | None = None
        self.outer: Scope | None = None
        """The call that made it; None for the program itself."""
        self.owner: ReferenceType[Task[Any]] | None = None
        """The task that makes its calls, once it has made one."""
        self.maker: ReferenceType[Task[Any]] | None = None
        """The task that made this branch."""
        self.tasks: WeakKeyDictionary[Task[Any], Scope] | None = None
        """The branches of tasks whose making was not seen."""

    @property
    def main(self) -> Scope:
        """The call itself, when this is a branch of it."""
        return self._main or self

    def branch(self, name: str) -> Scope:
        """Make a branch, named by what it runs."""
        inner = Scope(self.session, self.frame.branch(name), self.run, self.threaded)
        inner.retried = self.retried
        inner.depth = self.depth
        inner._main = self.main
        inner.outer = self.outer
        return inner


current: ContextVar[Optional[Scope]] = ContextVar("sessiond", default=None)
