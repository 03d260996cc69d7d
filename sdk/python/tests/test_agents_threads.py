"""Agents in several loops, threads and processes."""

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path

from model_server import says

import sessiond as rt


def test_a_request_holds_up_neither_the_loop_nor_a_thread(serve):
    server = serve(*[None] * 50)
    agent = rt.agent_node("Silent", model=server.model())

    def background():
        names = [task.read_text().strip() for task in Path("/proc/self/task").glob("*/comm")]
        names += [thread.name for thread in threading.enumerate() if thread.name.startswith("sessiond-")]
        return len([name for name in names if name.startswith("sessiond")])

    async def main():
        async with rt.Session():
            before = background()
            tasks = [asyncio.ensure_future(rt.call(agent, str(i))) for i in range(50)]
            while len(server.asked) < 50:
                began = time.monotonic()
                await asyncio.sleep(0.001)
                assert time.monotonic() - began < 1
            assert background() - before < 10
            for task in tasks:
                task.cancel()
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert all(isinstance(result, asyncio.CancelledError) for result in results)


def test_agents_in_several_loops_at_once_get_their_own_answers(serve):
    server = serve(*[says(str(i)) for i in range(40)])
    agent = rt.agent_node("Echo", model=server.model())
    texts, errors = [], []

    def work():
        async def main():
            async with rt.Session():
                return await rt.call_batch(agent, ["x"] * 10, return_exceptions=False)

        try:
            texts.extend(result.text for result in asyncio.run(main()))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(texts, key=int) == [str(i) for i in range(40)]


def test_a_forked_process_asks_over_connections_of_its_own(serve):
    server = serve(*[says("ok")] * 2)
    # In a process of its own: one with threads that come from elsewhere cannot be forked safely.
    code = f"""
import os
import sessiond as rt

agent = rt.agent_node("Weather", model=rt.Model({server.url!r}, "m"))
assert rt.call_sync(agent, "Bonn?").text == "ok"
child = os.fork()
if child == 0:
    status = 1
    try:
        with rt.Session(timeout=10, dir="child"):
            status = 0 if rt.call_sync(agent, "Rome?").text == "ok" else 2
    finally:
        os._exit(status)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert len(server.asked) == 2


def test_a_program_that_ends_while_a_model_writes_ends_well(serve):
    server = serve(*[["word "] * 100_000] * 10)
    code = f"""
import asyncio, threading, time
import sessiond as rt

agent = rt.agent_node("Weather", model=rt.Model({server.url!r}, "m"))
come = threading.Event()

async def main():
    async for piece in rt.astream(agent, "Bonn?"):
        come.set()

threading.Thread(target=asyncio.run, args=(main(),), daemon=True).start()
assert come.wait(20)
"""
    for _ in range(10):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
