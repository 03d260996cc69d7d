"""Durable execution sessions: every call is recorded, can be looked at, and can be taken up again.

```python
import sessiond as rt

@rt.function_node(name="NodeA")
async def node_a(text: str) -> str:
    return text.upper()

with rt.Session() as run:
    result = rt.call_sync(rt.nodes.NodeA, "Hello World")
```
"""

from typing import TYPE_CHECKING, Any

from . import context, errors, mcp, middleware
from ._agent import Agent, AgentResult, agent_node
from ._calls import astream, broadcast, call, call_batch, call_sync, current_session, session
from ._concurrency import as_completed, map, race, sleep
from ._config import Config, set_config
from ._native import Model
from ._node import function_node, nodes
from ._secret import Secret
from ._session import Session
from .errors import (
    AgentError,
    ContextError,
    ControlError,
    McpError,
    ModelError,
    NodeError,
    NodeTimeoutError,
    RecordError,
    ReplayedError,
    ReplayError,
    SaveError,
    SessionClosedError,
    SessiondError,
    ToolError,
)

if TYPE_CHECKING:
    from ._read import CallRecord, SessionRecord, SessionSummary, read, sessions
    from ._threads import ThreadPool

__all__ = [
    "Agent",
    "AgentError",
    "AgentResult",
    "CallRecord",
    "Config",
    "ContextError",
    "ControlError",
    "McpError",
    "Model",
    "ModelError",
    "NodeError",
    "NodeTimeoutError",
    "RecordError",
    "ReplayError",
    "ReplayedError",
    "SaveError",
    "Secret",
    "Session",
    "SessionClosedError",
    "SessionRecord",
    "SessionSummary",
    "SessiondError",
    "ThreadPool",
    "ToolError",
    "agent_node",
    "as_completed",
    "astream",
    "broadcast",
    "call",
    "call_batch",
    "call_sync",
    "context",
    "current_session",
    "errors",
    "function_node",
    "map",
    "mcp",
    "middleware",
    "nodes",
    "race",
    "read",
    "session",
    "sessions",
    "set_config",
    "sleep",
]


def __getattr__(name: str) -> Any:
    # What takes its time to import, and few programs use.
    if name == "ThreadPool":
        from ._threads import ThreadPool

        return ThreadPool
    if name in ("CallRecord", "SessionRecord", "SessionSummary", "read", "sessions"):
        from . import _read

        return getattr(_read, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
