"""The exceptions under the names that Railtracks has for them; they are those of `sessiond.errors`."""

from .errors import (
    ContextError,
    FatalError,
    GlobalTimeOutError,
    LLMError,
    NodeInvocationError,
)
from .errors import NodeError as NodeCreationError
from .errors import SessiondError as RTError

__all__ = [
    "ContextError",
    "FatalError",
    "GlobalTimeOutError",
    "LLMError",
    "NodeCreationError",
    "NodeInvocationError",
    "RTError",
]
