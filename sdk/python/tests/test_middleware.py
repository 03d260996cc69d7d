"""What stands around nodes, and nodes that stream."""

import asyncio
import threading
import time

import pytest

import sessiond as rt
from sessiond.middleware import Lock, MaxCalls, Middleware, Retry, Timeout


def calls(session):
    return [(call["node"], call["status"]) for call in session.payload()["calls"]]


def test_a_node_is_tried_again_and_each_attempt_is_recorded():
    tries = []

    @rt.function_node(middleware=[Retry(max=3, backoff=0.001, on=ValueError)])
    def flaky(n):
        tries.append(n)
        if len(tries) < 3:
            raise ValueError("not yet")
        return n

    with rt.Session(end_on_error=True) as session:
        assert rt.call_sync(flaky, 7) == 7
    assert sorted(calls(session)) == [
        ("flaky", "completed"),
        ("flaky (attempt 1)", "failed"),
        ("flaky (attempt 2)", "failed"),
        ("flaky (attempt 3)", "completed"),
    ]


def test_end_on_error_lets_what_is_tried_again_fail_before_its_last_attempt():
    tries = []

    @rt.function_node
    async def part():
        tries.append(True)
        if len(tries) < 3:
            raise ValueError("not yet")
        return "done"

    @rt.function_node(middleware=[Retry(max=3, backoff=0.001)])
    async def whole():
        return await rt.call(part)

    with rt.Session(end_on_error=True):
        assert rt.call_sync(whole) == "done"
    tries.clear()

    @rt.function_node(middleware=[Retry(max=2, backoff=0.001)])
    async def too_few():
        return await rt.call(part)

    with pytest.raises(ValueError, match="not yet"), rt.Session(end_on_error=True) as session:
        rt.call_sync(too_few)
    with pytest.raises(rt.SessionClosedError):
        session.call_sync(part)


def test_a_node_that_always_fails_fails_after_the_last_attempt():
    tries = []

    @rt.function_node(middleware=[Retry(max=2, backoff=0.001, on=ValueError)])
    async def broken(error):
        tries.append(error)
        raise error("no")

    with rt.Session():
        with pytest.raises(ValueError, match="no"):
            rt.call_sync(broken, ValueError)
        with pytest.raises(KeyError):
            rt.call_sync(broken, KeyError)
    assert tries == [ValueError, ValueError, KeyError]


def test_a_retried_node_that_was_interrupted_is_resumed_whatever_its_attempts_do_then():
    good = False

    @rt.function_node
    async def part(n):
        if n == 1 and not good:
            raise ValueError("not yet")
        return n

    @rt.function_node(middleware=[Retry(max=2, backoff=0.001)])
    async def whole():
        return [await rt.call(part, n) for n in range(3)]

    @rt.function_node
    async def program():
        return await rt.call(whole), await rt.call(part, 5)

    with pytest.raises(ValueError, match="not yet"), rt.Session() as session:
        rt.call_sync(program)
    good = True
    with rt.Session.resume(session.id) as again:
        assert rt.call_sync(program) == ([0, 1, 2], 5)
    assert again.info["replayed"] == 2, "the first attempt, which failed, and a part of the second"


def test_a_node_is_stopped_when_its_own_time_is_over():
    cleaned = []

    @rt.function_node(middleware=[Timeout(0.05)])
    async def slow():
        try:
            await asyncio.sleep(30)
        finally:
            cleaned.append(True)

    release = threading.Event()

    @rt.function_node(middleware=[Timeout(0.05)])
    def stuck():
        release.wait(30)

    @rt.function_node
    async def program():
        for node in (slow, stuck):
            with pytest.raises(rt.NodeTimeoutError, match=f"{node.__name__} gave no answer within 0.05 s"):
                await rt.call(node)
        return "went on"

    with rt.Session() as session:
        assert rt.call_sync(program) == "went on"
    release.set()
    assert cleaned == [True]
    assert calls(session) == [("slow", "timeout"), ("stuck", "abandoned"), ("program", "completed")] or sorted(
        calls(session)
    ) == [("program", "completed"), ("slow", "timeout"), ("stuck", "abandoned")]


def test_calls_under_one_lock_never_run_at_the_same_time_in_any_loop():
    running = most = done = 0

    @rt.function_node(middleware=[Lock("one at a time")])
    async def exclusive(n):
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        try:
            await asyncio.sleep(0.001)
            done += 1
        finally:
            running -= 1

    def work():
        async def program():
            async with rt.Session(logging_setting="NONE"):
                await rt.call_batch(exclusive, range(10), return_exceptions=False)
                waiting = [asyncio.ensure_future(rt.call(exclusive, n)) for n in range(5)]
                await asyncio.sleep(0.002)
                for task in waiting:
                    task.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)

        asyncio.run(program())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert most == 1
    assert done >= 40


def test_a_node_is_refused_after_so_many_calls_in_one_session():
    @rt.function_node(middleware=[MaxCalls(2)])
    async def scarce():
        return True

    for _ in range(2):
        with rt.Session():
            assert rt.call_sync(scarce)
            assert rt.call_sync(scarce)
            with pytest.raises(rt.NodeError, match="scarce may be called 2 times in a session"):
                rt.call_sync(scarce)


def test_the_first_of_several_is_outermost_and_one_s_own_can_be_made():
    order = []

    class Note(Middleware):
        def __init__(self, name):
            self.name = name

        async def run(self, node, proceed, args, kwargs):
            order.append(self.name)
            return await proceed(*args, **kwargs) + self.name

    @rt.function_node(middleware=[Note("a"), Note("b")])
    def node(text):
        return text

    with rt.Session():
        assert rt.call_sync(node, "x") == "xba"
    assert order == ["a", "b"]


@rt.function_node
async def count(n, fail_at=None):
    for i in range(n):
        if i == fail_at:
            raise ValueError("enough")
        await asyncio.sleep(0.001)
        yield i


def test_items_of_a_stream_come_while_it_runs_and_again_when_it_is_resumed():
    async def program(session):
        async with session:
            began = time.monotonic()
            items = []
            async for item in rt.astream(count, 200):
                if not items:
                    assert time.monotonic() - began < 0.15
                items.append(item)
            return items, await rt.call(count, 3)

    with pytest.raises(KeyError):
        with rt.Session() as session:
            assert rt.call_sync(count, 3) == [0, 1, 2]

            @rt.function_node
            async def inner():
                return [item async for item in rt.astream(count, 4)]

            assert rt.call_sync(inner) == [0, 1, 2, 3]
            raise KeyError
    with rt.Session.resume(session.id) as again:
        assert rt.call_sync(count, 3) == [0, 1, 2]
    assert again.info["replayed"] == 1
    first = rt.Session()
    assert asyncio.run(program(first)) == (list(range(200)), [0, 1, 2])
    assert first.payload()["calls"][0]["output"] == list(range(200))
    fork = rt.Session.fork(first.id, at=3)
    assert asyncio.run(program(fork)) == (list(range(200)), [0, 1, 2])
    assert fork.info["replayed"] == 2


def test_a_stream_that_nobody_reads_to_its_end_is_cancelled():
    async def program():
        async with rt.Session() as session:
            stream = rt.astream(count, 10_000)
            async for item in stream:
                if item == 3:
                    break
            await stream.aclose()
            assert session.info["cancelled"] == 1
            with pytest.raises(ValueError, match="enough"):
                async for _ in rt.astream(count, 5, fail_at=2):
                    pass
            with pytest.raises(rt.NodeError, match="no generator and no agent"):
                rt.astream(len, [])
        return session

    session = asyncio.run(program())
    assert calls(session) == [("count", "cancelled"), ("count", "failed")]


def test_a_stream_outside_of_any_session_is_a_session_of_its_own(tmp_path):
    async def program():
        return [item async for item in rt.astream(count, 3)]

    assert asyncio.run(program()) == [0, 1, 2]
    assert len(list((tmp_path / ".sessiond/sessions").iterdir())) == 1
