"""Agents that are resumed, and their memory."""

import subprocess
import sys
import time

import pytest
from model_server import calls, says

import sessiond as rt


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
