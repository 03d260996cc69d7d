"""A forked process has none of its parent's sessions, and waits for nothing of them."""

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

HEAD = """
import asyncio, gc, multiprocessing, os, signal, sys, threading, time
import sessiond as rt

@rt.function_node
async def step(n):
    return n

@rt.function_node
def plain(n):
    return n

def child(work):
    pid = os.fork()
    if pid:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status) if hasattr(os, "waitstatus_to_exitcode") else status
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return "it hangs"
    work()
"""


def run(program, *args):
    """Run a program; one that hangs fails the test."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + textwrap.dedent(program), *args],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("way", ["falls off the end", "sys.exit", "raises", "drops it", "collects", "_exit"])
@pytest.mark.parametrize("entered", [True, False])
def test_a_child_ends_at_once_however_it_ends(way, entered):
    out = run(
        """
        way, entered = sys.argv[1], sys.argv[2] == "True"
        session = rt.Session(run_identifier="it")
        if entered:
            session.__enter__()
        assert rt.call_sync(step, 1) == 1 if entered else session.call_sync(step, 1) == 1

        def work():
            global session
            if way == "sys.exit":
                sys.exit(7)
            if way == "raises":
                os.close(2)
                raise ValueError("x")
            if way == "drops it":
                session = None
            if way == "collects":
                del session
                gc.collect()
            if way == "_exit":
                os._exit(7)
            sys.exit(7)

        code = child(work)
        assert code == (1 if way == "raises" else 7), code
        assert session.call_sync(step, 2) == 2
        session.close() if not entered else session.__exit__(None, None, None)
        print(session.info["status"], len(session.payload()["calls"]))
        """,
        way,
        str(entered),
    )
    assert out == "completed 2\n"


def test_every_door_of_the_parent_s_session_answers_at_once():
    run(
        """
        async def each(session):
            async for _ in session.astream(step_stream):
                pass

        @rt.function_node
        async def step_stream():
            yield 1

        def sync(function):
            def run():
                function()
            return run

        for durability in ("async", "sync", "exit"):
            session = rt.Session(durability=durability)
            session.call_sync(step, 1)
            session.context.put("a", 1)
            doors = {
                "call": lambda: asyncio.run(session.call(step, 1)),
                "call_sync": lambda: session.call_sync(step, 1),
                "plain": lambda: session.call_sync(plain, 1),
                "batch": lambda: asyncio.run(session.call_batch(step, [1])),
                "astream": lambda: asyncio.run(each(session)),
                "payload": lambda: session.payload(),
                "save": lambda: session.save(),
                "flush": lambda: session.flush(),
                "info": lambda: session.info,
                "put": lambda: session.context.put("a", 2),
                "delete": lambda: session.context.delete("a"),
                "close": lambda: session.close(),
                "aclose": lambda: asyncio.run(session.aclose()),
                "stop": lambda: session.stop(),
                "broadcast": lambda: session.broadcast("x"),
                "subscribe": lambda: session.subscribe(print),
                "enter": lambda: session.__enter__(),
            }

            def work():
                assert session.context.get("a") == 1
                assert session.id and session.settings and repr(session)
                for name, door in doors.items():
                    try:
                        door()
                    except rt.SessionClosedError as error:
                        assert "belongs to the process that forked" in str(error), (name, error)
                    else:
                        print("no error from", name, file=sys.stderr)
                        os._exit(1)
                sys.exit(0)

            assert child(work) == 0
            session.close()
        """
    )


def test_a_child_begins_sessions_of_its_own_at_any_depth():
    out = run(
        """
        def work():
            if rt._scope.current.get() is not None:
                os._exit(3)
            with rt.Session(run_identifier=f"child{level}") as own:
                own.call_sync(step, 1)
                rt.call_sync(plain, 2)
            if own.info["status"] != "completed":
                os._exit(4)
            deeper()
            sys.exit(0)

        def deeper():
            global level
            level += 1
            if level < 4:
                with rt.Session(run_identifier=f"around{level}"):
                    rt.call_sync(step, 0)
                    code = child(work)
                    if code != 0:
                        print("level", level, "ended with", code, file=sys.stderr)
                        os._exit(5)

        level = 0
        with rt.Session(run_identifier="top"):
            rt.call_sync(step, 1)
            assert child(work) == 0
        print(sorted((s.id, s.status) for s in rt.sessions()))
        """
    )
    ids = ["around1", "around2", "around3", "child0", "child1", "child2", "child3", "top"]
    assert out == f"{[(name, 'completed') for name in ids]}\n"


def test_locks_and_threads_that_the_parent_had_are_not_missed():
    run(
        """
        from sessiond.middleware import Lock

        @rt.function_node(middleware=[Lock("db")])
        def locked(n):
            if n == 0:
                inside.set()
                leave.wait()
            return n

        inside, leave, stop = threading.Event(), threading.Event(), threading.Event()

        def busy():
            with rt.Session(logging_setting="NONE"):
                while not stop.is_set():
                    rt.call_sync(step, 1)
                    rt.broadcast("x")

        def holds():
            with rt.Session():
                rt.call_sync(locked, 0)

        threads = [threading.Thread(target=each, daemon=True) for each in (busy, busy, busy, holds)]
        for thread in threads:
            thread.start()
        inside.wait()

        def work():
            with rt.Session():
                assert rt.call_sync(locked, 1) == 1
                assert rt.call_sync(step, 2) == 2
            sys.exit(0)

        for _ in range(15):
            assert child(work) == 0
        stop.set()
        leave.set()
        for thread in threads:
            thread.join()
        """
    )


def test_a_node_may_fork_and_its_session_goes_on():
    run(
        """
        @rt.function_node
        async def forks(n):
            def work():
                try:
                    rt.call_sync(step, 1)
                except rt.SessionClosedError:
                    os._exit(1)
                # It is outside of any session, so it is one of its own.
                os._exit(0)
            return child(work)

        def target():
            with rt.Session() as own:
                assert rt.call_sync(step, 3) == 3

        @rt.function_node
        def processes(n):
            process = multiprocessing.get_context("fork").Process(target=target)
            process.start()
            process.join(20)
            return process.exitcode

        with rt.Session() as session:
            assert rt.call_sync(forks, 1) == 0
            assert rt.call_sync(processes, 1) == 0
        assert [call["node"] for call in session.payload()["calls"]] == ["forks", "processes"]
        """
    )


def test_a_child_s_event_loop_and_sigterm_are_its_own():
    run(
        """
        with rt.Session():
            rt.call_sync(step, 1)
            def work():
                assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
                assert rt.call_sync(step, 1) == 1
                os.kill(os.getpid(), signal.SIGTERM)
                time.sleep(20)
            assert child(work) == -signal.SIGTERM
            assert rt.call_sync(step, 1) == 1
        """
    )


@pytest.mark.parametrize("where", ["node", "generator", "subscriber", "beside"])
def test_a_child_of_one_of_the_package_s_threads_ends_with_what_runs_there(where):
    run(
        """
        where = sys.argv[1]
        codes = []

        def forks():
            def work():
                os.close(2)
                if way == "sys.exit":
                    sys.exit(7)
                if way == "says":
                    sys.exit("a text")
                if way == "raises":
                    raise ValueError("x")
            code = child(work)
            if code is not None:
                codes.append(code)

        @rt.function_node
        def node():
            forks()

        @rt.function_node
        def generator():
            yield forks()

        @rt.function_node
        async def here():
            forks()

        async def beside():
            # The loop of this thread runs, so that another thread makes the call.
            rt.call_sync(here)

        with rt.Session(broadcast_callback=lambda message: forks()) as session:
            for number, way in enumerate(["sys.exit", "raises", "returns", "says"]):
                if where == "subscriber":
                    session.broadcast("x")
                    while len(codes) == number:
                        time.sleep(0.01)
                elif where == "beside":
                    asyncio.run(beside())
                else:
                    rt.call_sync({"node": node, "generator": generator}[where])
                assert rt.call_sync(plain, 1) == 1
        assert codes == [7, 1, 0, 1], codes
        assert session.info["status"] == "completed"
        """,
        where,
    )


@pytest.mark.parametrize("way", ["sys.exit", "collects", "closes", "calls"])
def test_loops_of_the_parent_wake_up_whatever_a_child_does_with_its_own(way):
    out = run(
        """
        way = sys.argv[1]
        turns, done = [threading.Semaphore(0) for _ in range(3)], threading.Semaphore(0)

        def calls(turn):
            # Each thread has a loop of its own, which does not run while others fork.
            while turn.acquire():
                assert rt.call_sync(plain, 1) == 1
                done.release()

        for turn in turns:
            threading.Thread(target=calls, args=(turn,), daemon=True).start()

        def each():
            for turn in turns:
                turn.release()
            for _ in turns:
                assert done.acquire(timeout=20), "a call does not come back"

        def work():
            if way == "calls":
                assert rt.call_sync(plain, 2) == 2
            elif way == "closes":
                loop.close()
            elif way == "collects":
                gc.collect()
            sys.exit(0)

        async def main():
            global loop
            loop = asyncio.get_running_loop()
            async with rt.Session() as session:
                for _ in range(3):
                    await rt.call(plain, 1)
                    assert child(work) == (1 if way == "closes" else 0)
                    await asyncio.wait_for(rt.call(plain, 1), 20)
                    await asyncio.wait_for(loop.run_in_executor(None, each), 60)
            return session.info

        if way == "closes":
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        each()
        print(asyncio.run(main())["status"])
        """,
        way,
    )
    assert out == "completed\n"
