"""Programs whose process died are started again by `sessiond recover`, with the real command."""

import json
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import sessiond as rt

JOB = """
    import asyncio, os, sys
    import sessiond as rt

    @rt.function_node
    async def step(n):
        with open("effects", "a") as out:
            out.write(f"{n}\\n")
        if os.path.exists(f"kill-{n}"):
            os.remove(f"kill-{n}")
            rt.current_session().flush()
            os._exit(9)
        return n

    @rt.function_node
    async def job():
        await rt.call(step, 1)
        if "ask" in sys.argv:
            await rt.approve("Sure?")
        if "fail" in sys.argv and os.path.exists("broken"):
            raise RuntimeError("it is broken")
        return await rt.call(step, 2)

    with rt.Session(name="job", recover=True, save_state=False, logging_setting="NONE", durability="sync") as session:
        print(session.id, asyncio.run(rt.call(job)), os.getcwd(), flush=True)
"""


@pytest.fixture
def job(tmp_path):
    """Give a program, and how it is run."""
    (tmp_path / "job.py").write_text(textwrap.dedent(JOB))

    def run(*arguments):
        command = [sys.executable, "job.py", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


@pytest.fixture
def recover(program):
    """Give the command."""

    def run(*arguments):
        command = [program, "recover", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    return run


def effects():
    return Path("effects").read_text().split()


def test_a_program_that_was_killed_is_started_again_where_it_ran(job, recover, tmp_path, monkeypatch):
    Path("kill-2").touch()
    assert job().returncode == 9
    planned = recover("--dry-run", "--json")
    told = json.loads(planned.stdout)
    assert (told["state"], told["action"], told["command"][1:]) == ("interrupted", "would start", ["job.py"])
    # From elsewhere, by the name of the directory.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    done = recover("--dir", str(tmp_path / ".sessiond"))
    assert done.returncode == 0, done.stderr
    assert f"{told['session_id']} 2 {tmp_path}" in done.stdout
    assert "completed" in done.stdout
    monkeypatch.chdir(tmp_path)
    # The first step is not done again; the one that was broken off is.
    assert effects() == ["1", "2", "2"]
    assert list(Path(".sessiond/recover").iterdir()) == []
    assert "no session" in recover().stdout
    assert effects() == ["1", "2", "2"]


def test_a_program_that_runs_or_waits_is_left_until_there_is_an_answer(job, recover):
    assert "Interrupted" in job("ask").stderr
    (session,) = rt.sessions()
    left = recover("--json")
    assert left.returncode == 0
    assert json.loads(left.stdout)["state"] == "waiting"
    rt.answer(session.id, True)
    done = recover()
    assert done.returncode == 0, done.stdout + done.stderr
    assert effects() == ["1", "2"]


def test_a_program_that_failed_is_started_again_only_when_that_is_asked_for(job, recover):
    Path("broken").touch()
    assert job("fail").returncode == 1
    left = recover("--json")
    assert (json.loads(left.stdout)["state"], left.returncode) == ("failed", 0)
    again = recover("--failed")
    assert again.returncode == 1
    assert "it is broken" in again.stdout
    assert "1 session did not" in again.stderr
    Path("broken").unlink()
    assert recover("--failed").returncode == 0
    assert effects() == ["1", "2"]


def test_a_command_that_others_could_have_written_is_not_started(job, recover):
    Path("kill-2").touch()
    job()
    (file,) = Path(".sessiond/recover").iterdir()
    file.chmod(0o666)
    refused = recover()
    assert "others than its owner" in refused.stderr
    assert effects() == ["1", "2"]
    file.chmod(0o600)
    file.write_text(json.dumps({"command": ["/no/such/program"], "cwd": "/"}))
    broken = recover()
    assert broken.returncode == 1
    assert "cannot be started" in broken.stdout


def test_whoever_watches_starts_what_dies_and_what_is_answered(job, program):
    Path("kill-1").touch()
    job("ask")
    (session,) = rt.sessions()
    with open("told", "w") as told:
        watching = subprocess.Popen([program, "recover", "--watch", "--json"], stdout=told)
    try:
        until = time.monotonic() + 30
        while not rt.questions(session.id):
            assert time.monotonic() < until
            time.sleep(0.05)
        rt.answer(session.id, True)
        while rt.read(session.id).status != "completed":
            assert time.monotonic() < until
            time.sleep(0.05)
    finally:
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0
    assert effects() == ["1", "1", "2"]
    actions = [json.loads(line)["state"] for line in Path("told").read_text().splitlines() if line[0] == "{"]
    assert actions[0] == "interrupted"
    assert actions[-1] == "completed"


def test_what_starts_a_program_again_must_be_known(recover):
    with pytest.raises(TypeError, match="recover"):
        rt.Session(recover=[])
    with pytest.raises(TypeError, match="recover"):
        rt.Session(recover="python job.py")
    with pytest.raises(TypeError, match="recover"):
        rt.Session(recover=[1])
    with pytest.raises(rt.RecordError, match="no program"):
        rt.Session(recover=[""])
    missing = recover("--dir", "nowhere")
    assert missing.returncode == 1
    assert "nowhere" in missing.stderr
    assert not Path("nowhere").exists()
