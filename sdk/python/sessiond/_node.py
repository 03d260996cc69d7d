"""Nodes: functions whose calls are recorded."""

from __future__ import annotations

import sys
import threading
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Callable, TypeVar, overload

from ._callable import ASYNC_GENERATOR, COROUTINE, GENERATOR, code_flags, name_of, place_of, same_place
from ._fork import in_child
from ._native import Frame
from ._state import is_python
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from ._callable import Place
    from ._manifest import ToolManifest
    from .middleware import Middleware

F = TypeVar("F", bound=Callable[..., Any])


class Node:
    """What a session knows of a function that it calls."""

    __slots__ = (
        "complete",
        "direct",
        "final",
        "function",
        "is_async",
        "is_stream",
        "items",
        "kind",
        "manifest",
        "middleware",
        "name",
        "owner",
        "partial",
        "pieces",
        "recorded",
        "waits",
    )

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        kind: str = "function",
        middleware: Iterable[Middleware] = (),
        final: bool = True,
        waits: bool = False,
    ) -> None:
        """Describe a function, which may be synchronous or asynchronous, and a generator.

        When one that is not `final` fails, it is tried again. One that `waits` for something from outside has no
        time-out.
        """
        self.waits = waits
        self.name = name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()
        self.function = function
        self.owner: Any = function
        """What this was made for. What else has it as an attribute got that by inheritance, or by `functools.wraps`."""
        self.kind = kind
        flags = code_flags(function)
        self.is_async = bool(flags & COROUTINE)
        self.is_stream = not self.is_async and bool(flags & (ASYNC_GENERATOR | GENERATOR))
        self.items: Callable[..., AsyncIterable[Any]] = function
        """The items of one that is a generator."""
        if self.is_stream and flags & GENERATOR:
            self.items = self._thread_items
        self.middleware = tuple(middleware)
        self.final = final
        self.manifest: ToolManifest | None = None
        """What models are told of it, when that is not what its function says."""
        self.complete: Callable[[Frame, Any], Any] = Frame.completed
        """Puts down what it gave."""
        self.pieces: Callable[..., Any] | None = None
        """The function of one that gives its text piece by piece while it works: it takes who gets the pieces first."""
        self.partial: Callable[[bool], Any] | None = None
        """Gives the items of one that streams; of one that was cancelled, those that were taken."""
        self.recorded: Callable[[tuple[Any, ...], dict[str, Any]], tuple[tuple[Any, ...], dict[str, Any]]] | None = None
        """Gives its arguments as they are recorded, when those are others than it is called with."""
        # Most are: there is nothing between the session and the function.
        self.direct = self.is_async and not self.middleware

    def _thread_items(self, *args: Any, **kwargs: Any) -> AsyncIterable[Any]:
        from ._generator import items

        return items(self.function, args, kwargs)


@overload
def function_node(
    function: F,
    /,
    *,
    name: str | None = None,
    middleware: Iterable[Middleware] = (),
    manifest: ToolManifest | None = None,
) -> F: ...
@overload
def function_node(
    function: list[Callable[..., Any]], /, *, middleware: Iterable[Middleware] = ()
) -> list[Callable[..., Any]]: ...
@overload
def function_node(
    function: str | None = None,
    /,
    *,
    name: str | None = None,
    middleware: Iterable[Middleware] = (),
    manifest: ToolManifest | None = None,
) -> Callable[[F], F]: ...
def function_node(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    middleware: Iterable[Middleware] = (),
    manifest: ToolManifest | None = None,
) -> Any:
    """Make a function a node, which is found as `sessiond.nodes.<name>` and whose calls are recorded; of a list, each.

    The function stays what it is: it can be called as before, which is recorded only through `call` and its kin.

    Args:
        function: The function, a list of them, or the node's name.
        name: The node's name; the function's own when absent.
        middleware: What is put around the node, the first one outermost.
        manifest: What models are told of it in the place of its docstring and its parameters.
    """
    middleware = tuple(middleware)
    if isinstance(function, str):
        name, function = function, None
    if isinstance(function, (list, tuple)):
        if name is not None or manifest is not None:
            raise NodeError("a name and a manifest are those of one node, not of a list")
        return [_register(each, None, middleware, None) for each in function]
    if function is not None:
        return _register(function, name, middleware, manifest)
    return lambda function: _register(function, name, middleware, manifest)


def node_of(function: Callable[..., Any]) -> Node:
    """Give what is known of a function; one that was not made a node is one under its own name."""
    try:
        node = function.__sessiond_node__  # type: ignore[attr-defined]
    except Exception:
        node = None
    # Anything may answer to any name; a node is believed, nothing else.
    if type(node) is Node:
        if node.owner is function:
            return node
        if isinstance(function, (FunctionType, MethodType)):
            # A method, and what was put around a function, are that node by another way in.
            return _like(node, function)
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it is no node; decorate a function with function_node")
    if isinstance(function, _partial()) and type(inner := node_of(function.func)) is Node:
        return _like(inner, function)
    node = Node(name_of(function), function)
    if isinstance(function, FunctionType):
        function.__sessiond_node__ = node  # type: ignore[attr-defined]
    return node


def register(node: Node, function: Callable[..., Any], *, chosen: bool) -> None:
    """Make a node one that is found by its name, which somebody chose for it or which is its function's own.

    A later one of the same place in the code replaces it, and one of a notebook any earlier one of that notebook. A
    function within a function comes second to one that stands by itself: it is there only once that function runs, as
    often as it runs. Those that merely have the same name in several modules are all nodes, but none is found by it.
    """
    place = place_of(function)
    with _lock:
        known = _registry.get(node.name)
        if known is None or all(other.is_local for other in known.places):
            _registry[node.name] = _Registered(place, function, chosen)
            return
        for number, other in enumerate(known.places):
            if same_place(other, place):
                known.places[number], known.functions[number] = place, function
                known.chosen = known.chosen or chosen
                return
        if place.is_local or (known.chosen and not chosen):
            return
        if chosen and not known.chosen:
            _registry[node.name] = _Registered(place, function, True)
            return
        for number, other in enumerate(known.places):
            if chosen and other.module == place.module:
                if not (place.is_cell and other.is_cell):
                    raise NodeError(_both(node.name, [other, place]), "node_exists")
                known.places[number], known.functions[number] = place, function
                return
        known.places.append(place)
        known.functions.append(function)


class Nodes(ModuleType):
    """All nodes that are registered, as attributes."""

    def __getattr__(self, name: str) -> Any:
        """Find a node by its name."""
        known = _registry.get(name)
        if known is not None:
            if len(known.functions) > 1:
                raise AttributeError(_both(name, known.places))
            return known.functions[0]
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
    """What has a name; it is found by it when it is the only one."""

    __slots__ = ("chosen", "functions", "places")

    def __init__(self, place: Place, function: Callable[..., Any], chosen: bool) -> None:
        self.places = [place]
        self.functions = [function]
        self.chosen = chosen


_lock = threading.Lock()
_registry: dict[str, _Registered] = {}
nodes = Nodes("sessiond.nodes", "All nodes that are registered, as attributes.")
sys.modules["sessiond.nodes"] = nodes


def _register(function: Any, name: str | None, middleware: Iterable[Middleware], manifest: ToolManifest | None) -> Any:
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(_register(function.__func__, name, middleware, manifest))
    if not callable(function):
        raise NodeError(f"{function!r} cannot be called, so it cannot be a node")
    if name is not None and not _is_line(name):
        raise NodeError(f"a node's name is one line of text, not {name!r}")
    node = Node(name or name_of(function), function, middleware=middleware)
    node.manifest = manifest
    if not isinstance(function, FunctionType) and not (isinstance(function, type) and is_python(function)):
        # What is no plain function may not hold attributes, or share them with others.
        inner = function

        def function(*args: Any, **kwargs: Any) -> Any:
            return inner(*args, **kwargs)

        function.__name__ = function.__qualname__ = node.name
        function.__module__ = place_of(inner).module
        function.__doc__ = inner.__doc__ if isinstance(inner.__doc__, str) else None
        node.owner = function
    try:
        function.__sessiond_node__ = node
    except (AttributeError, TypeError) as error:
        raise NodeError(f"{function!r} cannot be marked as a node; put it into a function of its own") from error
    register(node, function, chosen=name is not None)
    return function


def _is_line(name: Any) -> bool:
    if not isinstance(name, str) or not name.strip():
        return False
    return not any(character < " " or "\x7f" <= character <= "\x9f" for character in name)


def _like(node: Node, function: Callable[..., Any]) -> Node:
    """Give a node that is another one by another function."""
    like = Node(node.name, function, kind=node.kind, middleware=node.middleware)
    like.manifest = node.manifest
    return like


def _partial() -> Any:
    """Give `functools.partial`, of which nothing can be before its module is loaded."""
    return getattr(sys.modules.get("functools"), "partial", ())


def _both(name: str, places: list[Place]) -> str:
    shown = ", ".join(f"{place.qualname} of {place.file or place.module}" for place in places[:-1])
    last = places[-1]
    return (
        f"there are {'two' if len(places) == 2 else len(places)} nodes {name!r}, {shown} and {last.qualname} of "
        f"{last.file or last.module}; give one of them a name of its own with function_node(name=…)"
    )


@in_child
def _forked() -> None:
    global _lock  # noqa: PLW0603
    _lock = threading.Lock()
