"""What can go wrong, as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


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

    `code` is the name of that class, the message is the one that it had. It is also of the nearest class that the other
    inherits from and that is there, so that `except ConnectionError` works.
    """

    def __init__(self, kind: str, message: str) -> None:
        """Make one of the name of the class and the message."""
        super().__init__(message, kind)
        self.kind = kind

    def __str__(self) -> str:
        """Print as the other did."""
        return str(self.args[0])


class SessionClosedError(ControlError):
    """The session takes no further calls: it is closed, or it was stopped."""


class Interrupted(ControlError):
    """The program waits for an answer or a signal, and nothing else goes on: the session is left as it is.

    Resume it when there is what it waits for. `questions` are the ids of its open questions.
    """

    def __init__(self, message: str, code: str = "interrupted") -> None:
        """Make one of its message and its code."""
        super().__init__(message, code)
        self.session_id = ""
        self.questions: list[str] = []


class QuestionClosedError(SessiondError):
    """A question has no answer: its `code` is `expired` or `withdrawn`."""


class SaveError(SessiondError):
    """The session's state could not be written to its file."""


class RecordError(ControlError):
    """What happened could not be recorded, or the session cannot be reached."""


class ContextError(SessiondError):
    """There is no session whose context could be meant."""


class NodeError(SessiondError):
    """A node is not there, or cannot be one."""

    def __init__(
        self, message: str = "this cannot be a node", code: str = "error", *, notes: Iterable[str] = ()
    ) -> None:
        """Make one of its message and its code; notes say what to look at."""
        super().__init__(message, code)
        self.notes = list(notes)


class NodeInvocationError(SessiondError):
    """A call came to no result; after one that is `fatal` the session takes no further calls."""

    def __init__(
        self,
        message: str = "the call came to no result",
        code: str = "error",
        *,
        notes: Iterable[str] = (),
        fatal: bool = False,
    ) -> None:
        """Make one of its message and its code; notes say what to look at."""
        super().__init__(message, code)
        self.notes = list(notes)
        self.fatal = fatal


class FatalError(SessiondError):
    """What a node raises to end the whole session, as any error does with `end_on_error`."""


class NodeTimeoutError(SessiondError, TimeoutError):
    """A call took longer than it may; it was stopped."""


class GlobalTimeOutError(NodeTimeoutError):
    """A top-level call took longer than the session's `timeout`, in seconds."""

    def __init__(self, timeout: float, message: str | None = None, code: str = "timeout") -> None:
        """Make one of the time-out."""
        super().__init__(message or f"there was no answer within {timeout} s, the session's timeout", code)
        self.timeout = timeout


class LLMError(SessiondError):
    """A language model gave no answer; `reason` says why, `message_history` what it was asked, when that is known."""

    def __init__(self, reason: str, message_history: Any = None, code: str = "failed") -> None:
        """Make one of its reason."""
        super().__init__(reason, code)
        self.reason = reason
        self.message_history = message_history


class ModelError(LLMError):
    """A language model gave no answer; `retryable` says whether the same request may succeed later.

    `code` is `settings`, `unreachable`, `timeout`, `rate_limited`, `authentication`, `refused`, `failed` or
    `unreadable`.
    """

    def __init__(self, message: str, code: str = "failed", retryable: bool = False) -> None:
        """Make one of its message and its code."""
        super().__init__(message, None, code)
        self.retryable = retryable


class AgentError(NodeInvocationError):
    """An agent came to no result: `max_turns` requests were not enough, or no answer fitted its `output_schema`."""


class McpError(SessiondError):
    """An MCP server cannot be reached, or what it says makes no sense."""


class ToolError(SessiondError):
    """A tool of an MCP server failed; the message is what the server says."""
