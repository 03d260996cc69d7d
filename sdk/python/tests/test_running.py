"""One run of a session at a time, reading without taking, and writers that are told that they have failed."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import time

import pytest
from test_served import KEY, server  # noqa: F401

import sessiond as rt


@rt.function_node
async def step(n):
    return n


RUNS = """
import sys, time
import sessiond as rt

@rt.function_node
async def step(n):
    return n

with rt.Session(run_identifier="it", durability=sys.argv[1], name="long"):
    print(rt.call_sync(step, 1), flush=True)
    while line := sys.stdin.readline():
        try:
            print(rt.call_sync(step, int(line)), flush=True)
        except rt.RecordError as error:
            print(error.code, flush=True)
"""


class Other:
    """Another process that runs a session, and makes a call when it is told to."""

    def __init__(self, durability="sync"):
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNS, durability],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout.readline() == "1\n"

    def call(self, n):
        print(n, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def test_a_session_that_another_process_runs_is_refused_until_that_process_is_gone():
    other = Other()
    for _ in range(2):
        with pytest.raises(rt.RecordError, match=rf"running: .*process {other.process.pid}.*take") as refused:
            rt.Session.resume("it")
        assert refused.value.code == "running"
    assert other.call(2) == "2"
    record = rt.read("it")
    assert (record.status, record.name) == ("running", "long")
    assert [(call.node, call.args, call.result) for call in record.calls] == [("step", (1,), 1), ("step", (2,), 2)]
    assert [(one.id, one.status) for one in rt.sessions(status="running")] == [("it", "running")]
    other.kill()
    assert [one.id for one in rt.sessions(status="interrupted", name="long")] == ["it"]
    with rt.Session.resume("it") as session:
        assert rt.call_sync(step, 1) == 1
        with pytest.raises(rt.RecordError, match="this process"):
            rt.Session.resume("it")
    assert (session.info["replayed"], rt.read("it").status) == (1, "completed")
    rt.Session.resume("it").close()


@pytest.mark.parametrize("durability", ["async", "sync", "exit"])
def test_who_lost_a_session_is_told_at_its_next_call(durability):
    other = Other(durability)
    deadline = time.monotonic() + 20
    while True:
        # With `exit`, nothing is on disk but what was begun under a chosen id.
        try:
            taken = rt.Session.resume("it", take_over=True)
            break
        except rt.RecordError:
            assert time.monotonic() < deadline
    # It hears of that in a moment.
    deadline = time.monotonic() + 10
    while other.call(2) != "writer_stale":
        assert durability != "sync" and time.monotonic() < deadline
    assert other.call(3) == "writer_stale"
    with taken:
        assert rt.call_sync(step, 1) == 1
    other.end()
    assert rt.read("it").status == "completed"


def test_a_session_that_was_ended_from_outside_takes_no_more():
    program = """
    import sys
    import sessiond as rt

    @rt.function_node
    async def step(n):
        return n

    session = rt.Session.resume("ended", take_over=True)
    session.call_sync(step, 1)
    session.close()
    """
    session = rt.Session(run_identifier="ended")
    session.call_sync(step, 1)
    session.flush()
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=30, stderr=subprocess.DEVNULL)
    time.sleep(0.05)
    with pytest.raises(rt.RecordError):
        session.call_sync(step, 2)
    with pytest.raises(rt.RecordError):
        session.close()


@pytest.mark.parametrize("durability", ["async", "sync"])
def test_a_record_that_cannot_be_written_is_told_at_once(durability, caplog):
    @rt.function_node
    async def large(n):
        return os.urandom(200_000).hex()

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    session = rt.Session(durability=durability, save_state=False)
    made = 0
    try:
        session.call_sync(step, 1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, before[1]))
        deadline = time.monotonic() + 20
        with pytest.raises(rt.RecordError):
            while time.monotonic() < deadline:
                session.call_sync(large, made)
                made += 1
                time.sleep(0.01)
        with pytest.raises(rt.RecordError):
            session.call_sync(step, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    for _ in range(200):
        if "cannot be recorded" in caplog.text:
            break
        time.sleep(0.01)
    assert "cannot be recorded" in caplog.text
    with pytest.raises(rt.RecordError):
        session.close()


def test_a_session_is_begun_or_taken_up_by_its_id():
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), rt.Session.open("daily", context={"a": 1}) as session:
            assert (rt.call_sync(step, 1), rt.context.get("a")) == (1, 1)
            raise ZeroDivisionError
    assert session.info["replayed"] == 1
    with rt.Session.open("daily") as session:
        assert rt.call_sync(step, 1) == 1
    with rt.Session.open("daily") as session:
        assert rt.call_sync(step, 1) == 1
    with pytest.raises(rt.RecordError, match=r"Session\.resume.*Session\.open"):
        rt.Session(run_identifier="daily")


def test_a_record_is_read_as_a_tree_with_its_values():
    @rt.function_node
    async def outer(n):
        try:
            await rt.call(fails, n=n)
        except ValueError:
            pass
        return {"pair": (n, n)}

    @rt.function_node
    async def fails(n):
        raise ValueError(f"<no {n}>")

    with rt.Session({"city": "Bonn"}, name="<tree>") as session:
        rt.call_sync(outer, 1)
    record = rt.read(session.id)
    (call,) = record.calls
    (inner,) = call.calls
    assert (call.result, call.args, inner.kwargs) == ({"pair": (1, 1)}, (1,), {"n": 1})
    assert (inner.status, inner.error["type"], inner.error["message"]) == ("failed", "ValueError", "<no 1>")
    assert record.context == {"city": "Bonn"}
    assert record.info["total"] == 2
    html = record._repr_html_()
    assert "&lt;tree&gt;" in html
    assert "&lt;no 1&gt;" in html
    with pytest.raises(rt.RecordError, match="there is no session"):
        rt.read("nothing")
    assert rt.sessions(name="other") == []


def test_a_server_that_does_not_answer_is_away_within_seconds(server):  # noqa: F811
    options = {"url": server.url, "api_key": KEY}
    with rt.Session(**options):
        rt.call_sync(step, 1)
    server.running.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        with rt.Session(**options) as session:
            rt.call_sync(step, 1)
        assert time.monotonic() - began < 20
        began = time.monotonic()
        with pytest.raises(rt.RecordError):
            rt.Session.resume("elsewhere", **options)
        assert time.monotonic() - began < 20
    finally:
        server.running.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 30
    while True:
        try:
            if server.get(f"/sessions/{session.id}")["status"] == "completed":
                break
        except OSError:
            assert time.monotonic() < deadline
        time.sleep(0.02)
