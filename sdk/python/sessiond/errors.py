"""What can go wrong, as exceptions."""

from __future__ import annotations


class SessiondError(Exception):
    """Any error of this package; `code` is stable, the message says what to do."""

    def __init__(self, message: str, code: str = "error") -> None:
        """Make one of its message and its code."""
        super().__init__(message)
        self.code = code


class ControlError(SessiondError):
    """The session cannot go on: whoever catches this in a node or a program changes nothing about it.

    It is never a result of `call_batch`, and `Retry` does not try again after it.
    """


class ReplayError(ControlError):
    """The program is not the one that was recorded; the message names the first difference."""


class ReplayedError(SessiondError):
    """What a call raised when it was recorded, of a class that cannot be made again here.

    `code` is the name of that class, the message is the one that it had.
    """

    def __init__(self, kind: str, message: str) -> None:
        """Make one of the name of the class and the message."""
        super().__init__(message, kind)
        self.kind = kind


class SessionClosedError(ControlError):
    """The session takes no further calls: it is closed, or it was stopped."""


class SaveError(SessiondError):
    """The session's state could not be written to its file."""


class RecordError(ControlError):
    """What happened could not be recorded, or the session cannot be reached."""


class ContextError(SessiondError):
    """There is no session whose context could be meant."""


class NodeError(SessiondError):
    """A node is not there, or cannot be one."""


class NodeTimeoutError(SessiondError, TimeoutError):
    """A call took longer than it may; it was stopped."""


class ModelError(SessiondError):
    """A language model gave no answer; `retryable` says whether the same request may succeed later.

    `code` is `settings`, `unreachable`, `timeout`, `rate_limited`, `authentication`, `refused`, `failed` or
    `unreadable`.
    """

    def __init__(self, message: str, code: str = "failed", retryable: bool = False) -> None:
        """Make one of its message and its code."""
        super().__init__(message, code)
        self.retryable = retryable


class AgentError(SessiondError):
    """An agent came to no result: `max_turns` requests were not enough, or no answer fitted its `output_schema`."""


class McpError(SessiondError):
    """An MCP server cannot be reached, or what it says makes no sense."""


class ToolError(SessiondError):
    """A tool of an MCP server failed; the message is what the server says."""
