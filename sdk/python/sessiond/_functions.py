"""Functions as middleware: of nodes, and of the models of agents."""

from __future__ import annotations

from functools import wraps
from typing import Any, Callable, TypeVar, overload

from ._callable import COROUTINE, code_flags
from .errors import NodeError
from .middleware import Middleware

F = TypeVar("F", bound=Callable[..., Any])


@overload
def wrap_node(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def wrap_node(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def wrap_node(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of an asynchronous function `f(call, *args, **kwargs)`, in which `call` is what is inside."""
    return _made(function, name, _around)


@overload
def before_node(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def before_node(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def before_node(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of a function that is called with a node's arguments before it, and may give others.

    It gives None to leave them as they are, `(args, kwargs)`, or the one argument.
    """
    return _made(function, name, _before)


@overload
def after_node(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def after_node(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def after_node(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of a function that is given a node's result, and gives what takes its place."""
    return _made(function, name, _after)


@overload
def wrap_llm(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def wrap_llm(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def wrap_llm(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of a model of an asynchronous function `f(llm_call, message_history, schema, tools)`."""
    return _made(function, name, _around)


@overload
def before_llm(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def before_llm(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def before_llm(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of a model of a function that is given the conversation, the type of the answer and the tools of
    each request, and gives what is sent in their place.
    """
    return _made(function, name, _before_model)


@overload
def after_llm(function: Callable[..., Any], /, *, name: str | None = None) -> Middleware: ...
@overload
def after_llm(*, name: str | None = None) -> Callable[[Callable[..., Any]], Middleware]: ...
def after_llm(function: Any = None, /, *, name: str | None = None) -> Any:
    """Make middleware of a model of a function that is given each `Response`, and gives what takes its place."""
    return _made(function, name, _after)


async def settled(value: Any) -> Any:
    """Give what a function gives that may be asynchronous."""
    return await value if hasattr(type(value), "__await__") else value


def _made(function: Any, name: str | None, make: Callable[[Any], Any]) -> Any:
    if function is None:
        return lambda function: _made(function, name, make)
    if not callable(function):
        raise NodeError(f"middleware is made of a function, not of {function!r}")
    return Middleware(make(function), name)


def _around(function: F) -> F:
    if not code_flags(function) & COROUTINE:
        raise NodeError(f"what is put around a node is an asynchronous function, which {function!r} is not")
    return function


def _before(function: Any) -> Any:
    @wraps(function)
    async def before(call: Any, *args: Any, **kwargs: Any) -> Any:
        given = await settled(function(*args, **kwargs))
        if given is None:
            return await call(*args, **kwargs)
        if isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], tuple) and isinstance(given[1], dict):
            return await call(*given[0], **given[1])
        return await call(given)

    return before


def _after(function: Any) -> Any:
    @wraps(function)
    async def after(call: Any, *args: Any, **kwargs: Any) -> Any:
        return await settled(function(await call(*args, **kwargs)))

    return after


def _before_model(function: Any) -> Any:
    @wraps(function)
    async def before(call: Any, history: Any, schema: Any = None, tools: Any = None) -> Any:
        return await call(*await settled(function(history, schema, tools)))

    return before
