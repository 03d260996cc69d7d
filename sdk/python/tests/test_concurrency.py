"""Concurrent programs that are resumed: each call is found by its branch, and what ended first ends first again."""

import asyncio
import contextvars
import functools
import random
import sys
import time

import pytest
from resumed import Crash, crash_and_resume, fails, holds, number, pipe, ran, slow, step

import sessiond as rt
from sessiond import _turns


def test_pipelines_that_run_at_once_get_their_own_results():
    async def program():
        return await asyncio.gather(pipe(1), pipe(2), pipe(1), pipe(1))

    for _ in range(5):
        holds(program)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="there are no task groups yet")
def test_pipelines_of_task_groups_and_nested_ones():
    async def nested(n):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(pipe(n)) for _ in range(2)]
            first = await rt.call(number)
        return [first, *(task.result() for task in tasks)]

    async def program():
        return await asyncio.gather(nested(1), nested(2), pipe(3))

    for _ in range(5):
        holds(program)


def test_tasks_that_are_made_before_any_call_and_outside_of_the_session():
    async def program():
        tasks = [asyncio.ensure_future(pipe(n)) for n in (1, 1, 1)]
        await asyncio.sleep(0.001)
        return [await task for task in reversed(tasks)]

    for _ in range(5):
        holds(program)


@pytest.mark.parametrize("make", [asyncio.new_event_loop, None], ids=["older than the session", "new"])
def test_tasks_that_make_tasks_before_any_call_in_another_order_each_time(make):
    async def side(pause, sign):
        await asyncio.sleep(pause)
        # Nobody has called anything when these are made, by whichever side is the first.
        return await asyncio.gather(*(rt.call(step, sign * n) for n in (1, 2)))

    async def program(left, right):
        return await asyncio.gather(side(left, 1), side(right, -1))

    options = {"save_state": False, "logging_setting": "NONE"}
    session_id = None
    for pauses in ((0, 0.01), (0.01, 0), (0, 0)):
        loop = make() if make else None
        session = rt.Session.resume(session_id, **options) if session_id else rt.Session(**options)
        session_id = session.id
        with pytest.raises(Crash), session:
            if loop is None:
                assert asyncio.run(program(*pauses)) == [[1, 2], [-1, -2]]
            else:
                assert loop.run_until_complete(program(*pauses)) == [[1, 2], [-1, -2]]
                loop.close()
            raise Crash


def test_threads_of_a_pool_get_their_own_results():
    def work(n):
        return n, rt.call_sync(number), rt.call_sync(step, n), rt.call_sync(number)

    async def program():
        loop = asyncio.get_running_loop()
        with rt.ThreadPool(3) as pool:
            waited = [loop.run_in_executor(pool, work, n) for n in range(3)]
            futures = [pool.submit(functools.partial(work, n)) for n in (1, 1)]
            mapped = await asyncio.to_thread(list, pool.map(work, [1, 1]))
            return await asyncio.gather(*waited), [future.result() for future in futures], mapped

    for _ in range(3):
        holds(program)


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_workers_take_from_a_queue_in_the_same_order_again(durability):
    async def program():
        queue = asyncio.Queue()
        for n in range(9):
            queue.put_nowait(n)
        found = {}

        async def worker(name):
            while not queue.empty():
                n = queue.get_nowait()
                try:
                    await rt.call(fails if n == 4 else step, n)
                except ConnectionError:
                    pass
                found[n] = (name, await rt.call(number))

        await asyncio.gather(worker("a"), worker("b"), worker("c"))
        return found

    for _ in range(4):
        holds(program, durability=durability)


@pytest.mark.parametrize("how", ["gather", "threads", "context", "workers", "time-out"])
def test_uvloop_is_watched_as_any_loop(how):
    uvloop = pytest.importorskip("uvloop")

    def in_thread(n):
        return n, rt.call_sync(number), rt.call_sync(step, n)

    async def worker(numbers):
        found = []
        while numbers:
            n = numbers.pop()
            found.append((n, await rt.call(number)))
        return found

    async def program():
        # Nobody has called anything yet when these are made.
        if how == "gather":
            return await asyncio.gather(pipe(1), pipe(1), pipe(1))
        if how == "threads":
            return await asyncio.gather(*(asyncio.to_thread(in_thread, 1) for _ in range(3)))
        if how == "context":
            context = contextvars.copy_context()
            return await asyncio.gather(*(asyncio.create_task(pipe(1), context=context) for _ in range(3)))
        if how == "workers":
            numbers = list(range(8))
            return await asyncio.gather(*(worker(numbers) for _ in range(3)))
        try:
            return await asyncio.wait_for(rt.call(slow, 1), 0.1)
        except asyncio.TimeoutError:
            return await rt.call(step, 1)

    if how == "context" and sys.version_info < (3, 11):
        pytest.skip("tasks take no context yet")
    for _ in range(3):
        holds(program, run=uvloop.run)


def test_a_loop_of_ones_own_runs_as_it_did():
    class Plain(asyncio.AbstractEventLoop):
        def run_forever(self):
            return "ran"

    class Own(asyncio.SelectorEventLoop):
        """It is defined after the first session began."""

    async def program():
        return await asyncio.gather(pipe(1), pipe(1))

    def run(work):
        loop = Own()
        try:
            return loop.run_until_complete(work)
        finally:
            loop.close()

    with rt.Session():
        assert Plain().run_forever() == "ran"
    holds(program, run=run)


@pytest.mark.parametrize("how", ["async for", "for", "race", "map", "ordered", "asyncio"])
def test_what_ends_first_ends_first_again(how):
    async def search(n):
        await asyncio.sleep(random.random() * 0.01)
        return await rt.call(step, n)

    async def program():
        found = []
        if how == "async for":
            async for task in rt.as_completed([search(n) for n in range(5)]):
                found.append(await rt.call(step, 10 + await task))
        elif how == "for":
            for nearest in rt.as_completed([search(n) for n in range(5)]):
                found.append(await rt.call(step, 10 + await nearest))
        elif how == "asyncio":
            for nearest in asyncio.as_completed([asyncio.ensure_future(rt.call(step, n)) for n in range(5)]):
                found.append(await rt.call(step, 10 + await nearest))
        elif how == "race":
            for _ in range(3):
                found.append(await rt.call(step, await rt.race(*(rt.call(step, n) for n in range(4)))))
        elif how in ("map", "ordered"):
            async for result in rt.map(step, range(8), limit=3, ordered=how == "ordered"):
                found.append(await rt.call(step, 10 + result))
        return found

    for _ in range(5):
        first = holds(program)
    if how == "ordered":
        assert first == [10 + n for n in range(8)]


def test_a_map_that_is_left_early_cancels_the_rest_and_an_error_ends_it():
    async def program():
        async for result in rt.map(step, range(100), limit=2):
            first = result
            break
        try:
            async for _ in rt.map(fails, ["a", "b"], limit=1):
                pass
        except ConnectionError as error:
            return first, str(error), await rt.call(step, "end")

    holds(program)
    assert len(ran) < 20


def test_a_pause_goes_on_where_it_was():
    async def program():
        began = time.monotonic()
        await rt.sleep(0.6)
        return time.monotonic() - began

    @rt.function_node
    async def pauses():
        await rt.sleep(0.6)
        return 1

    assert asyncio.run(program()) > 0.5
    with pytest.raises(Crash), rt.Session(logging_setting="NONE") as session:
        with pytest.raises(asyncio.TimeoutError):
            asyncio.run(asyncio.wait_for(rt.call(pauses), 0.3))
        raise Crash
    time.sleep(0.3)
    with rt.Session.resume(session.id, logging_setting="NONE"):
        began = time.monotonic()
        assert asyncio.run(asyncio.wait_for(rt.call(pauses), 60)) == 1
        assert time.monotonic() - began < 0.3
    (first, _), (again, _) = crash_and_resume(program)
    assert again < 0.3 < first


def test_a_stream_that_was_left_is_left_again():
    @rt.function_node
    async def counts():
        for n in range(1000):
            ran.append(n)
            yield n
            await asyncio.sleep(0)

    async def program():
        taken = []
        items = rt.astream(counts)
        async for item in items:
            taken.append(item)
            if len(taken) == 3:
                break
        await items.aclose()
        return taken, await rt.call(step, 5)

    assert holds(program) == ([0, 1, 2], 5)


def test_the_context_is_that_of_then():
    async def branch(name):
        seen = []
        for _ in range(3):
            n = rt.context.get(name, 0)
            rt.context.put(name, n + 1)
            rt.context.put("total", rt.context.get("total", 0) + 1)
            await rt.call(step, f"{name} {n}")
            seen.append((n, rt.context.get("total")))
        return seen

    async def program():
        several = await asyncio.gather(branch("a"), branch("b"), rt.call(inner))
        return several, rt.context.get("total"), rt.context.get("d"), rt.context.get("gone", "gone")

    @rt.function_node
    async def inner():
        rt.context.put("d", {"a": 1, "b": None})
        await rt.call(step, "inner")
        rt.context.put("d", {"a": None})
        rt.context.put("gone", 1)
        rt.context.delete("gone")

    for _ in range(5):
        _, total, d, gone = holds(program)
        assert (total, d, gone) == (6, {"a": None}, "gone")


def test_a_replay_waits_for_nothing_that_does_not_come(monkeypatch):
    skipped = []
    skip_to = _turns.Turns._skip_to
    monkeypatch.setattr(_turns.Turns, "_skip_to", lambda turns, turn: (skipped.append(turn), skip_to(turns, turn)))

    async def branch(name):
        for n in range(3):
            rt.context.put(name, n)
            await rt.call(inner, f"{name} {n}")

    @rt.function_node
    async def inner(name):
        rt.context.put(f"before {name}", 1)
        await rt.call(step, name)
        rt.context.put(f"after {name}", 1)

    async def program():
        await asyncio.gather(branch("a"), branch("b"), rt.call(inner, "c"))
        return [rt.context.get(name) for name in ("a", "b", "after c")]

    for durability in ("sync", "async", "exit"):
        assert holds(program, durability=durability) == [2, 2, 1]
    assert skipped == []


def test_a_loop_that_crashes_counts_on():
    crash_at = [3]

    @rt.function_node
    async def work(n):
        ran.append(n)
        if n == crash_at[0]:
            raise Crash
        return n

    async def program():
        for _ in range(5):
            n = rt.context.get("count", 0)
            rt.context.put("count", n + 1)
            await rt.call(work, n)
        return rt.context.get("count")

    ran.clear()
    with pytest.raises(Crash), rt.Session(logging_setting="NONE") as session:
        asyncio.run(program())
    calls = session.payload()["calls"]
    with rt.Session.fork(session.id, at=calls[1]["call"], logging_setting="NONE") as fork:
        assert fork.context.get("count", 0) == 0
        crash_at[0] = None
        assert asyncio.run(program()) == 5
    assert fork.payload()["session"]["shared_context"]["count"] == 5
    with rt.Session.resume(session.id, logging_setting="NONE"):
        assert asyncio.run(program()) == 5
    assert ran == [0, 1, 2, 3, 1, 2, 3, 4, 3, 4]


@pytest.mark.parametrize("value", [None, {"a": None, "b": 1}, {"a": {}}, (1,), {"$x": 1}, {1: 2}, [], {1, 2}, ""])
def test_what_was_put_is_what_is_there(value):
    for before in ({"a": 1, "b": {"c": 2}}, {1, 2}, (3,), "text", None, {"$tuple": 1}):
        with pytest.raises(Crash), rt.Session(logging_setting="NONE", context={"x": before}) as session:
            rt.context.put("x", value)
            raise Crash

        @rt.function_node
        async def look():
            return rt.context.get("x", "absent")

        with rt.Session.resume(session.id, logging_setting="NONE"):
            assert rt.context.get("x", "absent") == before
            rt.context.put("x", value)
            assert rt.call_sync(look) == value


def test_a_difference_ends_the_session_whatever_the_program_catches():
    async def old():
        await rt.call(step, 1)
        await rt.call(step, 2)

    async def new():
        for n in (7, 8):
            try:
                await rt.call(step, n)
            except Exception as error:
                caught.append(error)
        caught.extend(await rt.call_batch(step, [3, 4]))

    ran.clear()
    caught = []
    with pytest.raises(Crash), rt.Session(logging_setting="NONE") as session:
        asyncio.run(old())
        raise Crash
    again = rt.Session.resume(session.id, logging_setting="NONE")
    with pytest.raises(rt.SessiondError), again:
        asyncio.run(new())
    assert ran == [1, 2], "nothing runs after a difference"
    assert [type(error) for error in caught] == [rt.ReplayError, rt.ReplayError]
    assert again.info["status"] == "failed"


def test_a_stream_that_failed_gives_what_it_gave_and_fails_again():
    @rt.function_node
    async def counts():
        for n in range(3):
            ran.append(n)
            yield n
        raise ValueError("no more")

    async def program():
        taken = []
        try:
            async for item in rt.astream(counts):
                taken.append(item)
        except ValueError as error:
            taken.append(str(error))
        return taken, await rt.call(step, 5)

    assert holds(program) == ([0, 1, 2, "no more"], 5)
