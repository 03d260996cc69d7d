"""What can go wrong, as exceptions."""

from __future__ import annotations


class SessiondError(Exception):
    """Any error of this package; `code` is stable, the message says what to do."""

    def __init__(self, message: str, code: str = "error") -> None:
        """Make one of its message and its code."""
        super().__init__(message)
        self.code = code


class ReplayError(SessiondError):
    """The program is not the one that was recorded; the message names the first difference."""


class SessionClosedError(SessiondError):
    """The session takes no further calls: it is closed, or it was stopped."""


class SaveError(SessiondError):
    """The session's state could not be written to its file."""


class RecordError(SessiondError):
    """What happened could not be recorded, or the session cannot be reached."""


class ContextError(SessiondError):
    """There is no session whose context could be meant."""


class NodeError(SessiondError):
    """A node is not there, or cannot be one."""


class NodeTimeoutError(SessiondError, TimeoutError):
    """A call took longer than it may; it was stopped."""
