"""What is put around each request to a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from ._native import Json, Model
from ._node import Node
from .errors import NodeError
from .llm import MessageHistory, Response, Tool
from .llm._response import answer_of, response_of

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .middleware import Middleware


async def around(
    middleware: tuple[Middleware, ...],
    model: Model,
    schema: Any,
    request: Json,
    ask: Callable[[Json], Awaitable[dict[str, Any]]],
) -> dict[str, Any]:
    """Ask within middleware, which sees the conversation, the type of the answer and the tools, and may change them.

    The tools and the conversation of the request that is sent are what it hands on. The middleware runs again when its
    program does; the request within, and whatever it calls by itself, are calls of their own in the record.
    """
    plain = request.value()
    history = MessageHistory.of(plain["messages"])
    tools = [Tool(tool["name"], tool["description"], tool["parameters"]) for tool in plain.get("tools", ())]
    answers: list[dict[str, Any]] = []

    async def innermost(history: MessageHistory, schema: Any = None, tools: list[Tool] | None = None) -> Response:
        changed = {**plain, "messages": MessageHistory.of(history).plain(), "tools": _definitions(tools)}
        answer = await ask(request if _same(changed, plain) else Json(changed))
        answers.append(answer)
        return response_of(answer)

    node = Node(model.name, innermost, kind="model")

    async def proceed(depth: int, *args: Any, **kwargs: Any) -> Any:
        if depth == len(middleware):
            return await innermost(*args, **kwargs)

        async def inner(*args: Any, **kwargs: Any) -> Any:
            return await proceed(depth + 1, *args, **kwargs)

        return await middleware[depth].run(node, inner, args, kwargs)

    response = await proceed(0, history, schema, tools or None)
    if not isinstance(response, Response):
        raise NodeError(f"middleware of a model gives a Response, not {response!r}")
    last = answers[-1] if answers else None
    if last is not None and response == response_of(last):
        return last
    return answer_of(response, last)


def _definitions(tools: list[Tool] | None) -> list[dict[str, Any]]:
    return [{"name": tool.name, "description": tool.detail, "parameters": tool.parameters} for tool in tools or ()]


def _same(changed: dict[str, Any], plain: dict[str, Any]) -> bool:
    return all(changed[name] == plain.get(name, []) for name in ("messages", "tools"))
