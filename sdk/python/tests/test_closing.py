"""Closing goes on to its end, and no end is made up."""

import asyncio
import gc
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import sessiond as rt


@rt.function_node
async def step(n):
    return n


#: In this time, a session has begun and its call runs, on a busy machine too.
SOON = 0.2

cleaned = []
began = threading.Event()


@rt.function_node
async def slow(seconds=30):
    began.set()
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.shield(asyncio.sleep(0.1))
        cleaned.append(1)


def one(session):
    (call,) = session.payload()["calls"]
    return call["status"]


def status(session):
    return rt.read(session.id).status


async def again_and_again(task, until):
    """Cancel a task as anyio does: at each turn of the loop."""
    while not until.done():
        task.cancel()
        await asyncio.sleep(0)


@pytest.mark.parametrize("times", [1, 3, None])
def test_a_call_that_is_cancelled_again_and_again_still_cleans_up(times):
    cleaned.clear()
    sessions = []

    async def program():
        async with rt.Session() as session:
            sessions.append(session)
            await rt.call(slow)

    async def main():
        task = asyncio.ensure_future(program())
        await asyncio.sleep(SOON)
        if times is None:
            storm = asyncio.ensure_future(again_and_again(task, task))
        for _ in range(times or 0):
            task.cancel()
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.CancelledError):
            await task
        if times is None:
            await storm

    asyncio.run(main())
    assert cleaned == [1]
    assert one(sessions[0]) == "cancelled"
    assert (sessions[0].info["status"], status(sessions[0])) == ("failed", "failed")
    assert "CancelledError" in rt.read(sessions[0].id).reason


@pytest.mark.parametrize("way", ["scope", "group", "nested", "in a node"])
def test_scopes_of_anyio_wait_for_the_cleanup(way):
    anyio = pytest.importorskip("anyio")
    done = []

    @rt.function_node
    async def cleans():
        try:
            await anyio.sleep(30)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(0.1)
            done.append(1)

    @rt.function_node
    async def within():
        with anyio.move_on_after(SOON):
            await rt.call(cleans)
        return "moved on"

    async def main():
        async with rt.Session() as session:
            if way == "scope":
                with anyio.move_on_after(SOON):
                    await rt.call(cleans)
            elif way == "group":
                with pytest.raises(BaseException) as raised:
                    async with anyio.create_task_group() as group:
                        group.start_soon(rt.call, cleans)
                        await anyio.sleep(SOON)
                        raise ValueError("a sibling")
                assert "ValueError" in repr(raised.value)
            elif way == "nested":
                with anyio.move_on_after(SOON), anyio.CancelScope():
                    await rt.call(cleans)
            else:
                assert await rt.call(within) == "moved on"
            assert done == [1]
        return session

    session = anyio.run(main)
    assert [call["status"] for call in session.payload()["calls"] if call["node"] == "cleans"] == ["cancelled"]
    assert session.info["status"] == "completed"


def test_a_streaming_response_whose_client_goes_away_closes_its_session():
    pytest.importorskip("anyio")
    responses = pytest.importorskip("starlette.responses")
    sessions = []

    @rt.function_node
    async def items():
        for n in range(1000):
            yield f"{n}\n"
            await asyncio.sleep(0.005)

    async def body():
        async with rt.Session() as session:
            sessions.append(session)
            async for item in rt.astream(items):
                yield item

    async def main():
        gone = asyncio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            if message.get("body", b"").startswith(b"3"):
                gone.set()

        response = responses.StreamingResponse(body())
        await response({"type": "http", "asgi": {"spec_version": "2.0"}}, receive, send)
        del response
        for _ in range(200):
            if sessions[0].info["status"] != "running" and sessions[0].info["status"] != "closing":
                break
            gc.collect()
            await asyncio.sleep(0.01)

    asyncio.run(main())
    assert sessions[0].info["status"] == "failed"
    assert status(sessions[0]) == "failed"


@pytest.mark.parametrize("how", ["timeout", "wait_for", "group", "loop ends"])
def test_closing_goes_on_whatever_is_cancelled_around_it(how):
    if how == "loop ends" and sys.version_info < (3, 11):
        pytest.skip("before Python 3.11, a task does not say that the loop has cancelled it, and is cancelled again")
    cleaned.clear()
    began.clear()
    sessions = []

    async def program():
        async with rt.Session() as session:
            sessions.append(session)
            await rt.call(slow)

    async def main():
        if how == "loop ends":
            program_task = asyncio.ensure_future(program())
            while not began.is_set():
                await asyncio.sleep(0.01)
            return program_task
        if how == "group" and sys.version_info >= (3, 11):
            with pytest.raises(BaseExceptionGroup):  # noqa: F821
                async with asyncio.TaskGroup() as group:
                    group.create_task(program())
                    await asyncio.sleep(SOON)
                    raise ValueError
        elif how == "timeout" and sys.version_info >= (3, 11):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SOON):
                    await program()
        else:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(program(), SOON)
        return None

    asyncio.run(main())
    assert cleaned == [1]
    assert one(sessions[0]) == "cancelled"
    assert status(sessions[0]) == "failed"


def test_who_closes_a_session_second_waits_for_the_first_and_gets_its_outcome(tmp_path):
    async def main():
        session = rt.Session()
        session.subscribe(lambda message: time.sleep(0.1))
        await session.call(step, 1)
        session.broadcast("x")
        await asyncio.gather(session.aclose(), session.aclose(), asyncio.to_thread(session.close))
        assert session.info["status"] == "completed"
        session.close()

    asyncio.run(main())
    (tmp_path / "file").write_text("")
    session = rt.Session(dir=tmp_path / "other")
    session.call_sync(step, 1)
    (tmp_path / "other/sessions").write_text("no directory")
    for _ in range(2):
        with pytest.raises(rt.SaveError):
            session.close()


def test_a_node_may_close_its_own_session():
    @rt.function_node
    async def closes():
        await rt.current_session().aclose()

    @rt.function_node
    def closes_in_a_thread():
        rt.current_session().close()

    for node in (closes, closes_in_a_thread):
        began = time.monotonic()
        session = rt.Session()
        with pytest.raises(BaseException):  # noqa: B017
            asyncio.run(session.call(node))
        session.close()
        assert time.monotonic() - began < 4
        assert session.info["status"] in ("completed", "failed")


LEFT = """
import asyncio, gc, os, signal, sys, threading, time
import sessiond as rt

@rt.function_node
async def step(n):
    return n

session = rt.Session(run_identifier="left")
session.call_sync(step, 1)
"""


@pytest.mark.parametrize(
    "end",
    [
        "1 / 0",
        "sys.exit(1)",
        "sys.exit(0)",
        "os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
        "pass",
        "session = None; gc.collect()",
        "session.__enter__(); 1 / 0",
    ],
)
def test_what_nobody_closed_is_interrupted_and_can_be_resumed(end):
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", LEFT + end],
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    assert "ResourceWarning: session left was never closed" in done.stderr
    assert rt.read("left").status == "interrupted"
    with rt.Session.resume("left") as session:
        assert [session.call_sync(step, 1), session.call_sync(step, 2)] == [1, 2]
    assert (session.info["replayed"], rt.read("left").status) == (1, "completed")


def test_a_thread_that_calls_when_the_program_ends_does_not_keep_it_from_ending():
    program = """
    import threading, time
    import sessiond as rt

    @rt.function_node
    async def step(n):
        return n

    began = threading.Event()

    def work():
        with rt.Session(run_identifier="daemon"):
            while True:
                rt.call_sync(step, 1)
                began.set()

    threading.Thread(target=work, daemon=True).start()
    began.wait()
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=30, stderr=subprocess.DEVNULL)
    assert rt.read("daemon").status == "interrupted"


def test_two_interrupts_close_a_session_all_the_same():
    program = """
    import asyncio, sys, time
    import sessiond as rt

    @rt.function_node
    async def slow():
        try:
            print("ready", flush=True)
            await asyncio.sleep(60)
        finally:
            print("cleaning", flush=True)
            await asyncio.sleep(0.3)
            open("cleaned", "w").close()

    def run():
        with rt.Session(run_identifier="twice"):
            rt.call_sync(slow)

    async def arun():
        async with rt.Session(run_identifier="twice"):
            await rt.call(slow)

    run() if sys.argv[1] == "sync" else asyncio.run(arun())
    """
    for way in ("sync", "async"):
        command = [sys.executable, "-c", textwrap.dedent(program), way]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout.readline() == "ready\n"
            child.send_signal(signal.SIGINT)
            assert child.stdout.readline() == "cleaning\n"
            child.send_signal(signal.SIGINT)
            assert child.wait(30) != 0
        record = rt.read("twice")
        # Before Python 3.11, the second one ends the loop, and nobody closes the session before the program has ended.
        abandoned = way == "async" and sys.version_info < (3, 11)
        assert record.status in (("failed", "interrupted") if abandoned else ("failed",)), way
        assert record.calls[0].status in ("cancelled", "failed", *(("open",) if abandoned else ()))
        subprocess.run(["rm", "-rf", ".sessiond"], check=True)


def test_a_session_that_an_error_stopped_ends_as_failed_with_it():
    @rt.function_node
    async def fails():
        raise ValueError("the reason")

    with rt.Session(end_on_error=True) as session:
        with pytest.raises(ValueError, match="the reason"):
            rt.call_sync(fails)
    record = rt.read(session.id)
    assert (record.status, record.reason) == ("failed", "ValueError: the reason")
    with rt.Session() as stopped:
        stopped.call_sync(step, 1)
        stopped.stop("enough")
    assert rt.read(stopped.id).reason == "it was stopped: enough"
    rt.Session.resume(stopped.id).close()


def test_a_generator_that_nobody_reads_to_its_end_closes_the_session_that_it_holds():
    sessions = []

    async def items():
        async with rt.Session() as session:
            sessions.append(session)
            for n in range(3):
                yield await rt.call(step, n)

    async def main():
        async for _ in items():
            break
        for _ in range(300):
            gc.collect()
            await asyncio.sleep(0.01)
            if sessions[0].info["status"] not in ("running", "closing"):
                return

    asyncio.run(main())
    assert sessions[0].info["status"] == "failed"


def test_what_closes_while_the_interpreter_ends_is_closed_all_the_same():
    program = """
    import sessiond as rt

    @rt.function_node
    async def step():
        pass

    async def arun():
        async with rt.Session(run_identifier="left"):
            await rt.call(step)
            await rt.call(step)

    class Last:
        def __del__(self):
            # As the interpreter does with a coroutine that nobody finished.
            self.work.close()

    import builtins
    last = Last()
    last.work = arun()
    try:
        last.work.send(None)
    except BaseException:
        pass
    # Modules of the interpreter go last.
    builtins.last = last
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=30, stderr=subprocess.DEVNULL)
    assert rt.read("left").status in ("failed", "interrupted")
