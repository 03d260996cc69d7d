"""Calls: from where they can be made, and what becomes of them."""

import asyncio
import contextvars
import functools
import threading
import time

import pytest

import sessiond as rt


@rt.function_node
async def double(n):
    await asyncio.sleep(0)
    return n * 2


@rt.function_node
def triple(n):
    return n * 3


@rt.function_node
def sync_parent(n):
    return rt.call_sync(double, n) + rt.call_sync(triple, n)


@rt.function_node
async def async_parent(n):
    return await rt.call(sync_parent, n) + rt.call_sync(triple, n)


def tree(session):
    calls = session.payload()["calls"]
    names = {call["call"]: call["node"] for call in calls}
    return sorted((names.get(call.get("parent"), ""), call["node"]) for call in calls)


def test_synchronous_and_asynchronous_nodes_call_each_other_and_are_recorded_under_each_other():
    with rt.Session() as session:
        assert rt.call_sync(async_parent, 1) == 2 + 3 + 3
    assert tree(session) == [
        ("", "async_parent"),
        ("async_parent", "sync_parent"),
        ("async_parent", "triple"),
        ("sync_parent", "double"),
        ("sync_parent", "triple"),
    ]


def test_synchronous_nodes_that_wait_for_each_other_never_run_out_of_threads():
    @rt.function_node
    def deep(n):
        return 0 if n == 0 else 1 + rt.call_sync(deep, n - 1)

    async def program():
        async with rt.Session(timeout=60):
            return await rt.call_batch(deep, [8] * 40)

    assert asyncio.run(program()) == [8] * 40


def test_synchronous_nodes_run_beside_each_other_and_never_more_than_the_limit():
    from sessiond import _pool

    running, most = 0, 0
    lock = threading.Lock()

    @rt.function_node
    def work(n):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return n

    with rt.Session() as session:

        async def program():
            return await session.call_batch(work, range(200))

        assert asyncio.run(program()) == list(range(200))
    assert 2 <= most <= _pool.LIMIT


def test_call_sync_works_where_an_event_loop_is_running():
    async def program():
        with rt.Session():
            return rt.call_sync(async_parent, 2)

    assert asyncio.run(program()) == 16


def test_a_call_outside_of_any_session_is_a_session_of_its_own(tmp_path):
    assert rt.call_sync(double, 4) == 8
    assert asyncio.run(rt.call(double, 5)) == 10
    assert asyncio.run(rt.call_batch(double, [1, 2])) == [2, 4]
    assert len(list((tmp_path / ".sessiond" / "sessions").iterdir())) == 3


def test_what_is_no_node_yet_can_be_called_under_its_own_name():
    class Adder:
        def __init__(self, by):
            self.by = by

        async def __call__(self, n):
            return n + self.by

        def method(self, n):
            return n - self.by

    with rt.Session() as session:
        assert rt.call_sync(lambda n: n + 1, 1) == 2
        assert rt.call_sync(functools.partial(pow, 2), 5) == 32
        assert rt.call_sync(Adder(3), 4) == 7
        assert rt.call_sync(Adder(3).method, 4) == 1
        assert rt.call_sync(len, "four") == 4
        with pytest.raises(rt.NodeError, match="cannot be called"):
            rt.call_sync("no function")
    names = [call["node"] for call in session.payload()["calls"]]
    assert names == ["<lambda>", "pow", "Adder", "method", "len"]


def test_a_node_stays_a_plain_function():
    assert triple(2) == 6
    assert asyncio.run(double(2)) == 4
    assert double.__name__ == "double"

    class Service:
        @rt.function_node
        def handle(self, n):
            return n

        @staticmethod
        @rt.function_node
        async def alone(n):
            return n

    assert Service().handle(1) == 1
    with rt.Session():
        assert rt.call_sync(Service().handle, 2) == 2
        assert rt.call_sync(Service.alone, 3) == 3


def test_keyword_arguments_and_variables_of_the_context_reach_the_node():
    variable = contextvars.ContextVar("variable")

    @rt.function_node
    def node(a, *, b=0):
        return a, b, variable.get()

    with rt.Session() as session:
        variable.set("here")
        assert rt.call_sync(node, 1, b=2) == (1, 2, "here")
    assert session.payload()["calls"][0]["input"] == {"args": [1], "kwargs": {"b": 2}}


def test_a_batch_gives_its_results_in_order_and_errors_in_their_places():
    @rt.function_node
    async def picky(n):
        await asyncio.sleep(0.001 * (5 - n))
        if n == 3:
            raise ValueError("not three")
        return n

    async def program():
        async with rt.Session():
            results = await rt.call_batch(picky, range(5))
            assert results[:3] + results[4:] == [0, 1, 2, 4]
            assert isinstance(results[3], ValueError)
            assert await rt.call_batch(picky, iter([])) == []
            assert await rt.call_batch(pow, [2, 3], [3, 2]) == [8, 9]
            with pytest.raises(ValueError, match="not three"):
                await rt.call_batch(picky, range(5), return_exceptions=False)

    asyncio.run(program())


def test_a_batch_that_fails_cancels_the_calls_that_run():
    cancelled = []

    @rt.function_node
    async def work(n):
        if n == 0:
            await asyncio.sleep(0.01)
            raise ValueError("zero")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            cancelled.append(n)
            raise

    async def program():
        async with rt.Session():
            with pytest.raises(ValueError, match="zero"):
                await rt.call_batch(work, range(10), return_exceptions=False, max_concurrency=4)

    asyncio.run(program())
    assert sorted(cancelled) == [1, 2, 3]


def test_a_batch_never_runs_more_calls_than_its_limit():
    running = most = 0

    @rt.function_node
    async def work(n):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1

    async def program():
        async with rt.Session(max_concurrency=7):
            await rt.call_batch(work, range(50))
            assert most == 7
            await rt.call_batch(work, range(50), max_concurrency=3)

    asyncio.run(program())
    assert (most, running) == (7, 0)


def test_cancelling_a_caller_cancels_and_awaits_what_it_called():
    cleaned = []

    @rt.function_node
    async def child():
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.01)
            cleaned.append(True)

    @rt.function_node
    async def parent():
        await rt.call(child)

    async def program():
        async with rt.Session() as session:
            task = asyncio.ensure_future(rt.call(parent))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert cleaned == [True]
            return session

    session = asyncio.run(program())
    assert session.info["cancelled"] == 2


def test_a_node_that_takes_no_notice_of_its_end_is_given_no_result():
    @rt.function_node
    async def stubborn():
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "all the same"

    with rt.Session(timeout=0.05) as session, pytest.raises(rt.NodeTimeoutError):
        rt.call_sync(stubborn)
    assert [call["status"] for call in session.payload()["calls"]] == ["timeout"]


def test_an_abandoned_node_makes_no_further_calls():
    outcome = []
    go_on = threading.Event()
    done = threading.Event()

    @rt.function_node
    def late():
        go_on.wait(30)
        try:
            rt.call_sync(double, 1)
        except Exception as error:
            outcome.append(type(error).__name__)
        done.set()

    with rt.Session(timeout=0.05) as session:
        with pytest.raises(rt.NodeTimeoutError):
            rt.call_sync(late)
        go_on.set()
        assert done.wait(10)
    assert outcome == ["SessionClosedError"]
    assert [call["node"] for call in session.payload()["calls"]] == ["late"]


def test_what_runs_when_a_session_closes_is_cancelled():
    async def program():
        async with rt.Session() as session:
            task = asyncio.ensure_future(rt.call(asyncio.sleep, 30))
            await asyncio.sleep(0.01)
        with pytest.raises(rt.SessionClosedError, match="closed"):
            await task
        with pytest.raises(rt.SessionClosedError, match="closed"):
            await session.call(double, 1)
        return session

    session = asyncio.run(program())
    assert [call["status"] for call in session.payload()["calls"]] == ["cancelled"]


def test_errors_are_the_node_s_own_and_are_recorded_with_their_trace():
    @rt.function_node
    def stops():
        raise StopIteration("odd")

    @rt.function_node
    async def exits():
        raise LookupError("nothing there")

    with rt.Session() as session:
        with pytest.raises(LookupError, match="nothing there"):
            rt.call_sync(exits)
        with pytest.raises((StopIteration, RuntimeError)):
            rt.call_sync(stops)
    error = session.payload()["calls"][0]["error"]
    assert (error["type"], error["message"]) == ("LookupError", "nothing there")
    assert "in exits" in error["trace"]


def test_sessions_in_many_threads_and_loops_do_not_disturb_each_other():
    def work(n):
        async def program():
            async with rt.Session(context={"n": n}) as session:
                for _ in range(20):
                    assert await rt.call(double, n) == n * 2
                    assert await rt.call(triple, n) == n * 3
                    assert rt.context.get("n") == n
                return session

        results[n] = asyncio.run(program())

    results = {}
    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [results[n].info["completed"] for n in range(12)] == [40] * 12
    assert len({session.id for session in results.values()}) == 12
