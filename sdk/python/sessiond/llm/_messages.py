"""What is said in a conversation with a model, as objects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(str, Enum):
    """Who says it."""

    system = "system"
    user = "user"
    assistant = "assistant"
    tool = "tool"

    def __str__(self) -> str:
        """Give the word."""
        return str(self.value)


@dataclass
class ToolCall:
    """A model's wish that a tool be called."""

    identifier: str
    """What its result is sent back under."""
    name: str
    """The tool's name."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """The arguments, by name."""

    def __str__(self) -> str:
        """Tell it as a call."""
        return f"{self.name}({self.arguments})"


@dataclass
class ToolResponse:
    """What a tool gave."""

    identifier: str
    """The identifier of the call that it answers."""
    name: str
    """The tool's name."""
    result: str
    """The result, as a text."""

    def __str__(self) -> str:
        """Tell it as a result."""
        return f"{self.name} -> {self.result}"


class ToolCalls(list[ToolCall]):
    """The tools that one answer of a model wants called, and what it said beside."""

    def __init__(self, tool_calls: Iterable[ToolCall] = (), text: str | None = None) -> None:
        """Hold the calls and the text."""
        super().__init__(tool_calls)
        self.text = text


class Message:
    """Something that is said in a conversation."""

    __recorded_fields__ = ("content", "role")

    def __init__(self, content: Any, role: Role | str) -> None:
        """Hold what is said, and who says it."""
        self.content = content
        self.role = Role(role)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tools that it wants called."""
        return list(self.content) if isinstance(self.content, list) else []

    def __str__(self) -> str:
        """Tell who says what."""
        return f"{self.role}: {self.content}"

    def __repr__(self) -> str:
        """Tell what it is."""
        return f"{type(self).__name__}({self.content!r})"

    def __eq__(self, other: object) -> bool:
        """Tell whether the same is said by the same."""
        return isinstance(other, Message) and (self.role, self.content) == (other.role, other.content)

    __hash__ = None  # type: ignore[assignment]

    def plain(self) -> dict[str, Any]:
        """Give it as agents and models have it."""
        content = self.content
        if self.role is Role.tool:
            return {"role": "tool", "call_id": content.identifier, "content": content.result}
        if self.role is not Role.assistant:
            return {"role": str(self.role), "content": content}
        if isinstance(content, list):
            calls = [{"id": call.identifier, "name": call.name, "arguments": call.arguments} for call in content]
            return {"role": "assistant", "content": getattr(content, "text", None) or "", "tool_calls": calls}
        from .._tool import text_of

        return {"role": "assistant", "content": text_of(content)}


class SystemMessage(Message):
    """How the model shall behave."""

    def __init__(self, content: str) -> None:
        """Hold the text."""
        super().__init__(_text(self, content), Role.system)


class UserMessage(Message):
    """What a person, or a program in their place, says."""

    def __init__(self, content: str) -> None:
        """Hold the text."""
        super().__init__(_text(self, content), Role.user)


class AssistantMessage(Message):
    """What the model said: a text, the tools that it wants called, or a structured answer."""

    def __init__(self, content: Any) -> None:
        """Hold what it said."""
        if isinstance(content, list) and not isinstance(content, ToolCalls):
            content = ToolCalls(content)
        super().__init__(content, Role.assistant)


class ToolMessage(Message):
    """What a tool gave."""

    def __init__(self, content: ToolResponse) -> None:
        """Hold what it gave."""
        if not isinstance(content, ToolResponse):
            raise TypeError(f"a ToolMessage has a ToolResponse, not {content!r}")
        super().__init__(content, Role.tool)


class MessageHistory(list[Message]):
    """A conversation."""

    def __str__(self) -> str:
        """Give a line for each message."""
        return "\n".join(map(str, self))

    def removed_system_messages(self) -> MessageHistory:
        """Give it without what the system says."""
        return MessageHistory(message for message in self if message.role is not Role.system)

    def plain(self) -> list[dict[str, Any]]:
        """Give it as agents and models have it."""
        return [message.plain() for message in self]

    @classmethod
    def of(cls, messages: Iterable[Any]) -> MessageHistory:
        """Make one of messages, which may be dictionaries."""
        made = cls()
        names: dict[str, str] = {}
        for message in messages:
            one = message if isinstance(message, Message) else _message(message, names)
            names.update({call.identifier: call.name for call in one.tool_calls})
            made.append(one)
        return made


def _message(message: dict[str, Any], names: dict[str, str]) -> Message:
    role, content = message["role"], message.get("content") or ""
    if role == "system":
        return SystemMessage(content)
    if role == "user":
        return UserMessage(content)
    if role == "tool":
        call = message["call_id"]
        return ToolMessage(ToolResponse(call, names.get(call, ""), content))
    calls = [ToolCall(call["id"], call["name"], call["arguments"]) for call in message.get("tool_calls") or ()]
    return AssistantMessage(ToolCalls(calls, content or None) if calls else content)


def _text(message: Message, content: object) -> str:
    if not isinstance(content, str):
        raise TypeError(f"a {type(message).__name__} has a text, not {content!r}")
    return content
