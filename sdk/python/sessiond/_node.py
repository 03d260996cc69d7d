"""Nodes: functions whose calls are recorded."""

from __future__ import annotations

import sys
import threading
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Callable, TypeVar, overload

from ._native import Frame
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .middleware import Middleware

F = TypeVar("F", bound=Callable[..., Any])

_COROUTINE = 0x80
_ASYNC_GENERATOR = 0x200


class Node:
    """What a session knows of a function that it calls."""

    __slots__ = (
        "complete",
        "direct",
        "final",
        "function",
        "is_async",
        "is_stream",
        "kind",
        "middleware",
        "name",
        "pieces",
    )

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        kind: str = "function",
        middleware: Iterable[Middleware] = (),
        final: bool = True,
    ) -> None:
        """Describe a function, which may be synchronous, asynchronous or an asynchronous generator.

        When one that is not `final` fails, it is tried again.
        """
        self.name = name
        self.function = function
        self.kind = kind
        flags = _flags(function)
        self.is_stream = bool(flags & _ASYNC_GENERATOR)
        self.is_async = bool(flags & _COROUTINE)
        self.middleware = tuple(middleware)
        self.final = final
        self.complete: Callable[[Frame, Any], Any] = Frame.completed
        """Puts down what it gave."""
        self.pieces: Callable[..., Any] | None = None
        """The function of one that gives its text piece by piece while it works: it takes who gets the pieces first."""
        # Most are: there is nothing between the session and the function.
        self.direct = self.is_async and not self.middleware


@overload
def function_node(function: F, /) -> F: ...
@overload
def function_node(
    function: str | None = None, /, *, name: str | None = None, middleware: Iterable[Middleware] = ()
) -> Callable[[F], F]: ...
def function_node(function: Any = None, /, *, name: str | None = None, middleware: Iterable[Middleware] = ()) -> Any:
    """Make a function a node, which is found as `sessiond.nodes.<name>` and whose calls are recorded.

    The function stays what it is: it can be called as before, which is recorded only through `call` and its kin.
    """
    if isinstance(function, str):
        name, function = function, None
    if function is not None:
        return _register(function, name, middleware)
    return lambda function: _register(function, name, middleware)


def node_of(function: Callable[..., Any]) -> Node:
    """Give what is known of a function; one that was not made a node is one under its own name."""
    try:
        node: Node = function.__sessiond_node__  # type: ignore[attr-defined]
    except AttributeError:
        pass
    else:
        # A method has what its function has, and knows what it belongs to.
        return (
            node
            if type(function) is not MethodType
            else Node(node.name, function, kind=node.kind, middleware=node.middleware)
        )
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it is no node; decorate a function with function_node")
    node = Node(_name_of(function), function)
    if isinstance(function, FunctionType):
        function.__sessiond_node__ = node  # type: ignore[attr-defined]
    return node


def register(node: Node, function: Callable[..., Any], *, chosen: bool) -> None:
    """Make a node one that is found by its name, which somebody chose for it or which is its function's own.

    A later one of the same place in the code replaces it. A function within a function comes second to one that stands
    by itself: it is there only once that function runs, as often as it runs. Two functions that merely have the same
    name are both nodes, but neither is found by it.
    """
    with _lock:
        known = _registry.get(node.name)
        if known is None or _is_local(known.function) or _place(known.function) == _place(function):
            _registry[node.name] = _Registered(function, chosen)
        elif _is_local(function):
            return
        elif chosen and known.chosen:
            raise NodeError(_both(node.name, known.function, function), "node_exists")
        elif chosen:
            _registry[node.name] = _Registered(function, True)
        elif not known.chosen:
            known.other = function


class Nodes(ModuleType):
    """All nodes that are registered, as attributes."""

    def __getattr__(self, name: str) -> Any:
        """Find a node by its name."""
        known = _registry.get(name)
        if known is not None:
            if known.other is not None:
                raise AttributeError(_both(name, known.function, known.other))
            return known.function
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


class _Registered:
    """A node that is found by its name."""

    __slots__ = ("chosen", "function", "other")

    def __init__(self, function: Callable[..., Any], chosen: bool) -> None:
        self.function = function
        self.chosen = chosen
        self.other: Callable[..., Any] | None = None
        """Another one of that name, so that nobody knows which is meant."""


_lock = threading.Lock()
_registry: dict[str, _Registered] = {}
nodes = Nodes("sessiond.nodes", "All nodes that are registered, as attributes.")
sys.modules["sessiond.nodes"] = nodes


def _register(function: Any, name: str | None, middleware: Iterable[Middleware]) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        raise NodeError("put function_node below staticmethod or classmethod, next to the function itself")
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it cannot be a node")
    node = Node(name or _name_of(function), function, middleware=middleware)
    if not isinstance(function, FunctionType):
        # What is no plain function may not hold attributes, or share them with others.
        inner = function

        def function(*args: Any, **kwargs: Any) -> Any:
            return inner(*args, **kwargs)

        function.__name__ = function.__qualname__ = node.name
        function.__module__ = getattr(inner, "__module__", None) or "builtins"
    function.__sessiond_node__ = node
    register(node, function, chosen=name is not None)
    return function


def _name_of(function: Any) -> str:
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def _both(name: str, one: Any, other: Any) -> str:
    return (
        f"there are two nodes {name!r}, {_place(one)} and {_place(other)}; "
        "give one of them a name of its own with function_node(name=…)"
    )


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
