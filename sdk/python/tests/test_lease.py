"""One run of a session at a time on a server, whatever directories and machines its programs are on."""

import os
import signal
import subprocess
import sys
import time

import pytest
from test_served import KEY, server  # noqa: F401

import sessiond as rt

DURABILITIES = ["async", "sync", "exit"]
# How long the server keeps a session for a program that it hears nothing of, in seconds.
TTL = 15

RUNS = """
import sys
import sessiond as rt

@rt.function_node
async def step(n):
    return n

session = rt.Session.open("it", durability=sys.argv[1], name="long")
print(session.call_sync(step, 1), flush=True)
while line := sys.stdin.readline():
    if line == "leave\\n":
        sys.exit()
    try:
        print(session.call_sync(step, int(line)), flush=True)
    except rt.RecordError as error:
        print(error.code, flush=True)
session.close()
"""


@rt.function_node
async def step(n):
    return n


class Other:
    """A program in a directory of its own that makes a call when it is told to."""

    def __init__(self, server, directory, durability="sync"):  # noqa: F811
        directory.mkdir(exist_ok=True)
        environment = {**os.environ, "SESSIOND_URL": server.url, "SESSIOND_API_KEY": KEY}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNS, durability],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout.readline() == "1\n"

    def call(self, n):
        print(n, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()

    def leave(self):
        print("leave", file=self.process.stdin, flush=True)
        self.end()

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture
def here(server, monkeypatch):  # noqa: F811
    """This process in another directory: it reports to the same server."""
    monkeypatch.setenv("SESSIOND_URL", server.url)
    monkeypatch.setenv("SESSIOND_API_KEY", KEY)
    return server


def until(condition, seconds=2 * TTL):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def calls(server):  # noqa: F811
    return server.get("/sessions/it")["calls"]


def kinds(server):  # noqa: F811
    return [event["type"] for event in server.get("/sessions/it/events?after=0")["events"]]


def refused(other):
    with pytest.raises(rt.RecordError, match=rf"is running: .*process {other.process.pid}.*take_over") as error:
        rt.Session.resume("it")
    assert error.value.code == "running"


def test_a_session_that_runs_in_another_directory_is_refused_and_looked_at_without_being_taken(here, tmp_path):
    other = Other(here, tmp_path / "other")
    refused(other)
    with pytest.raises(rt.RecordError, match="is running"):
        rt.Session.open("it")
    until(lambda: calls(here)["completed"] == 1)
    assert rt.read("it").status == "running"
    assert [(one.id, one.status) for one in rt.sessions(status="running")] == [("it", "running")]
    assert other.call(2) == "2"
    refused(other)
    other.leave()
    # It has let go of the session before it ended.
    assert rt.read("it").status == "interrupted"
    with rt.Session.resume("it") as session:
        assert [rt.call_sync(step, n) for n in (1, 2, 3)] == [1, 2, 3]
    assert (session.info["replayed"], session.info["calls"]) == (2, 1)
    assert kinds(here).count("execution_interrupted") == 1
    assert rt.read("it").status == "completed"
    rt.Session.resume("it").close()


def test_a_program_that_was_killed_keeps_its_session_for_the_time_of_its_lease(here, tmp_path):
    other = Other(here, tmp_path / "other")
    until(lambda: calls(here)["completed"] == 1)
    other.kill()
    refused(other)
    # In its own directory it is started again at once.
    again = Other(here, tmp_path / "other")
    again.kill()
    refused(again)
    until(lambda: "lease" not in calls(here))
    assert kinds(here)[-1] == "execution_interrupted"
    with rt.Session.resume("it") as session:
        assert rt.call_sync(step, 1) == 1
    assert session.info["replayed"] == 1


def test_a_session_is_taken_over_also_from_a_program_in_the_same_directory(here, tmp_path):
    other = Other(here, tmp_path)
    refused(other)
    assert rt.read("it").status == "running"
    with rt.Session.resume("it", take_over=True) as taken:
        until(lambda: other.call(2) == "writer_stale")
        assert [rt.call_sync(step, n) for n in (1, 2)] == [1, 2]
        until(lambda: calls(here)["completed"] == 2)
    assert taken.info["replayed"] == 1
    assert here.get("/sessions/it")["status"] == "completed"
    other.end()
    assert (rt.read("it").status, kinds(here).count("execution_began")) == ("completed", 2)


@pytest.mark.parametrize("durability", DURABILITIES)
def test_who_lost_a_session_on_the_server_is_told_at_its_next_call(here, tmp_path, durability):
    other = Other(here, tmp_path / "other", durability)
    taken = rt.Session.resume("it", take_over=True)
    until(lambda: other.call(2) == "writer_stale")
    assert other.call(3) == "writer_stale"
    with taken:
        assert rt.call_sync(step, 1) == 1
    other.end()
    assert rt.read("it").status == "completed"


def test_a_program_that_was_paused_for_longer_than_its_lease_continues_if_nobody_took_over(here, tmp_path):
    other = Other(here, tmp_path / "other")
    until(lambda: calls(here)["completed"] == 1)
    other.process.send_signal(signal.SIGSTOP)
    until(lambda: "lease" not in calls(here))
    other.process.send_signal(signal.SIGCONT)
    assert other.call(2) == "2"
    until(lambda: kinds(here).count("execution_continued") == 1)
    refused(other)
    other.end()
    assert (rt.read("it").status, len(rt.read("it").calls)) == ("completed", 2)


def test_a_program_whose_server_was_away_continues_and_is_not_taken_over_meanwhile(here, tmp_path):
    other = Other(here, tmp_path / "other")
    until(lambda: calls(here)["completed"] == 1)
    here.kill()
    assert [other.call(n) for n in (2, 3)] == ["2", "3"]
    here.start()
    until(lambda: calls(here)["completed"] == 3)
    refused(other)
    other.end()
    assert rt.read("it").status == "completed"
