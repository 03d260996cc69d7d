"""Nodes: functions whose calls are recorded."""

from __future__ import annotations

import sys
import threading
from types import FunctionType, ModuleType
from typing import Any, Callable, TypeVar, overload

from .errors import NodeError

F = TypeVar("F", bound=Callable[..., Any])

_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200


class Node:
    """What a session knows of a function that it calls."""

    __slots__ = ("function", "is_async", "is_stream", "kind", "name")

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        kind: str = "function",
    ) -> None:
        """Describe a function, which may be synchronous, asynchronous or an asynchronous generator."""
        self.name = name
        self.function = function
        self.kind = kind
        flags = _flags(function)
        self.is_stream = bool(flags & _ASYNC_GENERATOR)
        self.is_async = bool(flags & _COROUTINE)


@overload
def function_node(function: F, /) -> F: ...
@overload
def function_node(function: str | None = None, /, *, name: str | None = None) -> Callable[[F], F]: ...
def function_node(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make a function a node, which is found as `sessiond.nodes.<name>` and whose calls are recorded.

    The function stays what it is: it can be called as before, which is recorded only through `call` and its kin.
    """
    if isinstance(function, str):
        name, function = function, None
    if function is not None:
        return _register(function, name)
    return lambda function: _register(function, name)


def node_of(function: Callable[..., Any]) -> Node:
    """Give what is known of a function; one that was not made a node is one under its own name."""
    try:
        return function.__sessiond_node__  # type: ignore[attr-defined, no-any-return]
    except AttributeError:
        pass
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it is no node; decorate a function with function_node")
    node = Node(_name_of(function), function)
    if isinstance(function, FunctionType):
        function.__sessiond_node__ = node  # type: ignore[attr-defined]
    return node


def register(node: Node, function: Callable[..., Any]) -> None:
    """Make a node one that is found by its name.

    A later one of the same place in the code replaces it. A function within a function comes second to one that stands
    by itself: it is there only once that function runs, as often as it runs.
    """
    with _lock:
        known = _registry.get(node.name)
        if known is not None and not _is_local(known) and _place(known) != _place(function):
            if _is_local(function):
                return
            raise NodeError(
                f"there is a node {node.name!r} already, {_place(known)}; "
                f"give {_place(function)} another one with function_node(name=…)",
                "node_exists",
            )
        _registry[node.name] = function


class Nodes(ModuleType):
    """All nodes that are registered, as attributes."""

    def __getattr__(self, name: str) -> Any:
        """Find a node by its name."""
        try:
            return _registry[name]
        except KeyError:
            pass
        if name.startswith("__"):
            raise AttributeError(name)
        from difflib import get_close_matches

        near = get_close_matches(name, _registry) or sorted(_registry)[:5]
        hint = f"; there are {', '.join(near)}" if near else "; none is registered"
        raise AttributeError(
            f"no node {name!r} is registered{hint}. function_node(name={name!r}) on a function makes one, "
            "once its module is imported"
        )

    def __dir__(self) -> list[str]:
        """List the names of the nodes."""
        return sorted(_registry)


_lock = threading.Lock()
_registry: dict[str, Callable[..., Any]] = {}
nodes = Nodes("sessiond.nodes", "All nodes that are registered, as attributes.")
sys.modules["sessiond.nodes"] = nodes


def _register(function: Any, name: str | None) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        raise NodeError("put function_node below staticmethod or classmethod, next to the function itself")
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it cannot be a node")
    node = Node(name or _name_of(function), function)
    if not isinstance(function, FunctionType):
        # What is no plain function may not hold attributes, or share them with others.
        inner = function

        def function(*args: Any, **kwargs: Any) -> Any:
            return inner(*args, **kwargs)

        function.__name__ = function.__qualname__ = node.name
        function.__module__ = getattr(inner, "__module__", None) or "builtins"
    function.__sessiond_node__ = node
    register(node, function)
    return function


def _name_of(function: Any) -> str:
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _place(function: Any) -> str:
    # A file is one place, whether it runs as `__main__` or is imported.
    code = getattr(function, "__code__", None)
    place = getattr(code, "co_filename", None) or getattr(function, "__module__", None)
    return f"{getattr(function, '__qualname__', None)} of {place}"


def _is_local(function: Any) -> bool:
    return "<locals>" in getattr(function, "__qualname__", "")


def _flags(function: Any) -> int:
    """Give what the code of a function is, without `inspect`, which takes long to load."""
    while (inner := getattr(function, "func", None)) is not None and not hasattr(function, "__code__"):
        function = inner
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)  # noqa: B004
    return getattr(code, "co_flags", 0)
