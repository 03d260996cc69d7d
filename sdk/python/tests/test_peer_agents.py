"""Sessions and agents as Railtracks has them."""

import pytest
from model_server import calls, says
from peer import agent
from recorded import nodes

import sessiond as rt


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
