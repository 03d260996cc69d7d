"""Nodes, and programs that crash at their end and are resumed, for the tests of resumed programs."""

import asyncio
import random

import pytest

import sessiond as rt

ran = []


class Crash(Exception):
    """Ends a program."""


@rt.function_node
async def step(n):
    ran.append(n)
    await asyncio.sleep(random.random() * 0.01)
    return n


@rt.function_node
async def number():
    ran.append("number")
    await asyncio.sleep(random.random() * 0.01)
    return len(ran)


@rt.function_node
async def slow(n):
    ran.append(f"slow {n}")
    await asyncio.sleep(100)


@rt.function_node
async def fails(message="no"):
    ran.append("fails")
    raise ConnectionError(message)


def crash_and_resume(program, times=1, run=asyncio.run, **options):
    """Run a program that crashes at its end, and give its result and that of each resumed run, with what ran again."""
    options = {"save_state": False, "logging_setting": "NONE", **options}
    results = []
    ran.clear()
    session_id = None
    for _ in range(times + 1):
        session = rt.Session.resume(session_id, **options) if session_id else rt.Session(**options)
        session_id = session.id
        before = len(ran)
        with pytest.raises(Crash), session:
            results.append((run(program()), ran[before:]))
            raise Crash
    return results


def holds(program, **options):
    (first, _), *others = crash_and_resume(program, 2, **options)
    for again, ran_again in others:
        assert again == first
        assert ran_again == [], "nothing runs again"
    return first


async def slow_function(n):
    ran.append(n)
    await asyncio.sleep(100)


async def pipe(n):
    await asyncio.sleep(random.random() * 0.005)
    return await rt.call(step, n), await rt.call(number), await rt.call(number)
