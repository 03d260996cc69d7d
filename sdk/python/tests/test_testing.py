"""Models that answer what a test says, and sessions that leave nothing behind."""

import asyncio
import dataclasses
import os

import pytest
from recorded import nodes

import sessiond as rt
from sessiond import testing


def weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


@dataclasses.dataclass
class Report:
    degrees: float


def test_a_script_is_a_model():
    model = testing.ScriptedModel([testing.tool_call("weather", city="Bonn"), "It rains."])
    agent = rt.agent_node("Scripted", tools=[weather], model=model)
    with testing.session() as session:
        assert session.call_sync(agent, "Weather?").text == "It rains."
        directory = session.settings.dir
        assert nodes(session) == ["Scripted", "scripted", "weather", "scripted"]
    assert not os.path.exists(directory)
    assert model.asked[1][-1].content.result == "rain in Bonn"
    assert len(model.asked) == 2


def test_an_agent_has_another_model_for_a_while():
    agent = rt.agent_node("Real", model="openai/gpt-x")
    with testing.session() as session:
        with agent.override(model=testing.ScriptedModel(["a"])):
            with agent.override(model=testing.ScriptedModel(["inner"])):
                assert session.call_sync(agent, "?").text == "inner"
            assert session.call_sync(agent, "?").text == "a"
        with agent.override(model=testing.ScriptedModel([])), pytest.raises(rt.ModelError, match="no answer"):
            session.call_sync(agent, "?")


def test_a_function_is_a_model():
    async def model(history, tools):
        return f"{history[-1].content} {[tool.name for tool in tools]}"

    agent = rt.agent_node(tools=[weather], model=testing.FunctionModel(model))

    async def pieces():
        return [piece async for piece in rt.astream(agent, "Hi")]

    with testing.session():
        assert rt.call_sync(agent, "Hi").text == "Hi ['weather']"
        assert asyncio.run(pieces()) == ["Hi ['weather']"]


def test_values_are_said_as_json_and_errors_are_raised():
    agent = rt.agent_node(output_schema=Report, model=testing.ScriptedModel([Report(2.5), ValueError("down")]))
    with testing.session():
        assert rt.call_sync(agent, "?").structured == Report(2.5)
        with pytest.raises(ValueError, match="down"):
            rt.call_sync(agent, "?")
