"""Guards of what a model is told, and of what it says: they let it pass, change it, or block it.

```python
@rt.input_guard
def no_passwords(event):
    if "password" in str(event.messages[-1].content):
        return rt.guardrails.GuardrailDecision.block("Requests for passwords are not allowed.")
    return rt.guardrails.GuardrailDecision.allow()

Agent = rt.agent_node(llm=…, model_middleware=[no_passwords])
```
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Callable, Optional, overload

from ._functions import settled
from .errors import NodeInvocationError
from .llm import AssistantMessage, Message, MessageHistory, Response, UserMessage
from .middleware import Middleware

if TYPE_CHECKING:
    from ._node import Node
    from .middleware import Proceed

__all__ = [
    "GuardrailAction",
    "GuardrailBlockedError",
    "GuardrailDecision",
    "InputGuard",
    "LLMGuardrailEvent",
    "LLMGuardrailPhase",
    "OutputGuard",
    "input_guard",
    "output_guard",
]


class GuardrailAction(str, Enum):
    """What a guard decides."""

    ALLOW = "allow"
    TRANSFORM = "transform"
    BLOCK = "block"


class LLMGuardrailPhase(str, Enum):
    """What a guard looks at: what a model is told, or what it says."""

    INPUT = "llm_input"
    OUTPUT = "llm_output"


@dataclass
class GuardrailDecision:
    """What a guard decides, and why."""

    action: GuardrailAction
    """Whether it passes, is changed, or is blocked."""
    reason: str
    """Why."""
    messages: Optional[MessageHistory] = None
    """The conversation that takes the place of what the model was to be told."""
    output_message: Optional[Message] = None
    """The message that takes the place of what the model said."""
    user_facing_message: Optional[str] = None
    """What people may be told of a block."""
    meta: Optional[dict[str, Any]] = None
    """What else there is to say."""

    @classmethod
    def allow(cls, reason: str = "it is allowed", meta: dict[str, Any] | None = None) -> GuardrailDecision:
        """Let it pass."""
        return cls(GuardrailAction.ALLOW, reason, meta=meta)

    @classmethod
    def block(
        cls, reason: str, user_facing_message: str | None = None, meta: dict[str, Any] | None = None
    ) -> GuardrailDecision:
        """Block it: the agent's call fails with `GuardrailBlockedError`."""
        return cls(GuardrailAction.BLOCK, reason, user_facing_message=user_facing_message, meta=meta)

    @classmethod
    def transform_messages(
        cls, messages: MessageHistory, reason: str, meta: dict[str, Any] | None = None
    ) -> GuardrailDecision:
        """Tell the model something else."""
        return cls(GuardrailAction.TRANSFORM, reason, messages=messages, meta=meta)

    @classmethod
    def transform_output(
        cls, output_message: Message, reason: str, meta: dict[str, Any] | None = None
    ) -> GuardrailDecision:
        """Have the model say something else."""
        return cls(GuardrailAction.TRANSFORM, reason, output_message=output_message, meta=meta)


@dataclass
class LLMGuardrailEvent:
    """What a guard looks at."""

    phase: LLMGuardrailPhase
    """Whether that is what a model is told, or what it says."""
    messages: MessageHistory
    """The conversation that the model is told."""
    output_message: Optional[Message] = None
    """What it says."""
    node_name: Optional[str] = None
    """The agent's name, when it is known."""
    run_id: Optional[str] = None
    """The session's id."""
    model_name: Optional[str] = None
    """The model's name."""
    tags: Optional[dict[str, str]] = None
    """What else is known."""


class GuardrailBlockedError(NodeInvocationError):
    """A guard has blocked what a model was to be told, or what it said."""

    def __init__(
        self,
        reason: str = "blocked",
        code: str = "blocked",
        *,
        rail_name: str | None = None,
        user_facing_message: str | None = None,
        meta: dict[str, Any] | None = None,
    ) -> None:
        """Make one of why it was blocked."""
        super().__init__(f"{rail_name}: {reason}" if rail_name else reason, code)
        self.reason = reason
        self.rail_name = rail_name
        self.user_facing_message = user_facing_message
        self.meta = meta


class Guard(Middleware):
    """A guard of an agent's model. With `fail_open`, one that fails by itself lets pass what it looks at."""

    phase: LLMGuardrailPhase

    def __init__(self, name: str | None = None, fail_open: bool = False) -> None:
        """Make one of that name; the class's own when absent."""
        super().__init__(None, name)
        self.fail_open = fail_open

    def __call__(self, event: LLMGuardrailEvent) -> Any:
        """Decide. A subclass says how; it may be asynchronous, and call nodes."""
        raise NotImplementedError

    def convert(self, value: Any) -> LLMGuardrailEvent:
        """Give a text, a message or a conversation as what a guard looks at."""
        if isinstance(value, LLMGuardrailEvent):
            return value
        if isinstance(value, MessageHistory):
            history = value
        elif isinstance(value, Message):
            history = MessageHistory([value])
        else:
            history = MessageHistory([UserMessage(value)])
        if self.phase is LLMGuardrailPhase.INPUT:
            return LLMGuardrailEvent(self.phase, history)
        said = history[-1] if isinstance(value, (Message, MessageHistory)) else AssistantMessage(value)
        return LLMGuardrailEvent(self.phase, MessageHistory(history[:-1]), said)

    def decide(self, value: Any) -> Any:
        """Decide of a text, a message or a conversation, outside of any agent."""
        return self(self.convert(value))

    async def _decision(self, event: LLMGuardrailEvent) -> GuardrailDecision:
        try:
            decision = await settled(self(event))
            if not isinstance(decision, GuardrailDecision):
                raise TypeError(f"a guard gives a GuardrailDecision, not {decision!r}")
        except Exception as error:
            if self.fail_open:
                return GuardrailDecision.allow(f"{self.name} failed: {error}")
            raise GuardrailBlockedError(
                f"the guard failed: {type(error).__name__}: {error}", rail_name=self.name
            ) from error
        if decision.action is GuardrailAction.BLOCK:
            raise GuardrailBlockedError(
                decision.reason,
                rail_name=self.name,
                user_facing_message=decision.user_facing_message,
                meta=decision.meta,
            )
        return decision

    def _event(self, node: Node, history: MessageHistory, said: Message | None) -> LLMGuardrailEvent:
        from ._calls import session_id

        return LLMGuardrailEvent(self.phase, history, said, None, session_id(), node.name)


class InputGuard(Guard):
    """A guard of what a model is told."""

    phase = LLMGuardrailPhase.INPUT

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Decide of the conversation before it is sent."""
        history, *rest = args
        decision = await self._decision(self._event(node, history, None))
        if decision.action is GuardrailAction.TRANSFORM and decision.messages is not None:
            history = decision.messages
        return await proceed(history, *rest, **kwargs)


class OutputGuard(Guard):
    """A guard of what a model says; answers that only call tools pass."""

    phase = LLMGuardrailPhase.OUTPUT

    async def run(self, node: Node, proceed: Proceed, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Decide of an answer before anybody has it."""
        response: Response = await proceed(*args, **kwargs)
        if response.message.tool_calls:
            return response
        decision = await self._decision(self._event(node, args[0], response.message))
        if decision.action is GuardrailAction.TRANSFORM and decision.output_message is not None:
            return Response(AssistantMessage(decision.output_message.content), response.message_info)
        return response


Decide = Callable[[LLMGuardrailEvent], Any]


@overload
def input_guard(function: Decide, /) -> InputGuard: ...
@overload
def input_guard(*, name: str | None = None, fail_open: bool = False) -> Callable[[Decide], InputGuard]: ...
def input_guard(function: Any = None, /, *, name: str | None = None, fail_open: bool = False) -> Any:
    """Make a guard of what a model is told of a function that decides."""
    return _guard(InputGuard, function, name, fail_open)


@overload
def output_guard(function: Decide, /) -> OutputGuard: ...
@overload
def output_guard(*, name: str | None = None, fail_open: bool = False) -> Callable[[Decide], OutputGuard]: ...
def output_guard(function: Any = None, /, *, name: str | None = None, fail_open: bool = False) -> Any:
    """Make a guard of what a model says of a function that decides."""
    return _guard(OutputGuard, function, name, fail_open)


def _guard(base: type[Guard], function: Any, name: str | None, fail_open: bool) -> Any:
    if function is None:
        return lambda function: _guard(base, function, name, fail_open)

    class Function(base):  # type: ignore[valid-type, misc]
        __doc__ = function.__doc__

        def __call__(self, event: Any) -> Any:
            """Decide."""
            return function(self.convert(event))

    return Function(name or getattr(function, "__name__", type(function).__name__), fail_open)
