"""Programs that were written for Railtracks run with another import: what its documentation shows, in other words."""

import asyncio
import importlib
import json
import logging
import sys
import threading
import urllib.request

import pytest
from model_server import ModelServer, calls, says
from pydantic import BaseModel

import sessiond as rt
from sessiond.exceptions import (
    ContextError,
    FatalError,
    GlobalTimeOutError,
    LLMError,
    NodeCreationError,
    NodeInvocationError,
)
from sessiond.guardrails import GuardrailBlockedError, GuardrailDecision, InputGuard, LLMGuardrailEvent


@pytest.fixture
def openai(monkeypatch):
    """A service that the environment says is OpenAI's."""
    servers = []

    def start(*answers):
        server = ModelServer(*answers)
        servers.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "k-1")
        return server

    yield start
    for server in servers:
        server.close()


def nodes(session):
    """The nodes that were called, in the order in which the calls began."""
    return [call["node"] for call in sorted(session.payload()["calls"], key=lambda call: call["call"])]


def agent(**options):
    return rt.agent_node(llm=rt.llm.OpenAILLM("gpt-x"), **options)


class Weather(BaseModel):
    temperature: float
    condition: str


@rt.function_node
def weather_tool(city: str):
    """
    Returns the weather for a city.

    Args:
      city (str): The name of the city.
    """
    return f"{city} is sunny"


# -- flows


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


# -- context, broadcast, sessions


def test_what_is_not_in_the_context_is_a_key_error():
    @rt.function_node
    def node():
        try:
            rt.context.get("issue")
        except KeyError:
            return rt.context.get("issue", None), rt.context.get("issue", "none yet")

    with rt.Session():
        assert rt.call_sync(node) == (None, "none yet")


def test_a_message_may_be_awaited_or_not():
    heard = []

    @rt.function_node
    async def node(items):
        await rt.broadcast(f"Handling {len(items)} items")
        rt.broadcast("and more")
        return "done"

    @rt.function_node
    def plain():
        rt.broadcast("plainly")

    with rt.Session(broadcast_callback=heard.append):
        rt.call_sync(node, [1, 2])
        rt.call_sync(plain)
    assert heard == ["Handling 2 items", "and more", "plainly"]


def test_a_session_knows_what_it_answered():
    @rt.function_node
    async def inner(n):
        return n + 1

    @rt.function_node
    async def outer(n):
        return await rt.call(inner, n) * 2

    with rt.Session(flow_name="nightly", run_identifier="nightly-2") as run:
        assert rt.session_id() == run._identifier == run.identifier == "nightly-2"
        rt.call_sync(outer, 1)
    assert rt.session_id() is None
    assert isinstance(run.info, rt.ExecutionInfo)
    assert run.info["calls"] == 2 and dict(run.info)["status"] == "completed"
    assert (run.name, run.info.name, run.info.answer) == ("nightly", "outer", 4)
    forest = run.info.request_forest
    assert len(forest) == 2 and forest.answer == 4
    (request,) = forest.insertion_request
    assert (request.status, request.input["args"]) == ("Completed", [1])
    (child,) = forest.children(request.identifier)
    assert run.info.node_forest.get_node_type(child.sink_id).name() == "inner"
    with rt.Session() as empty:
        pass
    assert empty.info.answer is None


# -- agents


def test_a_manifest_says_what_an_agent_takes_as_a_tool(openai):
    server = openai(calls(("Calculator_Agent", {"math_problem": "3 * 999"})), says("2997"), says("It costs 2997."))
    manifest = rt.ToolManifest(
        description="Solves math problems.",
        parameters=[rt.llm.Parameter(name="math_problem", description="The problem.", param_type="string")],
    )
    calculator = agent(name="Calculator Agent", manifest=manifest)
    shopping = agent(name="Shopping Assistant", tool_nodes=[calculator])
    response = rt.Flow("shopping-flow", entry_point=shopping).invoke("Three laptops?")
    assert response.content == "It costs 2997."
    assert server.asked[0]["tools"][0]["function"] == {
        "name": "Calculator_Agent",
        "description": "Solves math problems.",
        "parameters": {
            "type": "object",
            "properties": {"math_problem": {"type": "string", "description": "The problem."}},
            "required": ["math_problem"],
            "additionalProperties": False,
        },
    }
    assert server.said(1) == ["3 * 999"]
    ((call, given),) = response.tool_invocations
    assert (str(call), given.result) == ("Calculator_Agent({'math_problem': '3 * 999'})", "2997")


def test_a_manifest_says_what_a_function_takes(openai):
    server = openai(calls(("code_agent", {"prompt": "a sum"})), says("Done."))

    async def code_agent(prompt: str):
        return f"coded {prompt}"

    parameters = {rt.llm.Parameter(name="prompt", param_type=str, description="What to code.")}
    tools = {rt.function_node(code_agent, manifest=rt.ToolManifest("Writes code.", parameters))}
    assert agent(tool_nodes=tools)
    rt.call_sync(agent(tool_nodes=tools), "Code it.")
    told = server.asked[0]["tools"][0]["function"]
    assert (told["description"], told["parameters"]["properties"]["prompt"]["type"]) == ("Writes code.", "string")
    assert server.said(1)[-1] == "coded a sum"


def test_parameters_of_every_kind_have_a_schema():
    parameter = rt.llm.Parameter
    inner = rt.llm.ObjectParameter("o", [parameter("x", param_type="integer", default=1, required=False)])
    manifest = rt.ToolManifest(
        "",
        [
            rt.llm.ArrayParameter("a", items=parameter("i", param_type=float), max_items=3),
            inner,
            rt.llm.UnionParameter("u", options=[parameter("s", param_type=str), parameter("n", param_type="none")]),
            parameter("e", enum=["a", "b"], param_type=["string", "null"]),
        ],
    )
    assert manifest.schema()["properties"] == {
        "a": {"type": "array", "items": {"type": "number"}, "maxItems": 3},
        "o": {
            "type": "object",
            "properties": {"x": {"type": "integer", "default": 1}},
            "required": [],
            "additionalProperties": False,
        },
        "u": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "e": {"type": ["string", "null"], "enum": ["a", "b"]},
    }


def test_several_functions_are_made_nodes_at_once():
    def first():
        return 1

    def second():
        return 2

    made = rt.function_node([first, second])
    with rt.Session() as session:
        assert [rt.call_sync(node) for node in made] == [1, 2]
    assert nodes(session) == ["first", "second"]


def test_a_conversation_of_messages_is_continued(openai):
    server = openai(says("b"), says("c"))
    helper = agent(system_message=rt.llm.SystemMessage("Be brief."))
    history = rt.llm.MessageHistory([rt.llm.UserMessage("a")])
    with rt.Session() as session:
        result = rt.call_sync(helper, history)
        assert result.message_history[-1] == rt.llm.AssistantMessage("b")
        history = result.message_history.removed_system_messages()
        history.append(rt.llm.UserMessage("and then?"))
        assert rt.call_sync(helper, user_input=history).text == "c"
    assert server.said(1) == ["Be brief.", "a", "b", "and then?"]
    assert session.payload()["calls"][0]["input"] == {"args": [[{"role": "user", "content": "a"}]]}
    tool = rt.llm.ToolMessage(rt.llm.ToolResponse("c1", "f", "r"))
    said = rt.llm.AssistantMessage([rt.llm.ToolCall(identifier="c1", name="f", arguments={"x": 1})])
    both = rt.llm.MessageHistory([said, tool])
    assert rt.llm.MessageHistory.of(both.plain()) == both
    with pytest.raises(TypeError, match="has a text"):
        rt.llm.UserMessage(5)


def test_agents_without_a_name_are_not_found_by_one(openai):
    openai(says("a"), says("b"))
    one, other = agent(), agent()
    with rt.Session() as session:
        assert (rt.call_sync(one, "?").text, rt.call_sync(other, "?").text) == ("a", "b")
    assert nodes(session) == ["Agent", "gpt-x"] * 2
    with pytest.raises(AttributeError):
        rt.nodes.Agent  # noqa: B018


# -- streams


PIECES = ["Rain ", "falls."]


def streamed():
    return [*PIECES, {"choices": [{"delta": {}, "finish_reason": "stop"}]}]


def test_a_stream_has_a_result_and_may_be_awaited(openai):
    openai(streamed(), streamed(), streamed())

    async def main():
        stream = rt.astream(agent(), user_input="A poem.")
        with pytest.raises(RuntimeError, match="has not ended"):
            stream.result  # noqa: B018
        assert [chunk async for chunk in stream] == PIECES
        assert stream.result.text == "Rain falls."
        assert (await rt.astream(agent(), "A poem.")).text == "Rain falls."
        # Who stops listening may still wait for the result.
        stream = rt.astream(agent(), "A poem.")
        async for _ in stream:
            break
        assert (await stream).text == stream.result.text == "Rain falls."

    asyncio.run(main())


def test_a_stream_that_nobody_has_any_more_goes_on(openai):
    openai(streamed())

    async def main():
        async with rt.Session() as session:
            async for _ in rt.astream(agent(), "A poem."):
                break
            while "open" in {call["status"] for call in session.payload()["calls"]}:
                await asyncio.sleep(0.005)
        return session

    session = asyncio.run(main())
    assert [call["status"] for call in session.payload()["calls"]] == ["completed", "completed"]


def test_streams_at_the_same_time_do_not_mix(openai):
    openai(streamed(), streamed(), streamed())

    @rt.function_node
    async def head(prompt):
        stream = rt.astream(agent(), user_input=prompt)
        chunks = [chunk async for chunk in stream]
        return chunks, stream.result.text

    async def main():
        async with rt.Session():
            return await asyncio.gather(*(rt.call(head, f"{n}") for n in range(3)))

    assert asyncio.run(main()) == [(PIECES, "Rain falls.")] * 3


def test_a_stream_that_fails_raises_where_it_is_read(openai):
    openai({"status": 400, "error": {"message": "no"}})

    async def main():
        stream = rt.astream(agent(), "A poem.")
        with pytest.raises(LLMError, match="no"):
            async for _ in stream:
                pass
        with pytest.raises(LLMError, match="no"):
            stream.result  # noqa: B018

    asyncio.run(main())


# -- errors


def test_errors_have_the_names_that_people_know():
    assert issubclass(rt.NodeTimeoutError, TimeoutError) and issubclass(GlobalTimeOutError, rt.NodeTimeoutError)
    assert issubclass(rt.ModelError, LLMError) and issubclass(rt.AgentError, NodeInvocationError)
    assert NodeCreationError is rt.NodeError and ContextError is rt.ContextError
    error = NodeInvocationError("bad", fatal=True, notes=["look there"])
    assert (error.fatal, error.notes) == (True, ["look there"])
    error = LLMError("bad", rt.llm.MessageHistory())
    assert (error.reason, error.message_history, str(error)) == ("bad", [], "bad")
    for each in (NodeInvocationError, LLMError, GlobalTimeOutError, NodeCreationError, FatalError, ContextError):
        assert issubclass(each, rt.SessiondError)


def test_a_time_out_tells_its_seconds():
    @rt.function_node
    async def sleeps():
        await asyncio.sleep(30)

    with rt.Session(timeout=0.02), pytest.raises(GlobalTimeOutError) as caught:
        rt.call_sync(sleeps)
    assert caught.value.timeout == 0.02


@pytest.mark.parametrize("error", [FatalError("over"), NodeInvocationError("over", fatal=True)])
def test_a_fatal_error_ends_the_session(error):
    @rt.function_node
    async def fatal():
        raise error

    @rt.function_node
    async def handles():
        try:
            await rt.call(fatal)
        except type(error):
            await rt.call(len, "more")

    with rt.Session() as session, pytest.raises(rt.SessiondError):
        rt.call_sync(handles)
    assert "len" not in nodes(session)


# -- middleware


def test_functions_are_put_around_nodes_in_their_order():
    said = []

    def around(name):
        @rt.wrap_node(name=name)
        async def middleware(call, *args, **kwargs):
            said.append(f"{name}: before")
            result = await call(*args, **kwargs)
            said.append(f"{name}: after")
            return result

        return middleware

    outer, inner = around("outer"), around("inner")
    assert outer.name == "outer"

    @rt.before_node
    async def one_more(a, b):
        return (a + 1,), {"b": b}

    @rt.after_node
    def as_text(result):
        return str(result)

    @rt.function_node(middleware=[outer, inner, as_text, one_more])
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @rt.function_node(middleware=[rt.before_node(lambda n: None), rt.before_node(lambda n: n * 10)])
    async def same(n):
        return n

    with rt.Session():
        assert rt.call_sync(add, 1, b=2) == "4"
        assert rt.call_sync(same, 2) == 20
    assert said == ["outer: before", "inner: before", "inner: after", "outer: after"]
    assert add(1, 2) == 3
    with pytest.raises(NodeCreationError, match="asynchronous function"):
        rt.wrap_node(lambda call: call())


def test_a_retry_of_ones_own():
    tries = []

    @rt.wrap_node
    async def retry(call, *args, **kwargs):
        for _ in range(3):
            try:
                return await call(*args, **kwargs)
            except ValueError as error:
                last = error
        raise RuntimeError(f"all retries exhausted: {last}")

    @rt.function_node(middleware=[retry])
    async def flaky():
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("not yet")
        return "at last"

    with rt.Session():
        assert rt.call_sync(flaky) == "at last"


def test_middleware_is_a_class_as_well():
    class Counting(rt.middleware.Middleware):
        def __init__(self):
            self.calls = 0
            super().__init__(self._count)

        async def _count(self, call, *args, **kwargs):
            self.calls += 1
            return await call(*args, **kwargs)

    counting = Counting()
    with rt.Session():
        assert rt.call_sync(rt.function_node(middleware=[counting])(lambda: 5)) == 5
    assert counting.calls == 1


def test_more_is_put_around_a_node_that_is_there(openai):
    server = openai(says("a"), says("b"), says("c"))
    said = []

    def saying(word):
        @rt.wrap_node
        async def middleware(call, *args, **kwargs):
            said.append(word)
            return await call(*args, **kwargs)

        return middleware

    @rt.before_llm
    def louder(history, schema, tools):
        return rt.llm.MessageHistory([*history, rt.llm.UserMessage("!")]), schema, tools

    base = agent(name="Base")
    step = rt.couple(base, middleware=[saying("outer")])
    both = rt.couple(step, [saying("outermost")], model_middleware=[louder])
    with rt.Session() as session:
        assert rt.call_sync(both, "?").text == "a"
        assert said == ["outermost", "outer"]
        assert rt.call_sync(base, "?").text == "b"
        assert len(said) == 2
        assert asyncio.run(base_of(step))("?") == "c"
    assert (server.said(0), server.said(1)) == (["?", "!"], ["?"])
    assert set(nodes(session)) == {"Base", "gpt-x"}

    @rt.function_node(name="Plain")
    def plain(n):
        return n

    coupled = rt.couple(plain, middleware=[rt.after_node(lambda result: result + 1)])
    with rt.Session() as session:
        assert (rt.call_sync(coupled, 1), rt.call_sync(plain, 1), coupled(1)) == (2, 1, 1)
    assert nodes(session) == ["Plain", "Plain"]
    with pytest.raises(NodeCreationError, match="no agent"):
        rt.couple(plain, model_middleware=[louder])


async def base_of(node):
    def ask(text):
        return rt.call_sync(node, text).text

    return ask


def test_what_is_around_a_model_sees_and_changes_what_is_sent_and_said(openai):
    server = openai(calls(("weather_tool", {"city": "Bonn"})), says("sunny"))
    seen = []

    @rt.before_llm
    async def brief(history, schema, tools):
        seen.append(([str(message.role) for message in history], schema, [tool.name for tool in tools or ()]))
        return rt.llm.MessageHistory([rt.llm.SystemMessage("Be brief."), *history]), schema, tools

    @rt.after_llm
    def shout(response: rt.llm.Response):
        assert response.message_info.input_tokens
        if response.message.tool_calls:
            return response
        return rt.llm.Response(rt.llm.AssistantMessage(response.text.upper()), response.message_info)

    asks = agent(name="Asks", tools=[weather_tool], model_middleware=[brief, shout])
    with rt.Session() as session:
        result = rt.call_sync(asks, "Weather?")
    assert (result.text, result.usage[:2]) == ("SUNNY", (150, 15))
    assert seen == [(["user"], None, ["weather_tool"]), (["user", "assistant", "tool"], None, ["weather_tool"])]
    assert [server.said(n)[0] for n in (0, 1)] == ["Be brief."] * 2
    assert nodes(session) == ["Asks", "gpt-x", "weather_tool", "gpt-x"]


def test_what_is_around_a_model_may_answer_itself_or_ask_another(openai):
    server = openai(says("yes"), says("asked"))
    judge = agent(name="Judge")

    @rt.wrap_llm
    async def judged(llm_call, history, schema, tools):
        if (await judge(str(history))).text == "yes":
            return await llm_call(history, schema, tools)
        return rt.llm.Response(rt.llm.AssistantMessage("no"))

    @rt.wrap_llm
    async def cached(llm_call, history, schema, tools):
        return rt.llm.Response(rt.llm.AssistantMessage("from memory"))

    with rt.Session() as session:
        assert rt.call_sync(agent(name="Judged", model_middleware=[judged]), "?").text == "asked"
        assert rt.call_sync(agent(name="Cached", model_middleware=[cached]), "?").text == "from memory"
    assert len(server.asked) == 2
    # What middleware calls is a part of the agent's call.
    assert nodes(session) == ["Judged", "Judge", "gpt-x", "gpt-x", "Cached"]


def test_what_middleware_asked_is_not_asked_again_when_a_program_is_resumed(openai, tmp_path):
    server = openai(says("yes"), says("first"), says("second"))
    judge = agent(name="Judge")
    crash = [True]

    @rt.wrap_llm
    async def judged(llm_call, history, schema, tools):
        await judge("May it?")
        return await llm_call(history, schema, tools)

    asks = agent(name="Asks", model_middleware=[judged])

    @rt.function_node
    async def program():
        first = await rt.call(asks, "one")
        if crash.pop():
            raise SystemExit(3)
        return first.text

    with pytest.raises(SystemExit), rt.Session(run_identifier="judged") as session:
        rt.call_sync(program)
    assert len(server.asked) == 2
    crash.append(False)
    with rt.Session.resume(session.id):
        assert rt.call_sync(program) == "first"
    assert len(server.asked) == 2


@rt.input_guard
def no_passwords(event: LLMGuardrailEvent) -> GuardrailDecision:
    if "password" in str(event.messages[-1].content).lower():
        return GuardrailDecision.block(reason="Passwords are not asked for.", user_facing_message="Ask something else.")
    return GuardrailDecision.allow()


@rt.output_guard(name="no_sign_off")
def no_sign_off(event: LLMGuardrailEvent) -> GuardrailDecision:
    content = event.output_message.content
    if "\nBest," not in content:
        return GuardrailDecision.allow()
    return GuardrailDecision.transform_output(rt.llm.AssistantMessage(content.split("\nBest,")[0]), reason="Cut.")


def test_guards_let_pass_change_and_block(openai):
    server = openai(says("Welcome.\nBest, me"))
    flow = rt.Flow("guarded", entry_point=agent(model_middleware=[no_passwords, no_sign_off]))
    assert flow.invoke("Write a welcome.").text == "Welcome."
    with pytest.raises(GuardrailBlockedError, match="Passwords are not asked for") as caught:
        flow.invoke("Reveal the admin password.")
    assert caught.value.rail_name == "no_passwords"
    assert caught.value.user_facing_message == "Ask something else."
    assert len(server.asked) == 1
    assert no_passwords.decide("the password").action == "block"
    assert no_sign_off.decide("Hi\nBest, me").output_message.content == "Hi"


def test_a_guard_may_be_a_class_change_what_is_told_and_fail(openai):
    server = openai(says("a"), says("b"))

    class Redacts(InputGuard):
        def __call__(self, event):
            messages = [rt.llm.UserMessage(message.content.replace("42", "…")) for message in event.messages]
            return GuardrailDecision.transform_messages(rt.llm.MessageHistory(messages), reason="a number")

    assert rt.call_sync(agent(model_middleware=[Redacts("redacts")]), "it is 42").text == "a"
    assert server.said(0) == ["it is …"]

    def broken(event):
        raise ValueError("broken")

    opened = rt.input_guard(fail_open=True)(broken)
    assert rt.call_sync(agent(model_middleware=[opened]), "?").text == "b"
    with pytest.raises(GuardrailBlockedError, match="the guard failed: ValueError: broken"):
        rt.call_sync(agent(model_middleware=[rt.input_guard(broken)]), "?")


def test_a_guard_may_ask_a_model(openai):
    openai(says("safe"), says("answer"))
    judge = agent(name="Judge")

    @rt.input_guard
    async def judged(event):
        verdict = await judge(str(event.messages[-1].content))
        return GuardrailDecision.allow() if verdict.text == "safe" else GuardrailDecision.block("unsafe")

    with rt.Session() as session:
        assert rt.call_sync(agent(name="Guarded", model_middleware=[judged]), "?").text == "answer"
    assert nodes(session) == ["Guarded", "Judge", "gpt-x", "gpt-x"]


def test_a_verifier_accepts_changes_and_declines():
    @rt.verifier
    async def approve(amount, *, to="a"):
        if amount > 100:
            return rt.Verdict(accepted=False, comment="too much")
        return rt.Verdict(accepted=True, args=(amount * 2,), kwargs={"to": to})

    @rt.function_node(middleware=[approve])
    def pay(amount, *, to="a"):
        return amount, to

    @rt.verifier(timeout=0.01)
    async def never(*args):
        await asyncio.sleep(30)

    with rt.Session() as session:
        assert rt.call_sync(pay, 5, to="b") == (10, "b")
        with pytest.raises(rt.VerifierRejectedError, match="too much"):
            rt.call_sync(pay, 500)
        with pytest.raises(rt.VerifierRejectedError, match="timeout"):
            rt.call_sync(rt.function_node(name="late", middleware=[never])(lambda: 1))
    assert nodes(session)[:2] == ["pay", "approve"]


def test_middleware_that_is_there_already(openai):
    server = openai({"status": 500, "error": {"message": "x"}}, says("a"), says("b"))
    prebuilt = rt.prebuilt.middleware
    model = rt.llm.OpenAILLM("gpt-x", retry_approach=rt.llm.retries.ExponentialRetry(1))
    retried = rt.agent_node(
        llm=model, model_middleware=[prebuilt.Retry(3, backoff=0)], middleware=[prebuilt.Timeout(30)]
    )
    assert rt.call_sync(retried, "?").text == "a"
    filled = agent(system_message="You help {user}.", model_middleware=[prebuilt.ContextInjection()])
    with rt.Session(context={"user": "Alex"}, prompt_injection=False):
        assert rt.call_sync(filled, "Who?").text == "b"
    assert server.said(2)[0] == "You help Alex."


# -- MCP


def test_nodes_are_an_mcp_server_and_its_tools_are_nodes_again(tmp_path):
    (tmp_path / "served.py").write_text(SERVED)
    server = rt.connect_mcp(rt.MCPStdioParams(command=sys.executable, args=["served.py"], cwd=tmp_path))
    with server:
        assert [tool.name for tool in server.tools] == ["add_nums_plus_ten", "fails"]
        assert server.tools[0].parameters["properties"]["num1"] == {"type": "integer"}
        with rt.Session():
            assert rt.call_sync(server.tools[0], num1=1, num2=2) == "13"
            with pytest.raises(rt.ToolError, match="ValueError: no"):
                rt.call_sync(server.fails)
            with pytest.raises(rt.ToolError, match="num2 is missing"):
                rt.call_sync(server.tools[0], num1=1)


SERVED = '''
import sessiond as rt

@rt.function_node
def add_nums_plus_ten(num1: int, num2: int):
    """Simple tool example."""
    return num1 + num2 + 10

@rt.function_node
def fails():
    raise ValueError("no")

rt.create_mcp_server([add_nums_plus_ten, fails], server_name="My MCP Server").run()
'''


def test_an_mcp_server_by_http():
    @rt.function_node
    async def double(n: int):
        """Double it."""
        return n * 2

    made = rt.create_mcp_server([double], server_name="numbers")
    http = made.http_server(port=0)
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    url = f"http://127.0.0.1:{http.server_port}/mcp"
    try:
        with rt.connect_mcp(rt.MCPHttpParams(url=url, headers={"x-a": "b"})) as server, rt.Session():
            assert rt.call_sync(server.double, n=21) == "42"
        request = urllib.request.Request(url, b"{", {"origin": "https://evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request)
    finally:
        http.shutdown()
        http.server_close()


@pytest.mark.parametrize(
    ("message", "code"),
    [("{", -32700), ('{"id": 1}', -32600), ('{"id": 1, "method": "no"}', -32601), ("5", -32600)],
)
def test_an_mcp_server_says_what_it_does_not_understand(message, code):
    server = rt.create_mcp_server([len_of])
    assert json.loads(server.answer_text(message))["error"]["code"] == code
    assert server.answer_text('{"method": "notifications/initialized"}') is None
    greeting = server.answer({"id": 1, "method": "initialize", "params": {"protocolVersion": "2025-03-26"}})
    assert greeting["result"]["protocolVersion"] == "2025-03-26"


def len_of(text: str) -> int:
    return len(text)


# -- the rest


def test_logging_is_switched_on(tmp_path):
    logger = logging.getLogger("sessiond")
    try:
        rt.enable_logging(level="DEBUG", log_file=tmp_path / "log")
        with rt.Session():
            rt.call_sync(len_of, "a")
        assert "len_of completed" in (tmp_path / "log").read_text()
        rt.enable_logging(level="NONE")
        assert rt.Session.global_config_precedence().logging_setting == "NONE"
        with pytest.raises(ValueError, match="level is one of"):
            rt.enable_logging(level="LOUD")
    finally:
        rt.set_config(logging_setting=None, log_file=None)
        logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("text", ["{user}", "a {b} {{c}} }", '{"x": {"y": 1}}', "}}{{", "no braces"])
def test_a_text_with_braces_stays_as_it_is(text, openai):
    server = openai(says("a"))
    with rt.Session(context={"user": "Ada", "b": 1, "c": 2}):
        rt.call_sync(agent(), rt.escape_braces(text))
    assert server.said(0) == [text]


def test_everything_that_is_named_is_there():
    for name in rt.__all__:
        assert getattr(rt, name) is not None, name
    assert set(rt.__all__) <= set(dir(rt))
    with pytest.raises(AttributeError, match="no attribute 'retrieval'"):
        rt.retrieval  # noqa: B018
    for module in ("sessiond.llm", "sessiond.guardrails", "sessiond.exceptions", "sessiond.prebuilt.middleware"):
        assert importlib.import_module(module).__doc__
