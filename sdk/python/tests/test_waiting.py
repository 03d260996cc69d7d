"""What would wait for ever, or nest without end, is refused; threads, loops and locks."""

import asyncio
import threading
import warnings

import pytest

import sessiond as rt


@rt.function_node
async def step(n):
    return n


def test_calls_under_trio_are_refused_before_anything_is_recorded():
    trio = pytest.importorskip("trio")

    async def main():
        with rt.Session() as session:
            with pytest.raises(rt.ContextError, match="asyncio"):
                await rt.call(step, 1)
            with pytest.raises(rt.ContextError, match="asyncio"):
                async for _ in rt.astream(stream):
                    pass
            assert session.info["calls"] == 0
            assert rt.call_sync(step, 2) == 2
            assert await trio.to_thread.run_sync(rt.call_sync, step, 3) == 3
        with pytest.raises(rt.ContextError, match="asyncio"):
            await rt.call(step, 1)
        with pytest.raises(rt.ContextError, match="asyncio"):
            async with rt.Session():
                pass

    @rt.function_node
    async def stream():
        yield 1

    trio.run(main)


def test_sessions_of_a_thread_share_its_event_loop():
    queue = []
    loops = set()

    @rt.function_node
    async def shares(n):
        if not queue:
            queue.append(asyncio.Queue(1))
        loops.add(asyncio.get_running_loop())
        await queue[0].put(n)
        taken = asyncio.ensure_future(queue[0].get())
        await asyncio.sleep(0)
        return await taken

    for n in range(3):
        with rt.Session():
            assert rt.call_sync(shares, n) == n

    async def beside():
        for n in range(3):
            with rt.Session():
                assert rt.call_sync(shares, n) == n

    assert len(loops) == 1
    queue.clear()
    loops.clear()
    asyncio.run(beside())
    assert len(loops) == 1


def test_a_call_in_a_thread_that_has_no_session_warns_once_and_a_pool_carries_it():
    from concurrent.futures import ThreadPoolExecutor

    with rt.Session() as session, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(lambda n: rt.call_sync(step, n), range(3))) == [0, 1, 2]
        told = [warning for warning in caught if issubclass(warning.category, RuntimeWarning)]
        assert len(told) == 1
        assert session.id in str(told[0].message)
        assert session.info["calls"] == 0
        with rt.ThreadPool(2) as pool:
            assert list(pool.map(lambda n: rt.call_sync(step, n), range(3))) == [0, 1, 2]
            assert pool.submit(rt.call_sync, step, 3).result() == 3
        assert session.info["calls"] == 4


def test_a_lock_whose_holder_would_wait_for_itself_is_refused_at_once():
    from sessiond.middleware import Lock

    @rt.function_node(middleware=[Lock("db")])
    def plain_inner():
        return 1

    @rt.function_node(middleware=[Lock("db")])
    async def inner():
        return 1

    @rt.function_node
    async def between(node):
        return await asyncio.create_task(rt.call(node))

    @rt.function_node(middleware=[Lock("db")])
    async def outer(node):
        return await rt.call(between, node)

    @rt.function_node(middleware=[Lock("db")])
    def outer_in_a_thread(node):
        with rt.ThreadPool(1) as pool:
            return pool.submit(rt.call_sync, node).result()

    with rt.Session(timeout=20):
        for caller in (outer, outer_in_a_thread):
            for node in (inner, plain_inner):
                with pytest.raises(rt.NodeError, match=r"the lock 'db', but its caller holds this lock already"):
                    rt.call_sync(caller, node)
        assert rt.call_sync(inner) == 1


def test_two_who_hold_what_the_other_waits_for_do_not_wait_for_ever():
    from sessiond.middleware import Lock

    ready = threading.Barrier(2)

    @rt.function_node(middleware=[Lock("one")])
    def one_inner():
        return 1

    @rt.function_node(middleware=[Lock("two")])
    def two_inner():
        return 2

    @rt.function_node(middleware=[Lock("one")])
    def one_outer():
        ready.wait()
        return rt.call_sync(two_inner)

    @rt.function_node(middleware=[Lock("two")])
    def two_outer():
        ready.wait()
        return rt.call_sync(one_inner)

    async def both():
        return await asyncio.gather(rt.call(one_outer), rt.call(two_outer), return_exceptions=True)

    with rt.Session(timeout=20) as session:
        results = asyncio.run(both_in(session, both))
    assert sorted(type(result).__name__ for result in results) == ["NodeError", "int"]


async def both_in(session, both):
    return await both()


def test_calls_nest_deep_and_end_whatever_happens():
    @rt.function_node
    async def deep(n):
        return 0 if n == 0 else 1 + await rt.call(deep, n - 1)

    @rt.function_node
    async def fails(n):
        if n == 0:
            raise ValueError("at the bottom")
        return await rt.call(fails, n - 1)

    @rt.function_node
    async def endless(n):
        return await rt.call(endless, n + 1)

    with rt.Session(logging_setting="NONE") as session:
        assert rt.call_sync(deep, 900) == 900
        with pytest.raises(ValueError, match="at the bottom"):
            rt.call_sync(fails, 900)
        with pytest.raises(rt.NodeError, match="deep"):
            rt.call_sync(endless, 0)
        assert session.info["open"] == 0


def test_an_error_of_control_is_no_result_and_is_not_tried_again():
    from sessiond.middleware import Retry

    runs = []

    @rt.function_node
    async def old(n):
        return n

    @rt.function_node
    async def fallback(n):
        runs.append(n)
        return "wrong"

    @rt.function_node
    async def before():
        await rt.call(old, 1)
        raise ValueError

    async def before_in_a_batch():
        await rt.call_batch(old, [1, 2])
        raise ValueError

    async def changed():
        try:
            await rt.call(fallback, 1)
        except Exception:
            return await rt.call(fallback, 1)

    async def batch():
        return await rt.call_batch(fallback, [1, 2])

    @rt.function_node(middleware=[Retry(3, backoff=0)])
    async def retried():
        runs.append("retried")
        await rt.call(fallback, 1)

    async def swallows():
        try:
            await rt.call(fallback, 1)
        except Exception:
            return "swallowed"

    async def retries():
        return await rt.call(retried)

    for program in (changed, batch, retries, swallows):
        recorded = rt._node.Node("before", before_in_a_batch if program is batch else before)
        with pytest.raises(ValueError), rt.Session() as session:
            asyncio.run(session._coordinator.call(session._scope(), recorded, (), {}))
        runs.clear()
        node = rt._node.Node("before", program)
        with pytest.raises(rt.ReplayError), rt.Session.resume(session.id) as resumed:
            try:
                asyncio.run(resumed._coordinator.call(resumed._scope(), node, (), {}))
            except rt.ReplayError:
                # The session has ended all the same.
                with pytest.raises(rt.ReplayError):
                    resumed.call_sync(step, 1)
                raise
        assert runs == [], program
        record = rt.read(session.id)
        assert (record.status, record.reason.split(":")[0]) == ("failed", "ReplayError")
        assert [call.status for call in record.walk() if call.node == "before"][-1] != "completed"
