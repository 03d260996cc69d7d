"""What tests of agents and nodes need: models that answer what a test says, and sessions that leave nothing behind.

```python
from sessiond import testing

def test_the_weather():
    model = testing.ScriptedModel([testing.tool_call("weather", city="Bonn"), "It rains."])
    with testing.session() as session, Weather.override(model=model):
        assert session.call_sync(Weather, "Weather?").text == "It rains."
    assert model.asked[1][-1].content.result == "rain"
```
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable

from . import _clock
from ._functions import settled
from .errors import ModelError
from .llm import AssistantMessage, MessageHistory, ModelBase, Response, Tool, ToolCall, ToolCalls
from .llm._response import answer_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from typing_extensions import Unpack

    from ._config import Options
    from ._session import Session

__all__ = ["FunctionModel", "ScriptedModel", "session", "skip_time", "tool_call"]


class FunctionModel(ModelBase):
    """A model that is a function: it is given the conversation and the tools, and gives what the model says.

    It gives a text, tool calls, an `AssistantMessage`, a `Response`, or any value, which is said as JSON; what it
    raises is what the model fails with. It may be asynchronous.
    """

    prefixes = ("function",)
    address = "http://127.0.0.1:9"

    def __init__(self, function: Callable[[MessageHistory, list[Tool]], Any], name: str = "function") -> None:
        """Make one of a function."""
        super().__init__(name)
        self._function = function
        self.asked: list[MessageHistory] = []
        """The conversations that it was asked to go on with."""

    async def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give an answer to a request."""
        history = MessageHistory.of(request["messages"])
        self.asked.append(history)
        tools = [Tool(tool["name"], tool["description"], tool["parameters"]) for tool in request.get("tools", ())]
        said = await settled(self._function(history, tools))
        if isinstance(said, ToolCall):
            said = ToolCalls([said])
        if not isinstance(said, Response):
            said = Response(said if isinstance(said, AssistantMessage) else AssistantMessage(said))
        said.message_info.model_name = self.model_name()
        return answer_of(said, None)


class ScriptedModel(FunctionModel):
    """A model that says one thing after the other, whatever it is asked; it fails with an exception among them."""

    def __init__(self, answers: Iterable[Any], name: str = "scripted") -> None:
        """Make one of what it says."""
        self._answers = list(answers)
        super().__init__(self._next, name)

    def _next(self, history: MessageHistory, tools: list[Tool]) -> Any:
        if not self._answers:
            raise ModelError(f"the script has no answer to request {len(self.asked)}", "script")
        answer = self._answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def tool_call(name: str, identifier: str | None = None, **arguments: Any) -> ToolCall:
    """Give a tool call, as a model makes it."""
    return ToolCall(identifier or f"call_{name}", name, arguments)


@contextmanager
def session(context: Mapping[str, Any] | None = None, **options: Unpack[Options]) -> Iterator[Session]:
    """Begin a session in a directory of its own, which goes away with it."""
    from tempfile import TemporaryDirectory

    from ._session import Session

    with TemporaryDirectory(prefix="sessiond-") as directory:
        options.setdefault("dir", directory)
        options.setdefault("url", "")
        with Session(context, **options) as begun:
            yield begun


@contextmanager
def skip_time() -> Iterator[None]:
    """Have nobody wait for time: `sleep`, the pauses of `Retry` and time-outs of signals end when nothing else goes on.

    The pauses of a program end in their order. What waits in other ways, such as `asyncio.sleep`, takes its time.
    """
    before, _clock.skipping = _clock.skipping, _clock.Skipping()
    try:
        yield
    finally:
        _clock.skipping = before
