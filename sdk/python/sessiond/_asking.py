"""Requests of an agent to its model, and what is put around them."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Callable

from ._native import Frame, Json, Model
from ._node import Node
from .errors import ModelError, NodeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from ._scope import Scope
    from .llm import ModelBase
    from .llm.retries import RetryApproach
    from .middleware import Middleware

    Put = Callable[[str], Awaitable[None]]


def plain(user_input: Any) -> Any:
    """Give what an agent is asked without the classes of `sessiond.llm`."""
    told = getattr(user_input, "plain", None)
    if callable(told) and type(user_input).__module__.startswith("sessiond.llm"):
        return told()
    if isinstance(user_input, (list, tuple)):
        return [plain(message) for message in user_input]
    return user_input


def asked(user_input: Any, arguments: Mapping[str, Any]) -> str | list[dict[str, Any]]:
    """Give what an agent is asked, as a text or as messages; what it is asked as a tool is told by name."""
    if user_input is None:
        if not arguments:
            raise NodeError('an agent is called with what it is asked: call(agent, "…")')
        if len(arguments) == 1:
            user_input = next(iter(arguments.values()))
            return user_input if isinstance(user_input, str) else _json(user_input)
        lines = (f"{name}: {value if isinstance(value, str) else _json(value)}" for name, value in arguments.items())
        return "\n".join(lines)
    if arguments:
        raise NodeError(f"an agent is asked one thing, not {', '.join(arguments)} as well")
    messages = plain(user_input)
    if isinstance(messages, dict):
        return [messages]
    if isinstance(messages, (str, list)):
        return messages if isinstance(messages, str) else [dict(message) for message in messages]
    raise NodeError(f"an agent is asked a text or messages, not {user_input!r}")


def model_of(given: Any) -> Model | ModelBase | None:
    """Give the model that an agent is given, in any of the ways in which it may be."""
    if given is None or isinstance(given, Model):
        return given
    from .llm import ModelBase, model_of_name

    if isinstance(given, str):
        return model_of_name(given)
    if isinstance(given, ModelBase):
        return given
    raise NodeError(
        f"an agent's model is one of sessiond.llm, a sessiond.Model, or a name such as openai/gpt-5-mini, not {given!r}"
    )


overridden: ContextVar[dict[int, Model | ModelBase | None]] = ContextVar("sessiond_models", default={})  # noqa: B039
"""The models that take the place of those of agents, by the agents' identities: it is for tests."""


class Overriding:
    """A time in which an agent has another model."""

    def __init__(self, agent: object, model: Model | ModelBase | None) -> None:
        """Prepare it."""
        self._agent = agent
        self._model = model

    def __enter__(self) -> None:
        """Begin it."""
        self._token = overridden.set({**overridden.get(), id(self._agent): self._model})

    def __exit__(self, *error: object) -> None:
        """End it."""
        overridden.reset(self._token)


class Asking:
    """Requests of one call of an agent, and who gets the text as it is written."""

    def __init__(
        self,
        model: Model | ModelBase,
        put: Put | None,
        schema: Any,
        middleware: tuple[Middleware, ...],
    ) -> None:
        """Prepare to ask a model."""
        self.model = self._model = model if isinstance(model, Model) else model.model
        self._put = put
        self._retrying: RetryApproach | None = getattr(model, "retry_approach", None)
        self._function: Callable[[Any], Awaitable[Any]] | None = getattr(model, "answer", None)
        self._schema = schema
        self._middleware = middleware
        self._given = False

    async def ask(self, scope: Scope, request: Json) -> dict[str, Any]:
        """Give the answer to a request: a call of its own in the record, within what is put around it."""
        if self._middleware:
            from ._model_middleware import around

            return await around(self._middleware, self._model, self._schema, request, lambda r: self._call(scope, r))
        return await self._call(scope, request)

    async def _call(self, scope: Scope, request: Json) -> dict[str, Any]:
        self._given = False
        node = Node(self._model.name, self._request, kind="model")
        node.complete = self._complete
        answer: dict[str, Any] = await scope.session._coordinator.call(scope, node, (request,), {})
        # Of one that comes from the record nothing was handed over.
        if self._put is not None and not self._given and answer["text"]:
            await self._put(answer["text"])
        return answer

    def _complete(self, frame: Frame, answer: Any) -> bool:
        return frame.completed_model(answer, self._model)

    async def _request(self, request: Json) -> Any:
        attempt = 1
        while True:
            try:
                return await self._once(request)
            except ModelError as error:
                retrying = self._retrying
                if retrying is None or not error.retryable or self._given or attempt >= retrying.max_tries:
                    raise
                from asyncio import sleep

                await sleep(retrying.delay(attempt))
                attempt += 1

    async def _once(self, request: Json) -> Any:
        if self._function is not None:
            return await self._function(request.value())
        from asyncio import Queue, get_running_loop

        told: Queue[tuple[str, Any]] = Queue()
        work = self._model.ask(
            request,
            self._put is not None,
            get_running_loop().call_soon_threadsafe,
            lambda what, value: told.put_nowait((what, value)),
        )
        try:
            while True:
                what, value = await told.get()
                if what == "answer":
                    return value
                if what == "error":
                    value.message_history = _history(request)
                    raise value
                self._given = True
                if self._put is not None:
                    await self._put(value)
        finally:
            work.cancel()


def _history(request: Json) -> Any:
    from .llm import MessageHistory

    return MessageHistory.of(request.value()["messages"])


def _json(value: Any) -> str:
    from ._tool import text_of

    return text_of(value)
