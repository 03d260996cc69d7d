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

from . import context, errors, middleware
from ._calls import astream, broadcast, call, call_batch, call_sync, current_session, session
from ._config import Config, set_config
from ._node import function_node, nodes
from ._secret import Secret
from ._session import Session
from .errors import (
    ContextError,
    NodeError,
    NodeTimeoutError,
    RecordError,
    ReplayError,
    SaveError,
    SessionClosedError,
    SessiondError,
)

__all__ = [
    "Config",
    "ContextError",
    "NodeError",
    "NodeTimeoutError",
    "RecordError",
    "ReplayError",
    "SaveError",
    "Secret",
    "Session",
    "SessionClosedError",
    "SessiondError",
    "astream",
    "broadcast",
    "call",
    "call_batch",
    "call_sync",
    "context",
    "current_session",
    "errors",
    "function_node",
    "middleware",
    "nodes",
    "session",
    "set_config",
]
