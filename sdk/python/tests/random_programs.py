"""Programs of random shape: what each gives and does is the same whenever it runs, however its branches take turns."""

from __future__ import annotations

import asyncio
import json
import os
import pathlib
import random
import sys
import traceback

import sessiond as rt

KINDS = [
    "call",
    "sequence",
    "gather",
    "node",
    "catch",
    "late",
    "wait_for",
    "race",
    "completed",
    "map",
    "count",
    "sleep",
]
KINDS += ["sync", "batch", "parallel_errors"]
if sys.version_info >= (3, 11):
    KINDS.append("group")


class Killed(BaseException):
    """Never raised: the process ends."""


class World:
    """What the world around a program sees of it, and when it is to be killed."""

    def __init__(self, effects: str, steps: int | None) -> None:
        self.effects = effects
        self.left = steps

    def step(self) -> None:
        """Come one step nearer to the end of the process."""
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            os._exit(9)

    def effect(self, what: str) -> None:
        with open(self.effects, "a") as out:
            out.write(what + "\n")
        self.step()


world = World(os.devnull, None)


def make(chance: random.Random, depth: int, path: str = "r"):
    """Make a program: a kind, its name, and its parts."""
    kind = "call" if depth == 0 else chance.choice(KINDS)
    count = chance.randint(1, 3)
    leaves = {"call", "map", "batch", "count"}
    parts = [] if kind in leaves else [make(chance, depth - 1, f"{path}.{n}") for n in range(count)]
    return kind, path, parts, count


async def pause() -> None:
    if random.random() < 0.5:
        await asyncio.sleep(random.random() * 0.002)


@rt.function_node
async def leaf(path, *given):
    world.effect(path)
    await pause()
    world.step()
    return [path, *given]


@rt.function_node
async def fails(path):
    world.effect(path)
    await pause()
    raise ValueError(path)


@rt.function_node
async def slow(path):
    # Whether it begins before its time is over depends on the machine.
    world.step()
    await asyncio.sleep(100)


@rt.function_node
async def inner(program):
    return await run(program)


@rt.function_node
def inner_sync(program):
    return [rt.call_sync(inner, part) for part in program]


async def never(path):
    await rt.call(slow, path)


async def run(program):
    """Run a program, and give what it comes to."""
    kind, path, parts, count = program
    world.step()
    if kind == "call":
        return await rt.call(leaf, path)
    if kind == "sequence":
        return [await run(part) for part in parts]
    if kind == "gather":
        return await asyncio.gather(*(run(part) for part in parts))
    if kind == "group":
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(part)) for part in parts]
        return [task.result() for task in tasks]
    if kind == "node":
        return [await rt.call(inner, part) for part in parts]
    if kind == "sync":
        return await rt.call(inner_sync, parts)
    if kind == "catch":
        try:
            await rt.call(fails, path)
        except ValueError as error:
            return [str(error), await run(parts[0])]
    if kind == "parallel_errors":
        results = await asyncio.gather(
            *(rt.call(fails, f"{path}.f{n}") for n in range(count)),
            *(run(part) for part in parts),
            return_exceptions=True,
        )
        await rt.call(leaf, path)
        return [str(result) if isinstance(result, ValueError) else result for result in results]
    if kind == "late" and sys.version_info >= (3, 11):
        try:
            async with asyncio.timeout(0.01):
                await asyncio.gather(never(path), never(path + "'"))
        except TimeoutError:
            return ["late", await run(parts[0])]
    if kind in ("late", "wait_for"):
        try:
            await asyncio.wait_for(rt.call(slow, path), 0.01)
        except asyncio.TimeoutError:
            return ["late", await run(parts[0])]
    if kind == "race":
        return [await rt.race(run(parts[0]), never(path)), *[await run(part) for part in parts[1:]]]
    if kind == "completed":
        return sorted([str(await task) async for task in rt.as_completed([run(part) for part in parts])])
    if kind == "map":
        items = [f"{path}.{n}" for n in range(count + 2)]
        return sorted([result async for result in rt.map(leaf, items, limit=2)])
    if kind == "batch":
        return await rt.call_batch(leaf, [f"{path}.{n}" for n in range(count + 2)], max_concurrency=2)
    if kind == "count":
        for _ in range(count):
            n = rt.context.get(path, 0)
            rt.context.put(path, n + 1)
            await rt.call(leaf, path, n)
        return rt.context.get(path, None)
    if kind == "sleep":
        await pause()
        return [await run(part) for part in parts]
    raise AssertionError(kind)


def execute(program, effects, steps, session_id, durability):
    """Run a program in a session, a new one or one that goes on, and give its result."""
    world.effects, world.left = effects, steps
    options = {"save_state": False, "logging_setting": "NONE", "durability": durability}
    if os.path.exists(f"{session_id}.begun"):
        session = rt.Session.resume(session_id, **options)
    else:
        session = rt.Session(run_identifier=session_id, **options)
        open(f"{session_id}.begun", "w").close()
    with session:
        return asyncio.run(run(program)) if sum(map(ord, session_id)) % 2 else rt.call_sync(inner, program)


def in_child(program, effects, steps, session_id, durability):
    """Run a program in a process of its own; None when that was killed."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reads)
            result = execute(program, effects, steps, session_id, durability)
            with os.fdopen(writes, "w") as out:
                json.dump(result, out)
            status = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    os.close(writes)
    with os.fdopen(reads) as source:
        out = source.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status) if hasattr(os, "waitstatus_to_exitcode") else os.WEXITSTATUS(status)
    assert code in (0, 9), f"{session_id}: {program}"
    return json.loads(out) if code == 0 else None


def check(seed):
    """Kill a program of this seed again and again, and hold what it comes to against a run that nobody kills."""
    chance = random.Random(seed)
    program = make(chance, 3)
    expected = in_child(program, f"{seed}.whole", None, f"whole-{seed}", "async")
    effects = f"{seed}.effects"
    durability = chance.choice(["sync", "async", "exit"])
    result = None
    for _ in range(4):
        result = in_child(program, effects, chance.randint(1, 25), f"killed-{seed}", durability)
        if result is not None:
            break
    if result is None:
        result = in_child(program, effects, None, f"killed-{seed}", durability)
    assert result == expected, f"seed {seed}: {program}: {result} is not {expected}"
    done, whole = (set(pathlib.Path(path).read_text().splitlines()) for path in (effects, f"{seed}.whole"))
    assert done == whole, f"seed {seed}: {program}: {done ^ whole}"


if __name__ == "__main__":
    for seed in map(int, sys.argv[1:]):
        check(seed)
