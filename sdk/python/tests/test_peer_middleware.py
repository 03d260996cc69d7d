"""Middleware and guards as Railtracks has them."""

import asyncio

import pytest
from model_server import calls, says
from peer import agent, weather_tool
from recorded import nodes

import sessiond as rt
from sessiond.exceptions import (
    NodeCreationError,
)
from sessiond.guardrails import GuardrailBlockedError, GuardrailDecision, InputGuard, LLMGuardrailEvent


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
