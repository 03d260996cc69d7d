"""A node with more around it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from ._agent import Agent
from ._node import Node, node_of
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .middleware import Middleware

F = TypeVar("F", bound=Callable[..., Any])


def couple(node: F, middleware: Iterable[Middleware] = (), *, model_middleware: Iterable[Middleware] = ()) -> F:
    """Give a node that is another one with more around it, outside of what it has already; that one stays as it is.

    Args:
        node: The node.
        middleware: What is put around it, the first one outermost.
        model_middleware: What is put around each request to its model, when it is an agent.
    """
    added, around_model = tuple(middleware), tuple(model_middleware)
    if isinstance(node, Agent):
        coupled: Any = node._coupled(added, around_model)
        return coupled  # type: ignore[no-any-return]
    if around_model:
        raise NodeError(f"{node!r} is no agent, so it has no model")
    known = node_of(node)

    @wraps(node)
    def function(*args: Any, **kwargs: Any) -> Any:
        return node(*args, **kwargs)

    new = Node(known.name, known.function, kind=known.kind, middleware=(*added, *known.middleware))
    new.owner = function
    new.manifest = known.manifest
    function.__sessiond_node__ = new  # type: ignore[attr-defined]
    return function  # type: ignore[return-value]
