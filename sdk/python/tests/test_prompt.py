"""Prompts that are filled from the session's context."""

from datetime import date

import pytest
from model_server import says

import sessiond as rt


def asked(serve, system, text, *, context, **options):
    """The messages that a model gets."""
    server = serve(says("ok"))
    agent = rt.agent_node("Helper", system_message=system, model=server.model())
    with rt.Session(context=context, **options) as run:
        rt.call_sync(agent, text)
    return [message["content"] for message in server.asked[0]["messages"]], run


@pytest.mark.parametrize(
    ("prompt", "filled"),
    [
        ("You help {name} in {city}.", "You help Ada in Bonn."),
        ("{unknown} stays, { name } too", "{unknown} stays, { name } too"),
        ("{{name}} and {{{name}}}", "{name} and {Ada}"),
        ('{"a": {"b": 1}} for {name}', '{"a": {"b": 1}} for Ada'),
        ("{count} {list} {pair} {none} {flag}", '3 ["a"] [1,2] null true'),
        ("{day}", "2025-01-31"),
        ("{nested}", "{name}"),
    ],
)
def test_keys_of_the_context_are_filled_in_the_systems_and_the_users_text(serve, prompt, filled):
    context = {
        "name": "Ada",
        "city": "Bonn",
        "count": 3,
        "list": ["a"],
        "pair": (1, 2),
        "none": None,
        "flag": True,
        "day": date(2025, 1, 31),
        "nested": "{name}",
    }
    messages, _ = asked(serve, prompt, prompt, context=context)
    assert messages == [filled, filled]


def test_a_secret_is_never_filled_in(serve):
    context = {"pin": rt.Secret("1234"), "api_key": "sk-1", "login": {"user": "ada", "password": "pw-1"}}
    messages, run = asked(serve, "{pin} {api_key} {login}", "Hi", context=context)
    assert messages[0] == '[redacted] [redacted] {"user":"ada","password":"[redacted]"}'
    for secret in ("1234", "sk-1", "pw-1"):
        assert secret not in str(run.payload())


def test_without_prompt_injection_a_prompt_stays_as_it_is(serve):
    messages, _ = asked(serve, "You help {name}.", "{{x}}", context={"name": "Ada"}, prompt_injection=False)
    assert messages == ["You help {name}.", "{{x}}"]
    rt.set_config(prompt_injection=False)
    messages, _ = asked(serve, "You help {name}.", "Hi", context={"name": "Ada"})
    assert messages[0] == "You help {name}."


def test_messages_are_taken_as_they_are(serve):
    given = [{"role": "assistant", "content": "Yes?"}, {"role": "user", "content": "I am {name}."}]
    messages, _ = asked(serve, "You help {name}.", given, context={"name": "Ada"})
    assert messages == ["You help Ada.", "Yes?", "I am {name}."]
    with pytest.raises(ValueError, match="a message will not do"):
        asked(serve, None, [{"role": "nobody", "content": "Hi"}], context={})


def test_what_a_tool_changes_is_filled_in_at_the_next_call(serve):
    server = serve(says("a"), says("b"))
    agent = rt.agent_node("Helper", system_message="Step {step}.", model=server.model())
    with rt.Session(context={"step": 1}) as run:
        rt.call_sync(agent, "Go.")
        run.context.put("step", 2)
        rt.call_sync(agent, "Go.")
    assert [server.said(i)[0] for i in range(2)] == ["Step 1.", "Step 2."]
