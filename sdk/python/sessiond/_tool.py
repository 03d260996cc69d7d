"""What an agent's model may have called: functions, nodes, other agents, and what an MCP server offers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from ._error_values import headline_of
from ._native import tool_name
from ._node import Node, node_of
from ._shapes import Parameter, Wrong, argument_shapes, described_of
from .errors import RecordError, ReplayError, SaveError, SessionClosedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._scope import Scope

# What a tool may fail with that is not for the model to mend.
_ENDS = (ReplayError, SessionClosedError, RecordError, SaveError)


class Tool(NamedTuple):
    """A node that a model may have called."""

    node: Node
    definition: dict[str, Any]
    """What the model is told of it: name, description, parameters."""
    parameters: list[Parameter] | None
    """Those of its function; None when arguments are handed on as they are."""

    def arguments(self, given: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Give what a model wrote as what the function takes; Wrong when it does not fit."""
        if self.parameters is None:
            return (), given
        known = {parameter.name: parameter for parameter in self.parameters}
        unknown = [name for name in given if name not in known]
        if unknown:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise Wrong(f"there is no {', '.join(unknown)}; {takes}")
        missing = [name for name, parameter in known.items() if parameter.required and name not in given]
        if missing:
            raise Wrong(
                f"{', '.join(missing)} is missing" if len(missing) == 1 else f"{', '.join(missing)} are missing"
            )
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for name, parameter in known.items():
            if name not in given:
                if parameter.default is not None:
                    named[name] = parameter.default()
                # What comes after it can then only be given by name, which positional parameters are not.
                continue
            value = parameter.read(given[name], name)
            if parameter.positional:
                positional.append(value)
            else:
                named[name] = value
        return tuple(positional), named

    async def call(self, scope: Scope, given: dict[str, Any]) -> str:
        """Call it, and give what the model reads of the result or of what went wrong."""
        try:
            args, kwargs = self.arguments(given)
        except Wrong as wrong:
            return f"The arguments of {self.definition['name']} do not fit: {wrong}"
        coordinator = scope.session._coordinator
        try:
            value = await coordinator.call(scope, self.node, args, kwargs)
        except _ENDS:
            raise
        except Exception as error:
            if coordinator.is_stopped:
                raise
            return f"Error: {headline_of(error)}"
        # A model takes characters only.
        return text_of(value).encode("utf-8", "backslashreplace").decode()


def tools_of(tools: Iterable[Any] | Callable[..., Any]) -> dict[str, Tool]:
    """Give tools by the names under which a model knows them."""
    from .errors import NodeError

    each = tools if isinstance(tools, (list, tuple, set, frozenset)) else _each(tools)
    made: dict[str, Tool] = {}
    for one in each:
        tool = tool_of(one)
        name = tool.definition["name"]
        if name in made:
            raise NodeError(f"two tools are called {name!r}; give one of them another name with function_node(name=…)")
        made[name] = tool
    return made


def tool_of(function: Any) -> Tool:
    """Give the tool that a function, a node or an agent is."""
    node = node_of(function)
    kind = "tool" if node.kind == "function" else node.kind
    called = Node(node.name, node.function, kind=kind, middleware=node.middleware)
    definition = getattr(function, "__sessiond_tool__", None)
    if isinstance(definition, dict):
        return Tool(called, definition, None)
    if node.manifest is not None:
        definition = {"name": tool_name(node.name), "description": node.manifest.description}
        return Tool(called, {**definition, "parameters": node.manifest.schema()}, None)
    about, _ = described_of(node.function)
    parameters, each = argument_shapes(node.function, node.name)
    return Tool(called, {"name": tool_name(node.name), "description": about, "parameters": parameters}, each)


def text_of(value: Any) -> str:
    """Give what a model reads of a value: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(text := getattr(value, "__sessiond_text__", None), str):
        return text
    import json

    try:
        return json.dumps(value, default=plain, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)


def plain(value: Any) -> Any:
    """Give what JSON has for a value that it lacks."""
    # Its class is asked, because some objects answer to any name.
    kind = type(value)
    if hasattr(kind, "model_dump"):
        return value.model_dump(mode="json")
    fields = getattr(kind, "__dataclass_fields__", None)
    if fields is not None:
        return {name: getattr(value, name) for name in fields if hasattr(value, name)}
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    if hasattr(kind, "isoformat"):
        return value.isoformat()
    enum: Any = getattr(sys.modules.get("enum"), "Enum", ())
    if isinstance(value, enum):
        return value.value
    return str(value)


def _each(tools: Any) -> Iterable[Any]:
    """A single function in the place of a list is one tool."""
    return (tools,) if callable(tools) else tools
