"""Agents, against a small server that answers what each test has it say."""

import asyncio
import copy
import pickle
import subprocess
import sys
import threading
import time

import pytest
from model_server import calls, says
from recorded import tree
from weather import get_weather

import sessiond as rt


def test_an_agent_is_a_node_that_calls_tools_and_the_record_has_all_of_it(serve):
    server = serve(calls(("get_weather", {"city": "Bonn"}), ("get_weather", {"city": "Rome"})), says("Sunny in both."))
    rt.agent_node(
        "Weather",
        system_message="You know the weather.",
        tools=[get_weather],
        model=server.model(input_price=1, output_price=10),
    )
    with rt.Session() as run:
        result = rt.call_sync(rt.nodes.Weather, "Bonn and Rome?")
        assert tree(run) == [
            "agent Weather",
            "agent Weather > model m",
            "agent Weather > tool get_weather",
            "agent Weather > tool get_weather",
            "agent Weather > model m",
        ]
        asked = next(call for call in run.payload()["calls"] if call.get("kind") == "model")
    assert (result.text, str(result), result.structured) == ("Sunny in both.", "Sunny in both.", None)
    assert result.usage == (150, 15, pytest.approx(0.0003))
    assert [message["role"] for message in result.messages] == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
    ]
    assert server.asked[0]["tools"][0]["function"] == {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "description": "Its name."}},
            "required": ["city"],
            "additionalProperties": False,
        },
    }
    assert server.said(1)[3:] == ["sunny in Bonn", "sunny in Rome"]
    assert (run.info["input_tokens"], run.info["output_tokens"]) == (150, 15)
    assert run.info["cost"] == pytest.approx(0.0003)
    assert asked["input"]["args"][0]["messages"][1] == {"role": "user", "content": "Bonn and Rome?"}
    assert (asked["usage"]["model"], asked["usage"]["provider"], asked["usage"]["input_tokens"]) == ("m", "openai", 50)


def test_the_names_of_railtracks_are_understood_and_a_single_function_is_a_tool(serve):
    server = serve(calls(("get_weather", {"city": "Bonn"})), says("Sunny."))
    agent = rt.agent_node("Weather Assistant", tool_nodes=(rt.function_node(get_weather)), llm=server.model())
    assert asyncio.run(rt.call(agent, user_input="Bonn?")).text == "Sunny."
    with pytest.raises(rt.NodeError, match="the same"):
        rt.agent_node("Two", tools=[get_weather], tool_nodes=[get_weather])


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (("get_weather", {"city": "Atlantis"}), "Error: LookupError: there is no such city"),
        (("get_weather", {"city": 7}), "city must be a text, not 7"),
        (("get_weather", {}), "city is missing"),
        (("get_weather", {"town": "Bonn"}), "there is no town; it takes city"),
        (("get_weather", '{"city": '), "must be one JSON object"),
        (("forecast", {}), 'There is no tool "forecast". The tools are get_weather.'),
    ],
)
def test_what_a_model_does_wrong_is_told_to_it_and_ends_nothing(serve, wanted, told):
    server = serve(calls(wanted), says("I am sorry."))
    agent = rt.agent_node("Weather", tools=[get_weather], model=server.model())
    assert rt.call_sync(agent, "Weather?").text == "I am sorry."
    assert told in server.said(1)[-1]


def test_end_on_error_ends_an_agent_whose_tool_fails(serve):
    server = serve(calls(("get_weather", {"city": "Atlantis"})), says("Sorry."))
    agent = rt.agent_node("Weather", tools=[get_weather], model=server.model())
    with pytest.raises(LookupError), rt.Session(end_on_error=True):
        rt.call_sync(agent, "Weather?")
    assert len(server.asked) == 1


def test_the_secret_in_a_tools_error_is_not_told(serve):
    secret = rt.Secret("hunter2")

    def login() -> str:
        raise PermissionError(f"{secret.expose()} is wrong")

    server = serve(calls(("login", {})), says("Sorry."))
    with rt.Session() as run:
        rt.call_sync(rt.agent_node("Locked", tools=[login], model=server.model()), "Go.")
        assert "hunter2" not in str(run.payload())
    assert server.said(1)[-1] == "Error: PermissionError: [redacted] is wrong"


def test_tools_of_one_answer_run_at_the_same_time_and_stand_in_the_models_order(serve):
    together = threading.Barrier(2, timeout=5)

    def slow() -> str:
        time.sleep(0.05)
        together.wait()
        return "slow"

    def fast() -> str:
        together.wait()
        return "fast"

    server = serve(calls(("slow", {}), ("fast", {})), says("done"))
    with rt.Session() as run:
        rt.call_sync(rt.agent_node("Two", tools=[slow, fast], model=server.model()), "Go.")
        assert tree(run)[2:4] == ["agent Two > tool slow", "agent Two > tool fast"]
    assert server.said(1)[-2:] == ["slow", "fast"]


def test_an_agent_is_a_tool_of_another(serve):
    server = serve(calls(("Expert", {"user_input": "How hot is Mars?"})), says("Cold."), says("Mars is cold."))
    model = server.model()
    expert = rt.agent_node("Expert", description="Knows planets.", model=model)
    guide = rt.agent_node("Guide", tools=[expert], model=model)
    with rt.Session() as run:
        assert rt.call_sync(guide, "Mars?").text == "Mars is cold."
        assert tree(run) == [
            "agent Guide",
            "agent Guide > model m",
            "agent Guide > agent Expert",
            "agent Expert > model m",
            "agent Guide > model m",
        ]
    assert server.asked[0]["tools"][0]["function"]["description"] == "Knows planets."
    assert server.said(2)[-1] == "Cold."


def test_a_batch_of_an_agent_asks_for_each_item(serve):
    server = serve(*[says("ok")] * 3)
    agent = rt.agent_node("Echo", model=server.model())

    async def main():
        async with rt.Session():
            return await rt.call_batch(agent, ["a", "b", "c"])

    assert [result.text for result in asyncio.run(main())] == ["ok"] * 3
    assert sorted(server.said(i)[0] for i in range(3)) == ["a", "b", "c"]


def test_tool_calls_and_turns_are_limited(serve):
    wanted = calls(("get_weather", {"city": "Bonn"}), ("get_weather", {"city": "Rome"}))
    server = serve(wanted, says("One will do."), wanted, wanted)
    few = rt.agent_node("Few", tools=[get_weather], max_tool_calls=1, model=server.model())
    assert rt.call_sync(few, "Weather?").text == "One will do."
    assert "no more than 1 tool calls" in server.said(1)[-1]
    short = rt.agent_node("Short", tools=[get_weather], max_turns=2, model=server.model())
    with pytest.raises(rt.AgentError, match="asked 2 times"):
        rt.call_sync(short, "Weather?")


def test_settings_go_to_the_model_and_wrong_ones_are_refused_at_once(serve):
    server = serve(says("a"))
    agent = rt.agent_node("Set", temperature=0.5, top_p=0.9, max_tokens=7, stop="\n", seed=3, model=server.model())
    rt.call_sync(agent, "Hi")
    asked = server.asked[0]
    assert (asked["temperature"], asked["top_p"], asked["max_tokens"]) == (0.5, 0.9, 7)
    assert (asked["stop"], asked["seed"]) == (["\n"], 3)
    for wrong in [{"temperature": "hot"}, {"max_tokens": -1}, {"seed": 1.5}]:
        with pytest.raises((TypeError, ValueError)):
            rt.agent_node("Wrong", model=server.model(), **wrong)


def test_a_model_that_fails_raises_what_is_wrong(serve):
    server = serve(
        {"status": 400, "error": {"message": "the context is too long"}},
        {"status": 429, "error": {"message": "slow down"}},
        {"status": 401, "error": {"message": "no such key: sk-very-secret"}},
    )
    agent = rt.agent_node("Weather", model=server.model(key=rt.Secret("sk-very-secret")))
    for code, retryable in [("refused", False), ("rate_limited", True), ("authentication", False)]:
        with pytest.raises(rt.ModelError) as raised:
            rt.call_sync(agent, "Bonn?")
        assert (raised.value.code, raised.value.retryable) == (code, retryable)
        assert "sk-very-secret" not in str(raised.value)
    assert server.headers[0]["authorization"] == "Bearer sk-very-secret"


def test_a_rate_limit_is_waited_out_by_the_model_itself(serve):
    server = serve({"status": 429, "error": {"message": "slow down"}}, says("Sunny."))
    agent = rt.agent_node("Weather", model=server.model(retries=2))
    with rt.Session() as run:
        assert rt.call_sync(agent, "Bonn?").text == "Sunny."
        assert run.info["failed"] == 0
    assert len(server.asked) == 2


def test_the_key_of_a_model_is_shown_nowhere(serve):
    model = rt.Model("http://127.0.0.1:1/v1?api-key=sk-1", "m", "sk-2")
    assert repr(model) == "<Model m of http://127.0.0.1:1/v1>"
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(model)
    with rt.Session() as run:
        run.context.put("model", model)
        assert "sk-" not in str(run.payload())
    with pytest.raises(rt.ModelError, match="begins with neither http nor https"):
        rt.Model("ftp://x", "m")


def test_the_environments_model_is_looked_for_at_the_first_request(serve, monkeypatch):
    agent = rt.agent_node("Weather")
    with pytest.raises(rt.ModelError, match="SESSIOND_MODEL_URL"):
        rt.call_sync(agent, "Bonn?")
    for text in ("one", "another"):
        server = serve(says(text))
        monkeypatch.setenv("SESSIOND_MODEL_URL", server.url)
        monkeypatch.setenv("SESSIOND_MODEL", "m")
        monkeypatch.setenv("SESSIOND_MODEL_KEY", f"sk-{text}")
        assert rt.call_sync(agent, "Bonn?").text == text
        assert server.headers[0]["authorization"] == f"Bearer sk-{text}"


def test_an_agent_runs_with_every_durability_and_within_middleware(serve):
    for durability in ("sync", "async", "exit"):
        server = serve({"status": 400, "error": "no"}, calls(("get_weather", {"city": "Bonn"})), says("Sunny."))
        agent = rt.agent_node(
            "Weather",
            tools=[get_weather],
            model=server.model(),
            middleware=[rt.middleware.Retry(2, backoff=0, on=rt.ModelError)],
        )
        with rt.Session(durability=durability) as run:
            assert rt.call_sync(agent, "Bonn?").text == "Sunny."
        assert run.info["input_tokens"] == 150


def test_agents_are_awaited_like_functions(serve):
    server = serve(says("Sunny."))
    agent = rt.agent_node("Weather", model=server.model())

    async def main():
        async with rt.Session() as run:
            result = await agent("Bonn?")
            assert tree(run) == ["agent Weather", "agent Weather > model m"]
            return result.text

    assert asyncio.run(main()) == "Sunny."


def test_what_is_no_agent_is_refused_when_it_is_made():
    for wrong, told in [
        ({"name": ""}, "name is a text"),
        ({"name": "A", "model": "gpt"}, "does not say whose model it is"),
        ({"name": "A", "tools": [get_weather, rt.function_node(name="get_weather")(lambda: 1)]}, "two tools"),
    ]:
        with pytest.raises(rt.NodeError, match=told):
            rt.agent_node(**wrong)
    # A later one of the same place takes the place of the first.
    one, two = [rt.agent_node("Same") for _ in range(2)]
    assert rt.nodes.Same is two is not one


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, sessiond; "
        "print([m for m in ('inspect', 'asyncio', 'dataclasses', 'pydantic', 'json', 'ssl', 'sessiond._shapes') "
        "if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
