"""Agents, against a small server that answers what each test has it say."""

import asyncio
import copy
import pickle
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import pydantic
import pytest
from model_server import DONE, FINISH, calls, says
from typing_extensions import TypedDict

import sessiond as rt


@dataclass
class Report:
    """The weather.

    Args:
        degrees: In Celsius.
    """

    city: str
    degrees: int
    note: Optional[str] = None


class Forecast(TypedDict):
    city: str
    degrees: int


class Checked(pydantic.BaseModel):
    city: str
    degrees: int = pydantic.Field(ge=-90)


def get_weather(city: str) -> str:
    """The weather of a city.

    Args:
        city: Its name.
    """
    if city == "Atlantis":
        raise LookupError("there is no such city")
    return f"sunny in {city}"


def tree(session):
    """The calls of a session, each with its caller's kind and name before its own."""
    recorded = sorted(session.payload()["calls"], key=lambda call: call["call"])
    names = {call["call"]: f"{call.get('kind', 'function')} {call['node']}" for call in recorded}
    return [
        f"{names[call['parent']]} > {names[call['call']]}" if "parent" in call else names[call["call"]]
        for call in recorded
    ]


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


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Report, Report("Bonn", 20)),
        (Forecast, {"city": "Bonn", "degrees": 20}),
        (Checked, Checked(city="Bonn", degrees=20)),
    ],
)
def test_a_structured_answer_is_what_was_asked_for_and_comes_back_when_it_is_resumed(serve, schema, expected):
    server = serve(says('{"city": "Bonn", "degrees": 20}'))
    agent = rt.agent_node("Weather", output_schema=schema, model=server.model())
    with rt.Session() as run:
        result = rt.call_sync(agent, "Bonn?")
    assert (result.structured, type(result.structured)) == (expected, type(expected))
    with rt.Session.resume(run.id):
        assert rt.call_sync(agent, "Bonn?") == result
    assert len(server.asked) == 1


def test_what_services_are_asked_to_hold_the_model_to_is_strict_where_they_take_it(serve):
    server = serve(says('{"city": "Bonn", "degrees": 20, "note": null}'), says('{"value": [1, 2]}'))
    rt.call_sync(rt.agent_node("Weather", output_schema=Report, model=server.model()), "Bonn?")
    asked = server.asked[0]["response_format"]["json_schema"]
    assert (asked["strict"], asked["schema"]["required"]) == (True, ["city", "degrees", "note"])
    assert asked["schema"]["properties"]["degrees"]["description"] == "In Celsius."
    numbers = rt.call_sync(rt.agent_node("Numbers", output_schema=list[int], model=server.model()), "Two?")
    assert numbers.structured == [1, 2]


def test_an_answer_of_the_wrong_shape_is_asked_for_again(serve):
    server = serve(says("It is warm."), says('{"city": "Bonn"}'), says('```json\n{"city": "Bonn", "degrees": 20}\n```'))
    agent = rt.agent_node("Weather", output_schema=Report, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured == Report("Bonn", 20)
    assert "it is not JSON" in server.said(1)[-1]
    assert "the answer lacks degrees" in server.said(2)[-1]


def test_what_pydantic_refuses_is_told_to_the_model(serve):
    server = serve(says('{"city": "Bonn", "degrees": -100}'), says('{"city": "Bonn", "degrees": 20}'))
    agent = rt.agent_node("Weather", output_schema=Checked, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured.degrees == 20
    assert "the answer.degrees: Input should be greater than or equal to -90" in server.said(1)[-1]


def test_an_answer_that_never_fits_is_an_error_that_says_what_was_wrong(serve):
    server = serve(says("no"), says("never"), says("not at all"))
    agent = rt.agent_node("Weather", output_schema=Report, model=server.model())
    with pytest.raises(rt.AgentError, match=r'3 times: it is not JSON.*"not at all"') as raised:
        rt.call_sync(agent, "Bonn?")
    assert raised.value.code == "output"


def test_one_that_has_tools_answers_in_its_words_first_and_in_the_right_shape_then(serve):
    server = serve(
        calls(("get_weather", {"city": "Bonn"})), says("It is sunny."), says('{"city": "Bonn", "degrees": 20}')
    )
    agent = rt.agent_node("Weather", tools=[get_weather], output_schema=Report, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured == Report("Bonn", 20)
    assert "response_format" not in server.asked[1]
    assert server.asked[2]["tool_choice"] == "none"


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


def test_a_resumed_agent_does_not_ask_again_what_was_answered(serve):
    server = serve(calls(("count", {})))
    counted = []

    def count() -> int:
        counted.append(1)
        return len(counted)

    agent = rt.agent_node("Counter", system_message="You are {mood}.", tools=[count], model=server.model())
    with pytest.raises(rt.NodeTimeoutError), rt.Session(context={"mood": "fine"}, timeout=0.5) as run:
        # The second request is never answered.
        rt.call_sync(agent, "Count!")
    assert server.gone.wait(5), "the request goes on although nobody waits for it"
    server.answers.append(says("One."))
    with rt.Session.resume(run.id, context={"mood": "tired"}) as run:
        assert rt.call_sync(agent, "Count!").text == "One."
        assert run.info["replayed"] == 3
    assert (len(server.asked), counted) == (3, [1])
    # It goes on as it began, although the context has changed since.
    assert server.asked[2]["messages"] == server.asked[1]["messages"]


def test_an_agent_that_was_killed_goes_on_where_it_was(serve, tmp_path):
    server = serve(calls(("note", {"text": "one"})), None, says("Noted."))
    (tmp_path / "program.py").write_text(f"""
import sessiond as rt

def note(text: str) -> str:
    with open("notes", "a") as file:
        file.write(text)
    return "done"

agent = rt.agent_node("Writer", tools=[note], model=rt.Model({server.url!r}, "m"))

def run(session):
    with session:
        return rt.call_sync(agent, "Note it.").text

if __name__ == "__main__":
    run(rt.Session(run_identifier="killed", durability="sync"))
""")
    with subprocess.Popen([sys.executable, "program.py"], cwd=tmp_path) as program:
        until = time.monotonic() + 20
        while len(server.asked) < 2:
            assert time.monotonic() < until
            time.sleep(0.01)
        program.kill()
    done = subprocess.run(
        [sys.executable, "-c", "import program, sessiond; print(program.run(sessiond.Session.resume('killed')))"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Noted.\n", done.stderr
    assert (tmp_path / "notes").read_text() == "one"
    assert len(server.asked) == 3
    assert server.asked[2]["messages"] == server.asked[1]["messages"]


def test_memory_lives_in_the_context_and_is_bounded(serve):
    server = serve(says("Hello Ada."), says("You are Ada."), says("I forgot."))
    agent = rt.agent_node("Friend", system_message="Be kind.", memory=True, memory_messages=2, model=server.model())
    with pytest.raises(KeyError), rt.Session() as run:
        rt.call_sync(agent, "I am Ada.")
        raise KeyError
    with rt.Session.resume(run.id) as run:
        rt.call_sync(agent, "I am Ada.")
        rt.call_sync(agent, "Who am I?")
        rt.call_sync(agent, "And now?")
        assert [message["content"] for message in run.context.get("memory/Friend")] == ["And now?", "I forgot."]
    assert server.said(1) == ["Be kind.", "I am Ada.", "Hello Ada.", "Who am I?"]
    assert server.said(2) == ["Be kind.", "Who am I?", "You are Ada.", "And now?"]


def test_agents_share_a_memory_of_one_name(serve):
    server = serve(says("Noted."), says("Ada."))
    one = rt.agent_node("One", memory="team", model=server.model())
    two = rt.agent_node("Two", memory="team", model=server.model())
    with rt.Session():
        rt.call_sync(one, "I am Ada.")
        rt.call_sync(two, "Who am I?")
    assert server.said(1) == ["I am Ada.", "Noted.", "Who am I?"]


def test_an_answer_is_streamed_as_it_is_written_and_again_when_it_is_resumed(serve):
    seen = threading.Event()
    server = serve(["Sun", lambda: seen.wait(5), "ny", ".", FINISH, DONE])
    agent = rt.agent_node("Weather", model=server.model())

    async def main(session):
        async with session:
            pieces = []
            async for piece in rt.astream(agent, "Bonn?"):
                pieces.append(piece)
                # The rest is written only once this has come.
                seen.set()
            return pieces

    run = rt.Session()
    assert asyncio.run(main(run)) == ["Sun", "ny", "."]
    whole = next(call for call in run.payload()["calls"] if call.get("kind") == "agent")
    assert whole["output"]["$object"][1]["text"] == "Sunny."
    assert asyncio.run(main(rt.Session.resume(run.id))) == ["Sunny."]
    assert len(server.asked) == 1


def test_a_stream_whose_reader_stops_is_cancelled(serve):
    server = serve(["Sun", lambda: None, *["word "] * 100_000])
    agent = rt.agent_node("Weather", model=server.model())

    async def main():
        async with rt.Session() as run:
            pieces = rt.astream(agent, "Bonn?")
            assert await pieces.__anext__() == "Sun"
            await pieces.aclose()
            assert (run.info["cancelled"], run.info["open"]) == (2, 0)

    asyncio.run(main())
    assert server.gone.wait(5)


def test_a_stream_that_is_cut_off_is_an_error_after_what_had_come(serve):
    server = serve(["Sun"])
    agent = rt.agent_node("Weather", model=server.model())
    pieces = []

    async def main():
        async with rt.Session():
            async for piece in rt.astream(agent, "Bonn?"):
                pieces.append(piece)

    with pytest.raises(rt.ModelError) as raised:
        asyncio.run(main())
    assert (pieces, raised.value.code) == (["Sun"], "unreachable")


def test_a_request_holds_up_neither_the_loop_nor_a_thread(serve):
    server = serve(*[None] * 50)
    agent = rt.agent_node("Silent", model=server.model())

    def background():
        names = [task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")]
        names += [thread.name for thread in threading.enumerate() if thread.name.startswith("sessiond-")]
        return len([name for name in names if name.startswith("sessiond")])

    async def main():
        async with rt.Session():
            before = background()
            tasks = [asyncio.ensure_future(rt.call(agent, str(i))) for i in range(50)]
            while len(server.asked) < 50:
                began = time.monotonic()
                await asyncio.sleep(0.001)
                assert time.monotonic() - began < 1
            assert background() - before < 10
            for task in tasks:
                task.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


def test_agents_in_several_loops_at_once_get_their_own_answers(serve):
    server = serve(*[says(str(i)) for i in range(40)])
    agent = rt.agent_node("Echo", model=server.model())
    texts, errors = [], []

    def work():
        async def main():
            async with rt.Session():
                return await rt.call_batch(agent, ["x"] * 10, return_exceptions=False)

        try:
            texts.extend(result.text for result in asyncio.run(main()))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(texts, key=int) == [str(i) for i in range(40)]


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


def test_a_forked_process_asks_over_connections_of_its_own(serve):
    server = serve(*[says("ok")] * 2)
    # In a process of its own: one with threads that come from elsewhere cannot be forked safely.
    code = f"""
import os
import sessiond as rt

agent = rt.agent_node("Weather", model=rt.Model({server.url!r}, "m"))
assert rt.call_sync(agent, "Bonn?").text == "ok"
child = os.fork()
if child == 0:
    status = 1
    try:
        with rt.Session(timeout=10, dir="child"):
            status = 0 if rt.call_sync(agent, "Rome?").text == "ok" else 2
    finally:
        os._exit(status)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(server.asked) == 2


def test_a_program_that_ends_while_a_model_writes_ends_well(serve):
    server = serve(*[["word "] * 100_000] * 10)
    code = f"""
import asyncio, threading, time
import sessiond as rt

agent = rt.agent_node("Weather", model=rt.Model({server.url!r}, "m"))
come = threading.Event()

async def main():
    async for piece in rt.astream(agent, "Bonn?"):
        come.set()

threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
assert come.wait(20)
"""
    for _ in range(10):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, sessiond; "
        "print([m for m in ('inspect', 'asyncio', 'dataclasses', 'pydantic', 'json', 'ssl', 'sessiond._shapes') "
        "if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
