"""An answer of a model, and a tool, as middleware of a model sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._messages import AssistantMessage, MessageHistory


@dataclass
class MessageInfo:
    """What is known of an answer beside what it says."""

    input_tokens: int | None = None
    """Tokens that the model read."""
    output_tokens: int | None = None
    """Tokens that it wrote."""
    latency: float | None = None
    """Seconds from the request to the end of the answer."""
    model_name: str | None = None
    """The model, as its provider names it."""
    total_cost: float | None = None
    """What it cost in US dollars, when that is known."""

    @property
    def total_tokens(self) -> int | None:
        """All tokens together."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        return self.input_tokens + self.output_tokens


@dataclass
class Response:
    """An answer of a model."""

    message: AssistantMessage
    """What it said."""
    message_info: MessageInfo = field(default_factory=MessageInfo)
    """What is known of it."""

    @property
    def text(self) -> str:
        """What it said, as a text."""
        text: str = self.message.plain()["content"]
        return text

    def __str__(self) -> str:
        """Tell what it said."""
        return str(self.message)


@dataclass
class Tool:
    """A tool that a model is offered."""

    name: str
    """Its name."""
    detail: str
    """What it does."""
    parameters: dict[str, Any]
    """The JSON Schema of its arguments."""


def response_of(answer: dict[str, Any]) -> Response:
    """Give an answer of a model as middleware sees it."""
    plain = {"role": "assistant", "content": answer["text"], "tool_calls": answer["tool_calls"]}
    (message,) = MessageHistory.of([plain])
    usage, latency = answer.get("usage") or {}, answer.get("latency") or {}
    seconds = latency.get("secs", 0) + latency.get("nanos", 0) / 1e9
    info = MessageInfo(usage.get("input_tokens"), usage.get("output_tokens"), seconds, answer.get("model"))
    return Response(message if isinstance(message, AssistantMessage) else AssistantMessage(message.content), info)


def answer_of(response: Response, answer: dict[str, Any] | None) -> dict[str, Any]:
    """Give what middleware made of an answer as an answer; one that it made itself cost nothing."""
    if answer is None:
        answer = {
            "finish": "stop",
            "usage": None,
            "latency": {"secs": 0, "nanos": 0},
            "model": response.message_info.model_name or "",
            "provider": "",
        }
    said = response.message.plain()
    calls = said.get("tool_calls", [])
    finish = answer["finish"]
    if calls or finish == "tool_calls":
        finish = "tool_calls" if calls else "stop"
    return {**answer, "text": said["content"], "tool_calls": calls, "finish": finish}
