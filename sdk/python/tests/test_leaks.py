"""Sessions leave nothing behind."""

import asyncio
import gc
import os
import pathlib
import threading
import tracemalloc

from conftest import LONG

import sessiond as rt


@rt.function_node
async def echo(value):
    return value


@rt.function_node
def plain(value):
    return value


def use_a_session(n):
    with rt.Session(context={"n": n}, logging_setting="NONE", save_state=False, broadcast_callback=len) as session:
        assert rt.call_sync(echo, n) == n
        if n % 10 == 0:
            assert rt.call_sync(plain, n) == n
            rt.broadcast("hello")
            assert asyncio.run(session.call_batch(echo, [1, 2])) == [1, 2]


def resident():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_sessions_leave_no_memory_thread_or_file_behind():
    count = 10_000 if LONG else 500
    for n in range(count // 5):
        use_a_session(n)
    gc.collect()
    tracemalloc.start()
    before, threads, files = resident(), threading.active_count(), len(os.listdir("/proc/self/fd"))
    objects = tracemalloc.take_snapshot()
    for n in range(count):
        use_a_session(n)
    gc.collect()
    grown = sum(
        difference.size_diff
        for difference in tracemalloc.take_snapshot().compare_to(objects, "filename")
        if "tracemalloc" not in difference.traceback[0].filename
    )
    tracemalloc.stop()
    assert grown < 64 * 1024 + 2 * count, f"{grown} bytes of objects"
    assert threading.active_count() <= threads + 2
    assert len(os.listdir("/proc/self/fd")) <= files + 2
    # The store keeps sessions that ended for some seconds, and up to 64 MiB of its pages; neither is a part of Python.
    assert resident() - before < 64 * 1024 * 1024, f"{(resident() - before) / 1e6} MB"


def test_an_error_keeps_nothing_of_its_session_alive():
    import weakref

    @rt.function_node
    async def fails():
        raise ValueError("no")

    with rt.Session(logging_setting="NONE") as session:
        for node in (fails, plain):
            try:
                rt.call_sync(node)
            except (ValueError, TypeError):
                pass
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None
