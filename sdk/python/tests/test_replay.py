"""Resuming and forking: what was recorded is given again and not run again."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from conftest import LONG

import sessiond as rt


@rt.function_node
async def step(n):
    return n


@rt.function_node
async def fails(n):
    raise ValueError(f"not {n}")


def test_a_resumed_session_runs_only_what_had_not_completed():
    ran = []
    broken = True

    @rt.function_node
    async def work(n):
        ran.append(n)
        if broken and n == 3:
            raise ValueError("not yet")
        return {"n": n}

    @rt.function_node
    async def program():
        return [(await rt.call(work, n))["n"] for n in range(5)]

    with pytest.raises(ValueError, match="not yet"), rt.Session(context={"a": 1}) as session:
        rt.context.put("b", 2)
        rt.call_sync(program)
    assert ran == [0, 1, 2, 3]
    ran.clear()
    broken = False
    with rt.Session.resume(session.id, context={"a": 3}) as again:
        assert rt.context.get("a") == 3
        assert "b" not in again.context, "it was not there yet"
        rt.context.put("b", 2)
        assert rt.call_sync(program) == [0, 1, 2, 3, 4]
    assert ran == [3, 4]
    assert again.id == session.id
    assert again.info["replayed"] == 3
    assert again.info["status"] == "completed"


def test_a_fork_goes_on_from_the_call_that_it_names():
    ran = []

    @rt.function_node
    async def work(n):
        ran.append(n)
        return n

    @rt.function_node
    async def program():
        return [await rt.call(work, n) for n in range(4)]

    with rt.Session() as session:
        rt.call_sync(program)
    calls = {call["input"]["args"][0]: call["call"] for call in session.payload()["calls"] if call["node"] == "work"}
    ran.clear()
    with rt.Session.fork(session.id, at=calls[2]) as fork:
        assert rt.call_sync(program) == [0, 1, 2, 3]
    assert ran == [2, 3]
    assert fork.id != session.id
    assert fork.payload()["session"]["forked_from"]
    assert session.payload()["session"]["status"] == "completed"


def test_a_program_that_differs_is_told_the_first_difference():
    with pytest.raises(KeyError), rt.Session() as session:
        rt.call_sync(step, 1)
        raise KeyError
    with (
        pytest.raises(rt.ReplayError, match="step is called with another input") as info,
        rt.Session.resume(session.id),
    ):
        rt.call_sync(step, 2)
    assert info.value.code == "Differs"
    with pytest.raises(rt.ReplayError, match="step was called then, fails is called now"):
        with rt.Session.resume(session.id):
            rt.call_sync(fails, 1)


def test_a_session_that_is_not_there_cannot_be_resumed():
    with pytest.raises(rt.RecordError, match="not"):
        rt.Session.resume("nowhere")


def test_a_session_that_has_completed_gives_what_it_gave_and_runs_nothing_new():
    with rt.Session() as session:
        rt.call_sync(step, 1)
    with rt.Session.resume(session.id):
        assert rt.call_sync(step, 1) == 1
        with pytest.raises(rt.SessionClosedError):
            rt.call_sync(step, 2)


def test_a_call_whose_result_was_secret_runs_again():
    ran = []

    @rt.function_node
    async def secret():
        ran.append(True)
        return rt.Secret("value")

    with pytest.raises(KeyError), rt.Session() as session:
        assert rt.call_sync(secret).expose() == "value"
        raise KeyError
    with rt.Session.resume(session.id):
        assert rt.call_sync(secret).expose() == "value"
    assert len(ran) == 2


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("seed", range(200 if LONG else 25))
def test_whatever_tree_of_calls_a_program_makes_it_is_found_again(seed):
    """A program of random shape is interrupted after so many of its effects, and resumed until it gets through."""
    shape = random.Random(seed)
    effects = {}
    left = [0]

    def effect(path):
        if left[0] == 0:
            raise Interrupted
        left[0] -= 1
        effects[path] = effects.get(path, 0) + 1

    @rt.function_node
    async def tree(path, depth):
        kind = random.Random(f"{seed} {path}").choice(["leaf", "sequence", "gather", "batch", "sync", "catch"])
        if depth == 0 or kind == "leaf":
            effect(path)
            return [path]
        children = [f"{path}.{n}" for n in range(random.Random(f"{seed} {path} n").randint(1, 3))]
        if kind == "gather":
            results = await asyncio.gather(*(rt.call(tree, child, depth - 1) for child in children))
        elif kind == "batch":
            results = await rt.call_batch(
                tree, children, [depth - 1] * len(children), return_exceptions=False, max_concurrency=2
            )
        elif kind == "sync":
            results = [await rt.call(sync_tree, child, depth - 1) for child in children]
        else:
            results = []
            for child in children:
                if kind == "catch":
                    with pytest.raises(ValueError, match="not 1"):
                        await rt.call(fails, 1)
                results.append(await rt.call(tree, child, depth - 1))
        return [part for result in results for part in result]

    @rt.function_node
    def sync_tree(path, depth):
        return rt.call_sync(tree, path, depth)

    left[0] = 10**9
    with rt.Session(save_state=False) as whole:
        expected = rt.call_sync(tree, "r", 4)
    total = len(effects)
    effects.clear()

    session_id = None
    for _ in range(total + 1):
        left[0] = shape.randint(1, 4)
        options = {"save_state": False, "logging_setting": "NONE"}
        session = rt.Session.resume(session_id, **options) if session_id else rt.Session(**options)
        session_id = session.id
        try:
            with session:
                assert rt.call_sync(tree, "r", 4) == expected
            break
        except Interrupted:
            continue
    else:
        raise AssertionError("it never got through")
    # A node that fails among others that run beside it may have its siblings cancelled after their effect, but before
    # their end; a sequence repeats nothing.
    assert set(effects) == set(expected)
    assert whole.info["calls"] <= session.payload()["session"]["calls"]["total"]


KILLED = """
import sys, random, asyncio
import sessiond as rt

@rt.function_node
async def work(n):
    with open("effects", "a") as out:
        out.write(f"{n}\\n")
    await asyncio.sleep(random.random() * 0.002)
    return n * n

@rt.function_node
def plain(n):
    with open("effects", "a") as out:
        out.write(f"{n}\\n")
    return n * n

@rt.function_node
async def program(count):
    total = 0
    for n in range(0, count, 5):
        total += await rt.call(work, n) + await rt.call(plain, n + 1)
        total += sum(await rt.call_batch(work, [n + 2, n + 3, n + 4]))
    return total

options = dict(durability=sys.argv[1], logging_setting="NONE")
session = rt.Session(run_identifier="it", **options) if sys.argv[2] == "new" else rt.Session.resume("it", **options)
with session:
    recorded = [c["input"]["args"][0] for c in session.payload()["calls"]
                if c["status"] == "completed" and c["node"] != "program"]
    with open("effects", "a") as out:
        out.write("--- " + " ".join(map(str, recorded)) + "\\n")
    print("ready", flush=True)
    print(rt.call_sync(program, 200))
"""


@pytest.mark.parametrize("durability", ["sync", "async"])
def test_killed_at_any_moment_and_resumed_every_recorded_call_is_given_and_not_run_again(durability, tmp_path):
    chance = random.Random(durability)
    kills = 0
    what = "new"
    wanted = (100 if LONG else 10) // 2
    runs = 0
    while True:
        runs += 1
        program = subprocess.Popen([sys.executable, "-c", KILLED, durability, what], stdout=subprocess.PIPE, text=True)
        with program:
            ready = program.stdout.readline()
            if kills < wanted and ready == "ready\n":
                time.sleep(chance.random() * 0.15)
                program.send_signal(signal.SIGKILL)
            out = program.stdout.read()
        if program.returncode == -signal.SIGKILL:
            kills += 1
            what = "resume"
            continue
        assert program.returncode == 0
        assert out == f"{sum(n * n for n in range(200))}\n"
        if kills >= wanted:
            break
        # It got through before it was killed: begin another.
        what = "new"
        os.rename(".sessiond", f".sessiond-{runs}")
        os.rename("effects", f"effects-{runs}")
    assert kills == wanted
    for path in tmp_path.glob("effects*"):
        recorded = set()
        for line in path.read_text().splitlines():
            if line.startswith("---"):
                now = set(line.split()[1:])
                # What was recorded once stays recorded.
                assert recorded <= now
                recorded = now
            else:
                assert line not in recorded, f"{line} was recorded and has run again"
