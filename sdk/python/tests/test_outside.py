"""What a program takes from outside: answers, signals and its end; and how it goes on in another process."""

import asyncio
import math
import pathlib
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import dataclass
from typing import Any

import pytest
from typing_extensions import Literal

import sessiond as rt
from sessiond import middleware, testing

QUIET: Any = {"save_state": False, "logging_setting": "NONE"}
ran = []


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


@rt.function_node
async def work(what):
    ran.append(what)
    return what


@rt.function_node
async def deploy(version):
    built = await rt.call(work, f"build {version}")
    approval = await rt.approve(f"Deploy {version}?", details={"built": built, "api_key": "sk-12345"})
    if not approval:
        return await rt.call(work, f"not {version}: {approval.comment}")
    return await rt.call(work, f"deploy {version}")


@dataclass
class Choice:
    region: Literal["eu", "us"]
    nodes: int = 1


def opened(session_id="s", **options):
    return rt.Session.open(session_id, **QUIET, **options)


def interrupted(program):
    """Run a program until it waits for something from outside."""
    return interrupted_of(program, "s")


def interrupted_of(program, asker):
    with pytest.raises(rt.Interrupted) as caught, opened() as session:
        asyncio.run(program())
    assert session.info["status"] == "interrupted"
    assert caught.value.session_id == asker
    return caught.value


def finished(program, session_id="s"):
    with opened(session_id) as session:
        result = asyncio.run(program())
    assert session.info["status"] == "completed"
    return result


def asked():
    """Wait until the program has asked."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            found = rt.questions("s")
        except rt.RecordError as error:
            assert error.code == "session_not_found"
            found = []
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("nothing was asked")


def test_a_question_ends_the_process_s_work_and_its_answer_goes_on():
    waits = interrupted(lambda: rt.call(deploy, 1))
    (question,) = rt.questions("s")
    assert waits.questions == [question.question_id]
    assert question.text == "Deploy 1?"
    assert question.details == {"built": "build 1", "api_key": "[redacted]"}
    assert "Deploy 1?" in str(waits)
    assert (rt.sessions()[0].status, rt.sessions()[0].open_questions) == ("interrupted", 1)
    # Without an answer it waits again, and nothing is done or asked twice.
    interrupted(lambda: rt.call(deploy, 1))
    assert [question.question_id for question in rt.questions("s")] == waits.questions
    rt.answer("s", True, comment="go ahead")
    assert rt.questions() == []
    assert finished(lambda: rt.call(deploy, 1)) == "deploy 1"
    assert ran == ["build 1", "deploy 1"]
    # A session that has completed gives it again.
    assert finished(lambda: rt.call(deploy, 1)) == "deploy 1"


def test_a_rejection_and_its_comment_reach_the_program():
    interrupted(lambda: rt.call(deploy, 2))
    rt.answer("s", False, comment="too late")
    assert finished(lambda: rt.call(deploy, 2)) == "not 2: too late"


def test_a_program_waits_only_when_nothing_else_goes_on():
    @rt.function_node
    async def slow():
        await asyncio.sleep(0.8)
        ran.append("slow")

    async def program():
        return await asyncio.gather(rt.call(deploy, 1), rt.call(slow), rt.call(deploy, 2), rt.interrupt("Which?"))

    waits = interrupted(program)
    assert sorted(ran) == ["build 1", "build 2", "slow"]
    assert len(waits.questions) == 3
    for question in rt.questions("s"):
        rt.answer("s", True if question.kind == "approval" else "this", question_id=question.question_id)
    assert finished(program) == ["deploy 1", None, "deploy 2", "this"]
    assert ran.count("slow") == 1


def test_several_questions_of_one_node_are_answered_one_after_the_other():
    @rt.function_node
    async def form():
        return [await rt.interrupt(f"Question {n}") for n in range(3)]

    for n in range(3):
        interrupted(lambda: rt.call(form))
        (question,) = rt.questions("s")
        assert question.text == f"Question {n}"
        rt.answer("s", n)
    assert finished(lambda: rt.call(form)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("schema", "wrong", "answer", "value"),
    [
        (int, "many", 3, 3),
        (Literal["eu", "us"], "asia", "eu", "eu"),
        (list[str], ["a", 1], ["a", "b"], ["a", "b"]),
        (Choice, {"region": "mars", "nodes": 1}, {"region": "eu", "nodes": 2}, Choice("eu", 2)),
        ({"type": "object", "required": ["a"]}, {}, {"a": 1}, {"a": 1}),
    ],
)
def test_an_answer_keeps_its_schema_and_comes_as_its_type(schema, wrong, answer, value):
    async def program():
        return await rt.interrupt("What?", schema=schema)

    interrupted(program)
    with pytest.raises(rt.RecordError, match="answer") as caught:
        rt.answer("s", wrong)
    assert caught.value.code == "invalid_input"
    rt.answer("s", answer)
    assert finished(program) == value
    assert finished(program) == value


def test_a_session_is_opened_with_a_name_and_keeps_it():
    for name in ("first", "second"):
        with rt.Session.open("s", name=name, **QUIET) as session:
            assert session.name == "first"
            if name == "first":
                session.stop()
    with pytest.raises(TypeError, match="name is said of a new session"):
        rt.Session.resume("s", name="other", **QUIET)


def test_any_value_may_be_asked_and_answered():
    async def program():
        return await rt.interrupt({"draft": [1, 2], "when": 3})

    interrupted(program)
    assert rt.questions("s")[0].details == {"draft": [1, 2], "when": 3}
    rt.answer("s", {"draft": [2, None]})
    assert finished(program) == {"draft": [2, None]}


def test_an_answer_that_comes_while_the_process_waits_goes_on_at_once():
    async def program():
        return await rt.approve("Now?", wait=math.inf)

    def answers():
        asked()
        time.sleep(0.4)
        rt.answer("s", True)

    thread = threading.Thread(target=answers)
    thread.start()
    began = time.monotonic()
    assert finished(program)
    assert time.monotonic() - began < 5
    thread.join()


def test_a_question_expires_with_its_default_or_without():
    async def program(**more):
        return await rt.interrupt("Which?", timeout=0.1, wait=math.inf, **more)

    assert finished(lambda: program(default="eu"), "default") == "eu"
    for _ in range(2):
        with pytest.raises(rt.QuestionClosedError) as caught, opened("none"):
            asyncio.run(program())
        assert caught.value.code == "expired"

    async def falls_back():
        try:
            return await program()
        except rt.QuestionClosedError as error:
            return error.code

    assert finished(falls_back, "caught") == "expired"
    assert finished(falls_back, "caught") == "expired"


def test_whoever_catches_the_interruption_changes_nothing():
    async def program():
        try:
            await rt.approve("Sure?")
        except BaseException:
            pass
        try:
            return await rt.call(work, "must not run")
        except Exception:
            return "caught"

    with opened() as session:
        assert asyncio.run(program()) == "caught"
    assert session.info["status"] == "interrupted"
    assert ran == []
    rt.answer("s", True)
    finished(program)
    assert ran == ["must not run"]


def test_what_cleans_up_when_it_is_interrupted_records_no_end():
    @rt.function_node
    async def keeps():
        try:
            return await rt.approve("Sure?")
        except BaseException:
            return "a made-up result"

    interrupted(lambda: rt.call(keeps))
    rt.answer("s", True)
    assert finished(lambda: rt.call(keeps)).approved


@pytest.mark.parametrize("retries", [True, False])
def test_middleware_does_not_hide_an_interruption(retries):
    around = [middleware.Retry(3, backoff=0)] if retries else [middleware.Timeout(60)]

    @rt.function_node(middleware=around)
    async def asks():
        return await rt.approve("Sure?")

    interrupted(lambda: rt.call(asks))
    rt.answer("s", True)
    assert finished(lambda: rt.call(asks)).approved


def test_synchronous_nodes_ask_with_call_sync():
    @rt.function_node
    def asks():
        return rt.call_sync(rt.approve, "Sure?").approved

    with pytest.raises(rt.Interrupted), opened():
        rt.call_sync(asks)
    rt.answer("s", True)
    with opened():
        assert rt.call_sync(asks) is True


def test_a_session_within_a_session_waits_for_what_goes_on_around_it():
    @rt.function_node
    async def slow():
        await asyncio.sleep(0.8)
        ran.append("slow")

    @rt.function_node
    async def nested():
        async with rt.Session.open("inner", **QUIET):
            return await rt.call(deploy, 1)

    async def program():
        return await asyncio.gather(rt.call(nested), rt.call(slow))

    waits = interrupted_of(program, "inner")
    assert ran == ["build 1", "slow"]
    assert {session.id: session.status for session in rt.sessions()} == {"s": "interrupted", "inner": "interrupted"}
    rt.answer("inner", True, question_id=waits.questions[0])
    assert finished(program) == ["deploy 1", None]
    assert ran == ["build 1", "slow", "deploy 1"]


@pytest.mark.parametrize("is_async", [True, False])
def test_a_flow_continues_with_what_it_was_given(is_async):
    @rt.function_node
    async def pays(order, *, cents):
        return [order, cents, (await rt.approve(f"{order}?")).approved]

    flow = rt.Flow("Pay", pays, **QUIET)
    with pytest.raises(rt.Interrupted) as caught:
        flow.invoke("a", cents=3)
    session_id = caught.value.session_id
    with pytest.raises(rt.Interrupted):
        asyncio.run(flow.aresume(session_id)) if is_async else flow.resume(session_id)
    rt.answer(session_id, True)
    done = asyncio.run(flow.aresume(session_id)) if is_async else flow.resume(session_id)
    assert done == ["a", 3, True]
    assert flow.resume(session_id, "a", cents=3) == done
    with pytest.raises(rt.RecordError):
        flow.resume("nobody")


def test_a_batch_is_interrupted_as_a_whole():
    @rt.function_node
    async def asks(n):
        return bool(await rt.approve(f"{n}?"))

    async def program():
        return await rt.call_batch(asks, range(4))

    interrupted(program)
    for question in rt.questions("s"):
        rt.answer("s", question.text in ("1?", "2?"), question_id=question.question_id)
    assert finished(program) == [False, True, True, False]


def test_questions_need_a_session_and_a_form_that_can_be_asked():
    with pytest.raises(rt.NodeError, match="session"):
        asyncio.run(rt.approve("Sure?"))

    async def program(text, **more):
        await rt.interrupt(text, **more)

    for text, more in [("", {}), ("What?", {"schema": {"type": "nonsense"}}), ("What?", {"default": 1})]:
        with pytest.raises(rt.RecordError), opened(f"s{len(text)}{len(more)}{more.get('default')}"):
            asyncio.run(program(text, **more))
    with pytest.raises(rt.RecordError):
        rt.answer("nobody", True)
    with pytest.raises(ValueError, match="id"):
        rt.answer("no id", True)


def test_time_that_is_waited_does_not_count_as_the_call_s():
    @rt.function_node
    async def waits():
        await rt.sleep(0.6)
        return await rt.wait_for_signal("go")

    def signals():
        time.sleep(1.0)
        rt.send_signal("s", "go", 1)

    thread = threading.Thread(target=signals)
    with opened(timeout=0.4):
        thread.start()
        assert asyncio.run(rt.call(waits)) == 1
        asyncio.run(rt.sleep(0.6))
    thread.join()


def test_signals_come_in_order_and_once():
    @rt.function_node
    async def prices(count):
        return [await rt.wait_for_signal("price", wait=0) for _ in range(count)]

    interrupted(lambda: rt.call(prices, 3))
    for price in (1, {"eur": 2}):
        rt.send_signal("s", "price", price)
        rt.send_signal("s", "other", "no")
    interrupted(lambda: rt.call(prices, 3))
    rt.send_signal("s", "price")
    assert finished(lambda: rt.call(prices, 3)) == [1, {"eur": 2}, None]
    assert finished(lambda: rt.call(prices, 3)) == [1, {"eur": 2}, None]


def test_two_that_wait_for_one_signal_get_one_each():
    async def program():
        return await asyncio.gather(*(rt.wait_for_signal("go", wait=0) for _ in range(3)))

    interrupted(program)
    for n in range(2):
        rt.send_signal("s", "go", n)
    interrupted(program)
    rt.send_signal("s", "go", 2)
    assert sorted(finished(program)) == [0, 1, 2]


def test_a_signal_that_does_not_come_times_out():
    async def program():
        try:
            return await rt.wait_for_signal("go", timeout=0.1)
        except TimeoutError as error:
            return str(error)

    assert "'go'" in finished(program)
    assert "'go'" in finished(program)


def test_a_session_that_is_cancelled_stops_within_a_second():
    stopped = []

    @rt.function_node
    async def endless():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            stopped.append(time.monotonic())
            raise

    def cancels():
        time.sleep(0.3)
        began.append(time.monotonic())
        rt.cancel("s", "not needed")

    began = []
    thread = threading.Thread(target=cancels)
    with pytest.raises(rt.ControlError, match="ended the session"), opened():
        thread.start()
        asyncio.run(rt.call(endless))
    thread.join()
    assert stopped[0] - began[0] < 1.5


def test_a_killed_process_asks_the_same_again(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import asyncio, os, sys, threading, time
            import sessiond as rt

            @rt.function_node
            async def ask():
                return (await rt.approve("Sure?", wait=60)).approved

            def kill():
                while not any(question.session_id == "s" for question in rt.questions()):
                    time.sleep(0.01)
                os._exit(9)

            if "kill" in sys.argv:
                threading.Thread(target=kill).start()
            with rt.Session.open("s", save_state=False, logging_setting="NONE"):
                print(asyncio.run(rt.call(ask)))
        """)
    )
    killed = subprocess.run([sys.executable, program, "kill"], timeout=60, check=False)
    assert killed.returncode == 9
    (question,) = rt.questions("s")
    rt.answer("s", True, question_id=question.question_id)
    done = subprocess.run([sys.executable, program], timeout=60, check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_the_guide_s_program_runs_as_it_stands(tmp_path):
    guide = (pathlib.Path(__file__).parents[3] / "docs/durable.md").read_text()
    section = guide[guide.index("## A program in Python") :]
    blocks = [block.split("```")[0] for block in section.split("```python\n")[1:]]
    (tmp_path / "release.py").write_text(blocks[0])

    def run():
        return subprocess.run([sys.executable, "release.py"], timeout=60, check=False, capture_output=True, text=True)

    assert "Deploy 7?" in run().stderr
    exec(blocks[1], {"rt": rt})
    assert "Which region?" in run().stderr
    rt.answer("release-7", "us")
    assert run().stdout == "image:7 in us\n"


def test_ctrl_c_while_it_waits_leaves_the_question_open(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            import asyncio
            import sessiond as rt

            with rt.Session.open("s", save_state=False, logging_setting="NONE"):
                print(asyncio.run(rt.approve("Sure?", wait=60)).approved)
        """)
    )
    running = subprocess.Popen([sys.executable, program], stderr=subprocess.DEVNULL)
    asked()
    running.send_signal(2)
    assert running.wait(30) != 0
    rt.answer("s", True)
    done = subprocess.run([sys.executable, program], timeout=60, check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"


def test_retries_and_their_pauses_survive_a_crash():
    class Crash(BaseException):
        pass

    attempts = []

    @rt.function_node(middleware=[middleware.Retry(4, backoff=3600, jitter=0.5, never=KeyError)])
    async def flaky():
        attempts.append(len(attempts))
        if len(attempts) == 3:
            raise Crash
        if len(attempts) < 5:
            raise ConnectionError("no")
        return "yes"

    with testing.skip_time():
        with pytest.raises(Crash), opened():
            asyncio.run(rt.call(flaky))
        # The third attempt was broken off: it is made again, and the fourth is the last.
        assert finished(lambda: rt.call(flaky)) == "yes"
    assert attempts == [0, 1, 2, 3, 4]


def test_a_retry_says_after_what_it_tries_again_and_how_long_it_waits():
    @rt.function_node(middleware=[middleware.Retry(5, never=KeyError)])
    async def never():
        ran.append("never")
        raise KeyError("k")

    @rt.function_node(middleware=[middleware.Retry(3, on=lambda error: "again" in str(error), backoff=0)])
    async def sometimes():
        ran.append("sometimes")
        raise ValueError("again" if ran.count("sometimes") == 1 else "enough")

    with opened():
        with pytest.raises(KeyError):
            asyncio.run(rt.call(never))
        with pytest.raises(ValueError, match="enough"):
            asyncio.run(rt.call(sometimes))
    assert ran == ["never", "sometimes", "sometimes"]
    for wrong in ({"max": 0}, {"jitter": 2}, {"backoff": -1}, {"longest": -1}):
        with pytest.raises(ValueError, match=r"[0-9]"):
            middleware.Retry(**wrong)


def test_skipped_time_ends_pauses_in_their_order():
    async def pause(seconds):
        await rt.sleep(seconds)
        ran.append(seconds)

    async def program():
        await asyncio.gather(*(pause(seconds) for seconds in (3000, 20, 100_000, 1)))

    began = time.monotonic()
    with testing.skip_time(), opened():
        asyncio.run(program())
    assert ran == [1, 20, 3000, 100_000]
    assert time.monotonic() - began < 10
