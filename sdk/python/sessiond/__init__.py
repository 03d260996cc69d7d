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

from typing import TYPE_CHECKING

from . import context, errors, mcp, middleware
from ._agent import Agent, AgentResult, agent_node
from ._calls import astream, broadcast, call, call_batch, call_sync, current_session, session, session_id
from ._concurrency import as_completed, map, race, sleep
from ._config import Config, set_config
from ._native import Model
from ._node import function_node, nodes
from ._secret import Secret
from ._session import Session
from ._types import register_type
from .errors import (
    AgentError,
    ContextError,
    ControlError,
    FatalError,
    GlobalTimeOutError,
    Interrupted,
    LLMError,
    McpError,
    ModelError,
    NodeError,
    NodeInvocationError,
    NodeTimeoutError,
    QuestionClosedError,
    RecordError,
    ReplayedError,
    ReplayError,
    SaveError,
    SessionClosedError,
    SessiondError,
    ToolError,
)

if TYPE_CHECKING:
    from . import exceptions, guardrails, llm, prebuilt, testing, tracing
    from ._astream import Stream
    from ._couple import couple
    from ._flow import Flow, FlowConnection, NodeMessageHistory
    from ._functions import after_llm, after_node, before_llm, before_node, wrap_llm, wrap_node
    from ._info import ExecutionInfo
    from ._log import enable_logging
    from ._manifest import ToolManifest
    from ._mcp_server import create_mcp_server
    from ._outside import (
        Approval,
        Question,
        answer,
        approve,
        cancel,
        interrupt,
        questions,
        send_signal,
        wait_for_signal,
    )
    from ._prompt import escape_braces
    from ._read import CallRecord, SessionRecord, SessionSummary, read, sessions
    from ._threads import ThreadPool
    from ._verifier import Verdict, VerifierRejectedError, verifier
    from .guardrails import input_guard, output_guard
    from .mcp import MCPHttpParams, MCPStdioParams, connect_mcp

__all__ = [
    "Agent",
    "AgentError",
    "AgentResult",
    "Approval",
    "CallRecord",
    "Config",
    "ContextError",
    "ControlError",
    "ExecutionInfo",
    "FatalError",
    "Flow",
    "FlowConnection",
    "GlobalTimeOutError",
    "Interrupted",
    "LLMError",
    "MCPHttpParams",
    "MCPStdioParams",
    "McpError",
    "Model",
    "ModelError",
    "NodeError",
    "NodeInvocationError",
    "NodeMessageHistory",
    "NodeTimeoutError",
    "Question",
    "QuestionClosedError",
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
    "Stream",
    "ThreadPool",
    "ToolError",
    "ToolManifest",
    "Verdict",
    "VerifierRejectedError",
    "after_llm",
    "after_node",
    "agent_node",
    "answer",
    "approve",
    "as_completed",
    "astream",
    "before_llm",
    "before_node",
    "broadcast",
    "call",
    "call_batch",
    "call_sync",
    "cancel",
    "connect_mcp",
    "context",
    "couple",
    "create_mcp_server",
    "current_session",
    "enable_logging",
    "errors",
    "escape_braces",
    "exceptions",
    "function_node",
    "guardrails",
    "input_guard",
    "interrupt",
    "llm",
    "map",
    "mcp",
    "middleware",
    "nodes",
    "output_guard",
    "prebuilt",
    "questions",
    "race",
    "read",
    "register_type",
    "send_signal",
    "session",
    "session_id",
    "sessions",
    "set_config",
    "sleep",
    "testing",
    "tracing",
    "verifier",
    "wait_for_signal",
    "wrap_llm",
    "wrap_node",
]

# What is loaded when it is first asked for, because most programs ask for little of it.
_LATER = {
    "CallRecord": "_read",
    "SessionRecord": "_read",
    "SessionSummary": "_read",
    "ThreadPool": "_threads",
    "read": "_read",
    "sessions": "_read",
    "ExecutionInfo": "_info",
    "Flow": "_flow",
    "FlowConnection": "_flow",
    "MCPHttpParams": "mcp",
    "MCPStdioParams": "mcp",
    "NodeMessageHistory": "_flow",
    "Approval": "_outside",
    "Question": "_outside",
    "Stream": "_astream",
    "ToolManifest": "_manifest",
    "Verdict": "_verifier",
    "VerifierRejectedError": "_verifier",
    "answer": "_outside",
    "approve": "_outside",
    "cancel": "_outside",
    "interrupt": "_outside",
    "questions": "_outside",
    "send_signal": "_outside",
    "wait_for_signal": "_outside",
    "after_llm": "_functions",
    "after_node": "_functions",
    "before_llm": "_functions",
    "before_node": "_functions",
    "connect_mcp": "mcp",
    "couple": "_couple",
    "create_mcp_server": "_mcp_server",
    "enable_logging": "_log",
    "escape_braces": "_prompt",
    "exceptions": "",
    "guardrails": "",
    "input_guard": "guardrails",
    "llm": "",
    "output_guard": "guardrails",
    "prebuilt": "",
    "testing": "",
    "tracing": "",
    "verifier": "_verifier",
    "wrap_llm": "_functions",
    "wrap_node": "_functions",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Load what is asked for."""
        module = _LATER.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        loaded = import_module(f"{__name__}.{module or name}")
        value = loaded if module == "" else getattr(loaded, name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """List what there is."""
        return __all__
