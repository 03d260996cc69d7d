"""Middleware that is there already, under the names that Railtracks has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..middleware import Middleware, Retry, Timeout

if TYPE_CHECKING:
    from .._node import Node
    from ..middleware import Proceed

__all__ = ["ContextInjection", "Retry", "Timeout"]


class ContextInjection(Middleware):
    """Fills `{key}` in what a model is told from the session's context, for sessions with `prompt_injection=False`.

    Other sessions have filled it in already.
    """

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Fill the texts of the system and of the user."""
        from .._calls import current_session
        from .._prompt import filled
        from ..llm import MessageHistory

        session = current_session()
        if session.settings.prompt_injection:
            return await proceed(*args, **kwargs)
        history, *rest = args
        messages = MessageHistory.of(history).plain()
        for message in messages:
            if message["role"] in ("system", "user"):
                message["content"] = filled(session, message["content"])
        return await proceed(MessageHistory.of(messages), *rest, **kwargs)
