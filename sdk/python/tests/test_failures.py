"""Failures, time-outs and cancellations that a program handles are history: a resumed program gets them again."""

import asyncio
import gc
import sys
import threading
import time

import pytest
from resumed import Crash, crash_and_resume, fails, holds, pipe, ran, slow, slow_function, step

import sessiond as rt


def test_a_failure_that_the_program_handles_is_given_again():
    async def program():
        results = []
        for n in range(3):
            try:
                await rt.call(fails, f"no {n}")
            except ConnectionError as error:
                results.append((type(error), str(error), error.args))
                results.append(await rt.call(step, n))
        return results

    assert holds(program)[0] == (ConnectionError, "no 0", ("no 0",))


def test_a_failure_after_which_only_branches_go_on_is_given_again():
    async def count(key):
        n = rt.context.get(key, 0)
        rt.context.put(key, n + 1)
        return n

    async def counts():
        n = await count("calls")
        await rt.call(step, n)
        return n

    async def program(work):
        try:
            await rt.call(fails)
        except ConnectionError:
            return await asyncio.gather(work(), asyncio.sleep(0, 1))

    async def batch():
        return await rt.call_batch(step, [1, 2])

    for work in (counts, batch):
        (first, _), *later = crash_and_resume(lambda work=work: program(work), times=3)
        assert later == [(first, [])] * 3


def test_what_runs_again_keeps_its_place_in_the_order():
    @rt.function_node
    async def connect():
        # What it gives cannot be recorded.
        ran.append("connect")
        return threading.Lock()

    async def program():
        results = []
        for key in ("a", "b"):
            await rt.call(connect)
            n = rt.context.get(key, 0)
            rt.context.put(key, n + 1)
            results.append(await rt.call(step, n))
        return results

    took = []

    def timed(program):
        began = time.monotonic()
        result = asyncio.run(program)
        took.append(time.monotonic() - began)
        return result

    for result, again in crash_and_resume(program, times=3, run=timed):
        assert result == [0, 0]
        assert again in (["connect", 0, "connect", 0], ["connect", "connect"])
    # Nothing waited for a turn that could not come, which the run shows that was disturbed least.
    assert min(took[1:]) < 0.15


def test_failures_beside_successes_and_in_batches_are_given_again():
    async def program():
        several = await asyncio.gather(rt.call(fails), rt.call(step, 1), return_exceptions=True)
        batch = await rt.call_batch(maybe, range(6), max_concurrency=2)
        await rt.call(step, 7)
        return [repr(result) for result in (*several, *batch)]

    @rt.function_node
    async def maybe(n):
        ran.append(n)
        await asyncio.sleep(0)
        if n % 2:
            raise KeyError(n)
        return n

    assert holds(program)[2:4] == ["0", "KeyError(1)"]


class Busy(Exception):
    """An error that programs know by its class."""


def local_error(*bases):
    class Gone(*bases):
        def __init__(self, code, *, hint):
            super().__init__(f"{code}: {hint}")
            self.hint = hint

    return Gone


@pytest.mark.parametrize(
    "base", [Exception, ConnectionError, KeyError, Busy, rt.NodeError], ids=lambda base: base.__name__
)
def test_an_error_of_a_class_that_is_gone_is_of_the_nearest_one_that_is_there(base):
    @rt.function_node
    async def lost():
        ran.append("lost")
        raise local_error(base)(7, hint="go")

    async def program():
        gc.collect()
        caught = (Busy, ConnectionError, KeyError, rt.NodeError, rt.ReplayedError)
        if len(ran) == 0:
            caught = Exception
        try:
            await rt.call(lost)
        except caught as error:
            assert base is Exception or isinstance(error, base)
            return type(error).__name__, "7: go" in str(error), await rt.call(step, 1)

    results = crash_and_resume(program, 2)
    assert results[0][0] == ("Gone", True, 1)
    assert [again for again, ran_again in results[1:] if not ran_again] == [("ReplayedError", True, 1)] * 2


def test_an_error_of_a_class_within_a_function_is_of_the_class_that_the_program_has_then():
    async def program():
        class Gone(Exception):
            def __init__(self, code, *, hint):
                super().__init__(f"{code}: {hint}")
                self.hint = hint

        @rt.function_node
        async def lost():
            ran.append("lost")
            raise Gone(7, hint="go")

        try:
            await rt.call(lost)
        except Gone as error:
            return str(error), error.hint, await rt.call(step, 1)

    assert holds(program) == ("7: go", "go", 1)


def test_a_node_that_is_cancelled_by_nobody_but_itself_has_failed():
    if sys.version_info < (3, 11):
        pytest.skip("nobody knows yet who cancelled")

    @rt.function_node
    async def cancels():
        ran.append("cancels")
        task = asyncio.ensure_future(rt.call(slow, 1))
        await rt.call(step, 2)
        task.cancel()
        await task

    async def program():
        try:
            await rt.call(cancels)
        except asyncio.CancelledError:
            return await rt.call(step, 1)

    assert holds(program) == 1


def test_the_error_that_ended_the_program_runs_again():
    broken = [True]

    @rt.function_node
    async def flaky():
        ran.append("flaky")
        if broken[0]:
            raise Crash
        return 1

    async def program():
        one = asyncio.ensure_future(pipe(1))
        two = rt.call(flaky)
        return [*await asyncio.gather(one, two), await rt.call(step, 2)]

    ran.clear()
    with pytest.raises(Crash), rt.Session(logging_setting="NONE") as session:
        asyncio.run(program())
    broken[0] = False
    with rt.Session.resume(session.id, logging_setting="NONE"):
        assert asyncio.run(program())[1:] == [1, 2]
    assert ran.count("flaky") == 2


@pytest.mark.parametrize("how", ["wait_for", "timeout", "session", "middleware", "cancel"])
def test_a_time_out_that_the_program_handles_is_given_again_and_not_waited_for(how):
    timed = rt.function_node(name=f"timed {how}", middleware=[rt.middleware.Timeout(0.02)])(slow_function)

    async def late(n):
        if how == "wait_for":
            await asyncio.wait_for(rt.call(slow, n), 0.3)
        elif how == "timeout":
            async with asyncio.timeout(0.3):
                await asyncio.gather(rt.call(slow, n), rt.call(slow, n))
        elif how == "session":
            await rt.call(slow, n)
        elif how == "middleware":
            await rt.call(timed, n)
        else:
            task = asyncio.ensure_future(rt.call(slow, n))
            await rt.call(step, n)
            await asyncio.sleep(0.01)
            task.cancel()
            await task

    async def program():
        results = []
        for n in range(2):
            try:
                await late(n)
            except (TimeoutError, asyncio.TimeoutError, asyncio.CancelledError) as error:
                results.append((type(error).__name__, await rt.call(step, n)))
        return results

    if how == "timeout" and sys.version_info < (3, 11):
        pytest.skip("there is no asyncio.timeout yet")
    first = holds(program, timeout=0.2 if how == "session" else 30)
    assert [n for _, n in first] == [0, 1]
