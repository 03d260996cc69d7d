"""Agents: nodes that ask a language model, and call the tools that it wants called."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Callable, Generic, NamedTuple, Optional, TypeVar, overload

from ._asking import Asking, Overriding, asked, model_of, overridden
from ._native import Model, Turns, check_agent, memory_key, tool_name
from ._node import Node, register
from ._prompt import filled
from ._scope import current
from .errors import NodeError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from typing_extensions import TypeAlias, TypedDict, Unpack

    from ._manifest import ToolManifest
    from ._scope import Scope
    from ._session import Session
    from ._shapes import Read
    from ._tool import Tool
    from .llm import Message as LlmMessage
    from .llm import MessageHistory, ModelBase, SystemMessage
    from .middleware import Middleware

    Message: TypeAlias = dict[str, Any]
    Put: TypeAlias = Callable[[str], Awaitable[None]]
    # A text, a message, or several.
    Asked: TypeAlias = str | Message | LlmMessage | Sequence[Message | LlmMessage] | None

    class AgentOptions(TypedDict, total=False):
        """The parameters of `agent_node` beside the name and the shape of the answer."""

        system_message: str | SystemMessage | None
        tools: Iterable[Any] | Callable[..., Any]
        tool_nodes: Iterable[Any] | Callable[..., Any]
        model: Model | ModelBase | str | None
        llm: Model | ModelBase | str | None
        description: str
        manifest: ToolManifest | None
        max_tool_calls: int | None
        max_turns: int | None
        temperature: float | None
        top_p: float | None
        max_tokens: int | None
        stop: Iterable[str]
        seed: int | None
        memory: bool | str
        memory_messages: int
        middleware: Iterable[Middleware]
        model_middleware: Iterable[Middleware]


T = TypeVar("T")
O = TypeVar("O")  # noqa: E741

# Messages that are remembered when nobody says how many.
MEMORY = 40


class Usage(NamedTuple):
    """What an agent's requests used, all together."""

    input_tokens: int
    """Tokens that the model read."""
    output_tokens: int
    """Tokens that it wrote."""
    cost: Optional[float]
    """What that cost in US dollars; None when the model's prices are not known."""


class AgentResult(Generic[T]):
    """What an agent gives; as a text it is the model's last answer."""

    __slots__ = ("finish_reason", "messages", "refusal", "structured", "text", "usage")
    __recorded_fields__ = ("text", "structured", "messages", "usage", "finish_reason", "refusal")

    def __init__(
        self,
        text: str,
        structured: T,
        messages: list[Message],
        usage: Usage,
        finish_reason: str = "stop",
        refusal: str | None = None,
    ) -> None:
        """Hold a result."""
        self.text = text
        """The model's last answer, as it wrote it."""
        self.structured: T = structured
        """The answer as what `output_schema` names."""
        self.messages = messages
        """The whole conversation."""
        self.usage = usage
        """What the agent's own requests used."""
        self.finish_reason = finish_reason
        """Why the last answer ended: `stop`, `length` when it was cut off, `content_filter` when the service held
        something back, or the service's own word."""
        self.refusal = refusal
        """What the model said in declining to answer; None when it did not."""

    @property
    def content(self) -> Any:
        """The answer: what `output_schema` names when there is one, else the text."""
        return self.text if self.structured is None else self.structured

    @property
    def message_history(self) -> MessageHistory:
        """The whole conversation, as messages of `sessiond.llm`."""
        from .llm import MessageHistory

        return MessageHistory.of(self.messages)

    @property
    def tool_invocations(self) -> list[tuple[Any, Any]]:
        """The tools that were called, each with what it gave."""
        history = self.message_history
        given = {message.content.identifier: message.content for message in history if message.role == "tool"}
        calls = [call for message in history for call in message.tool_calls]
        return [(call, given[call.identifier]) for call in calls if call.identifier in given]

    @property
    def __sessiond_text__(self) -> str:
        """What a model reads of it."""
        return self.text

    def __str__(self) -> str:
        """Give the text."""
        return self.text

    def __repr__(self) -> str:
        """Tell what it is."""
        return f"AgentResult(text={self.text!r}, structured={self.structured!r}, usage={self.usage!r})"

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same result."""
        if not isinstance(other, AgentResult):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self.__recorded_fields__)

    __hash__ = None  # type: ignore[assignment]


class Agent(Generic[T]):
    """A node that asks a language model; `agent_node` makes it."""

    def __init__(
        self,
        name: str,
        *,
        system_message: str | None,
        tools: dict[str, Tool],
        output: tuple[dict[str, Any], Read] | None,
        schema: Any,
        model: Model | ModelBase | None,
        description: str,
        manifest: ToolManifest | None,
        options: dict[str, Any],
        memory: str | None,
        memory_messages: int,
        middleware: Iterable[Middleware],
        model_middleware: Iterable[Middleware],
    ) -> None:
        """Describe it."""
        self.name = name
        self.model_middleware = tuple(model_middleware)
        self._system = system_message
        self._tools = tools
        self._output = output
        self._schema = schema
        self._model = model
        self._options = options
        self._memory = None if memory is None else memory_key(memory)
        self._memory_messages = memory_messages
        self.__doc__ = description
        self._put_around(middleware)
        self.__sessiond_tool__ = {
            "name": tool_name(name),
            "description": description,
            "parameters": _ASKED if manifest is None else manifest.schema(),
        }

    def _put_around(self, middleware: Iterable[Middleware]) -> None:
        node = Node(self.name, self._run, kind="agent", middleware=middleware)
        node.owner = self
        node.pieces = self._talk
        node.recorded = _recorded
        self.__sessiond_node__ = node

    def _coupled(self, middleware: tuple[Middleware, ...], model_middleware: tuple[Middleware, ...]) -> Agent[T]:
        from copy import copy

        coupled = copy(self)
        coupled.model_middleware = (*model_middleware, *self.model_middleware)
        coupled._put_around((*middleware, *self.__sessiond_node__.middleware))
        return coupled

    async def __call__(self, user_input: Asked = None, **arguments: Any) -> AgentResult[T]:
        """Call it in the session in which this runs, as `call` does."""
        from ._calls import call

        return await call(self, user_input, **arguments)

    def override(self, *, model: Model | ModelBase | str) -> Overriding:
        """Have another model asked within `with`, in this context alone; it is for tests."""
        return Overriding(self, model_of(model))

    def __repr__(self) -> str:
        """Tell which it is."""
        return f"<Agent {self.name}>"

    async def _run(self, user_input: Asked = None, **arguments: Any) -> AgentResult[T]:
        return await self._talk(None, user_input, **arguments)

    async def _talk(self, put: Put | None, user_input: Asked = None, **arguments: Any) -> AgentResult[T]:
        scope = current.get()
        if scope is None:
            raise NodeError(f"{self.name} is an agent: call it with call(), or await it", "no_session")
        said = asked(user_input, arguments)
        model = overridden.get().get(id(self)) or self._model or await _environments_model(scope)
        asking = Asking(model, put, self._schema, self.model_middleware)
        turns = Turns(self._options, await self._opening(scope, said), asking.model)
        while True:
            answer = await asking.ask(scope, turns.request())
            wanted = turns.answered(answer)
            if wanted:
                turns.results(await self._results(scope, wanted))
                continue
            structured: Any = None
            if self._output is not None:
                try:
                    structured = self._output[1](turns.value(), "the answer")
                except ValueError as wrong:
                    turns.wrong(str(wrong))
                    continue
            if self._memory is not None:
                scope.session.context.put(self._memory, turns.memory(self._memory_messages))
            reason, refusal = _finish_of(answer), answer.get("refusal")
            if reason in _CUT:
                scope.session._log.warning("%s: %s", self.name, _CUT[reason])
            return AgentResult(turns.text, structured, turns.messages(), Usage(*turns.used()), reason, refusal)

    async def _opening(self, scope: Scope, user_input: str | list[Message]) -> list[Message]:
        """Give the messages that a call begins with.

        When they depend on the context they are a recorded call of their own: who resumes begins with the same,
        although the context has changed since.
        """
        texts = (self._system or "", user_input if isinstance(user_input, str) else "")
        if self._memory is None and not any("{" in text for text in texts):
            return self._messages(scope.session, user_input)

        async def prompt(user_input: str | list[Message]) -> list[Message]:
            return self._messages(scope.session, user_input)

        opening: list[Message] = await scope.session._coordinator.call(
            scope, Node("prompt", prompt, kind="other"), (user_input,), {}
        )
        return opening

    def _messages(self, session: Session, user_input: str | list[Message]) -> list[Message]:
        injects = session.settings.prompt_injection

        def told(text: str) -> str:
            return filled(session, text) if injects else text

        messages: list[Message] = []
        if self._system is not None:
            messages.append({"role": "system", "content": told(self._system)})
        if self._memory is not None:
            messages.extend(session.context.get(self._memory) or ())
        if isinstance(user_input, str):
            messages.append({"role": "user", "content": told(user_input)})
        else:
            messages.extend(user_input)
        return messages

    async def _results(self, scope: Scope, wanted: list[tuple[str, Any, str | None]]) -> list[str]:
        """Call the tools, all at the same time; they begin in the model's order, and so stand in the record."""
        import asyncio

        async def result(name: str, arguments: Any, refused: str | None) -> str:
            return await self._tools[name].call(scope, arguments) if refused is None else refused

        if len(wanted) == 1:
            return [await result(*wanted[0])]
        tasks = [asyncio.ensure_future(result(*one)) for one in wanted]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            left = [task for task in tasks if not task.done()]
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left)


@overload
def agent_node(name: str | None = None, *, output_schema: type[O], **options: Unpack[AgentOptions]) -> Agent[O]: ...
@overload
def agent_node(
    name: str | None = None, *, output_schema: Any = None, **options: Unpack[AgentOptions]
) -> Agent[Any]: ...
def agent_node(
    name: str | None = None,
    *,
    output_schema: Any = None,
    system_message: str | SystemMessage | None = None,
    tools: Iterable[Any] | Callable[..., Any] = (),
    tool_nodes: Iterable[Any] | Callable[..., Any] = (),
    model: Model | ModelBase | str | None = None,
    llm: Model | ModelBase | str | None = None,
    description: str = "",
    manifest: ToolManifest | None = None,
    max_tool_calls: int | None = None,
    max_turns: int | None = None,
    temperature: float | None = None,
    top_p: float | None = None,
    max_tokens: int | None = None,
    stop: Iterable[str] = (),
    seed: int | None = None,
    memory: bool | str = False,
    memory_messages: int = MEMORY,
    middleware: Iterable[Middleware] = (),
    model_middleware: Iterable[Middleware] = (),
) -> Agent[Any]:
    """Make an agent: a node that asks a language model, and calls the tools that it wants called.

    Args:
        name: Its name, under which `sessiond.nodes` finds it; without one it is called `Agent`, and not found.
        output_schema: What the answer is to be: a dataclass, a TypedDict, a pydantic model, any other type that has a
            JSON Schema, or such a schema itself. The result has it as `structured`.
        system_message: How the model shall behave; `{key}` is filled from the session's context.
        tools: What the model may have called: functions, nodes, other agents, tools of MCP servers.
        tool_nodes: The same, under the name that Railtracks has for it.
        model: The model: one of `sessiond.llm`, a `Model`, or a name such as `openai/gpt-5-mini`; the one that the
            environment names when absent, looked for at the first request.
        llm: The same, under the name that Railtracks has for it.
        description: What the agent is good for, told to other agents that have it as a tool.
        manifest: The same, with the parameters that it takes as a tool.
        max_tool_calls: The most tools that are called in one call of the agent; the model is asked for its answer then.
        max_turns: The most requests in one call of the agent (50).
        temperature: How freely words are drawn; 0 takes the likeliest each time.
        top_p: Draws from the likeliest words alone whose probabilities add up to this.
        max_tokens: The most tokens of one answer.
        stop: Texts that end an answer.
        seed: What the drawing of words starts from.
        memory: Whether the next call goes on with what was said, which is kept in the session's context under
            `memory/{name}`. A text is the name of a memory that agents share.
        memory_messages: How many messages are remembered, the latest ones (40).
        middleware: What is put around the agent, the first one outermost.
        model_middleware: What is put around each request to its model, the first one outermost.
    """
    from ._tool import tools_of

    is_named = name is not None
    name = "Agent" if name is None else name
    if not isinstance(name, str) or not name.strip():
        raise NodeError(f"an agent's name is a text, not {name!r}")
    if tools and tool_nodes:
        raise NodeError("tools and tool_nodes are the same; give one of them")
    if model is not None and llm is not None:
        raise NodeError("model and llm are the same; give one of them")
    given = model_of(model if model is not None else llm)
    drawn = {} if given is None or isinstance(given, Model) else given.sampling
    offered = tools_of(tools or tool_nodes)
    output = None
    if output_schema is not None:
        from ._shapes import output_shape

        output = output_shape(output_schema)
    options: dict[str, Any] = {
        "tools": [tool.definition for tool in offered.values()],
        "output": None if output is None else output.schema,
        "temperature": drawn.get("temperature") if temperature is None else temperature,
        "top_p": drawn.get("top_p") if top_p is None else top_p,
        "max_tokens": drawn.get("max_tokens") if max_tokens is None else max_tokens,
        "stop": [stop] if isinstance(stop, str) else list(stop) or drawn.get("stop", []),
        "seed": drawn.get("seed") if seed is None else seed,
        "max_tool_calls": max_tool_calls,
        "max_turns": max_turns,
    }
    check_agent(options)
    agent: Agent[Any] = Agent(
        name,
        system_message=system_message
        if system_message is None
        else str(getattr(system_message, "content", system_message)),
        tools=offered,
        output=output,
        schema=output_schema,
        model=given,
        description=description or ("" if manifest is None else manifest.description),
        manifest=manifest,
        options=options,
        memory=name if memory is True else memory or None,
        memory_messages=memory_messages,
        middleware=middleware,
        model_middleware=model_middleware,
    )
    # It is known by the place in the code that made it, as a function is by its own.
    place = sys._getframe(1)
    agent.__module__ = place.f_globals.get("__name__", "builtins")
    function = place.f_code.co_name
    agent.__qualname__ = name if function == "<module>" else f"{function}.<locals>.{name}"  # type: ignore[attr-defined]
    if is_named:
        register(agent.__sessiond_node__, agent, chosen=True)
    return agent


_ASKED = {
    "type": "object",
    "properties": {"user_input": {"type": "string", "description": "What it is asked."}},
    "required": ["user_input"],
    "additionalProperties": False,
}
_CUT = {
    "length": "the model's answer was cut off at max_tokens, or at the model's own limit",
    "content_filter": "the model's service held back a part of the answer, or all of it",
}


def _recorded(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Give what an agent is asked as plain messages, which are compared when its program runs again."""
    from ._asking import plain

    if args:
        return (plain(args[0]), *args[1:]), kwargs
    return args, {**kwargs, "user_input": plain(kwargs["user_input"])} if "user_input" in kwargs else kwargs


def _finish_of(answer: Message) -> str:
    """Give why an answer ended, in the words that services have for it."""
    finish = answer["finish"]
    if isinstance(finish, dict):
        return str(finish.get("other"))
    return "content_filter" if finish == "filtered" else str(finish)


_known: dict[tuple[str | None, ...], Model] = {}
_VARIABLES = ("SESSIOND_MODEL_URL", "SESSIOND_MODEL", "SESSIOND_MODEL_KEY")


async def _environments_model(scope: Scope) -> Model:
    """Give the model that the environment names now."""
    named = tuple(os.environ.get(name) for name in _VARIABLES)
    known = _known.get(named)
    if known is None:
        known = await scope.session._coordinator.in_thread(scope, Model.from_env)
        _known.clear()
        _known[named] = known
    return known
