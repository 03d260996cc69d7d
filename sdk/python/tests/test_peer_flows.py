"""Flows as Railtracks has them."""

import asyncio
import threading

import pytest
from model_server import calls, says
from peer import Weather, agent, weather_tool

import sessiond as rt
from sessiond.exceptions import (
    NodeCreationError,
)


def test_the_quickstart(openai):
    openai(says("I can help."))
    helper = agent(system_message="You are a helpful AI assistant.")
    flow = rt.Flow("Quickstart Example", entry_point=helper)
    result = flow.invoke("Hello, what can you do?")
    assert str(result) == result.text == result.content == "I can help."


def test_agents_that_are_called_one_after_the_other_by_a_function(openai):
    openai(
        calls(("weather_tool", {"city": "Vancouver"})),
        says("It is sunny and 21."),
        says('{"temperature": 21.0, "condition": "sunny"}'),
    )
    asks = agent(name="Weather Agent", system_message="You answer.", tool_nodes=[weather_tool])
    formats = agent(name="Weather Formatter Agent", system_message="Extract.", output_schema=Weather)

    @rt.function_node
    async def both(prompt: str):
        answer = await rt.call(asks, user_input=prompt)
        return await rt.call(formats, user_input=answer.text)

    response = rt.Flow("weather-flow", entry_point=both).invoke("What is the forecast for Vancouver?")
    assert response.structured == response.content == Weather(temperature=21.0, condition="sunny")


def test_a_flow_takes_the_arguments_of_its_node_and_has_a_context():
    seen = []

    @rt.function_node
    async def greet(name: str, mark: str = "!") -> str:
        seen.append((rt.context.get("user_id"), rt.session_id()))
        rt.context.put("greeted", name)
        return f"Hello, {name}{mark}"

    flow = rt.Flow("greet-flow", entry_point=greet, timeout=30, context={"user_id": "1"}, save_state=True)
    assert flow.invoke(name="Alice") == "Hello, Alice!"
    assert asyncio.run(flow.ainvoke("Bob", mark="?")) == "Hello, Bob?"
    other = flow.update_context({"user_id": "2"})
    other.invoke("Carol")
    flow.invoke("Dan")
    assert [user for user, _ in seen] == ["1", "1", "2", "1"]
    assert len({session for _, session in seen}) == 4


def test_a_run_does_not_change_what_the_next_one_begins_with():
    @rt.function_node
    def add():
        rt.context.get("items").append(1)
        return len(rt.context.get("items"))

    lock = threading.Lock()
    flow = rt.Flow("adds", entry_point=add, context={"items": [], "lock": lock})
    assert (flow.invoke(), flow.invoke()) == (1, 1)


def test_a_flow_may_be_invoked_where_a_loop_runs():
    @rt.function_node
    async def node():
        return rt.session_id()

    async def main():
        return rt.Flow("inner", entry_point=node).invoke()

    assert asyncio.run(main()).startswith("sess_")


def test_a_connection_keeps_the_run(openai):
    openai(says("Paris"))
    helper = agent(name="Helper", system_message="Be brief.")

    @rt.function_node
    async def outer(question: str):
        rt.context.put("stage", "asked")
        return (await rt.call(helper, question)).text

    flow = rt.Flow(name="MyFlow", entry_point=outer, context={"shared_key": "shared"})
    connection = flow.connect()
    assert not connection.connected
    with pytest.raises(RuntimeError, match="nothing has run"):
        connection.context  # noqa: B018
    assert connection.invoke("Capital of France?") == "Paris"
    assert connection.context.get("shared_key") == "shared"
    assert connection.session_id == connection.session.id
    assert connection.session.info["name"] == "MyFlow"
    (history,) = connection.message_histories()
    assert history.node_name == "Helper"
    assert [(str(message.role), message.content) for message in history.message_history] == [
        ("system", "Be brief."),
        ("user", "Capital of France?"),
        ("assistant", "Paris"),
    ]


def test_a_connection_of_a_run_that_failed_has_its_context():
    @rt.function_node
    def fails():
        rt.context.put("stage", "second")
        raise ValueError("no")

    connection = rt.Flow("fails", entry_point=fails).connect()
    with pytest.raises(ValueError, match="no"):
        connection.invoke()
    assert connection.context.get("stage", default="unknown") == "second"


def test_connections_run_at_the_same_time_each_by_itself():
    @rt.function_node
    async def wait(n):
        rt.context.put("n", n)
        await asyncio.sleep(0.01)
        return rt.context.get("n")

    flow = rt.Flow("waits", entry_point=wait)

    async def main():
        connections = [flow.connect() for _ in range(5)]
        results = await asyncio.gather(*(each.ainvoke(n) for n, each in enumerate(connections)))
        assert results == [each.context.get("n") for each in connections] == list(range(5))
        one = flow.connect()
        first = asyncio.ensure_future(one.ainvoke(1))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="runs already"):
            await one.ainvoke(2)
        assert await first == 1

    asyncio.run(main())


def test_the_state_of_a_flow_is_handed_over(caplog):
    payloads = []

    @rt.function_node
    def node():
        return 1

    rt.Flow("handed", entry_point=node, payload_callback=payloads.append).invoke()
    assert payloads[0]["calls"][0]["output"] == 1
    # What that fails with fails nobody.
    assert rt.Flow("handed", entry_point=node, payload_callback=lambda payload: 1 / 0).invoke() == 1
    assert "payload_callback failed with ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(("name", "entry", "options"), [("", len, {}), ("a", 5, {}), ("a", len, {"timeout": "5"})])
def test_a_flow_that_cannot_be_is_refused(name, entry, options):
    with pytest.raises((NodeCreationError, TypeError)):
        rt.Flow(name, entry_point=entry, **options)
