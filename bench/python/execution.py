"""What a recorded call costs in Python, against plain asyncio and against Railtracks.

    python bench/python/execution.py [--json] [--runs 5]

`cargo xtask bench python` makes an environment for it, and runs it. Alone it needs the package built with
`maturin develop --release`. Railtracks is measured when it is installed beside it, without its events, and without its
saved state but where that is measured. Every figure is the median of several runs in processes of their own: microseconds,
or bytes for the size of the saved state.
"""

import argparse
import asyncio
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def timed(work, calls):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / calls * 1e6


class Plain:
    """The same functions, called without anything around them."""

    def __init__(self):
        async def echo(n):
            return n

        async def sequential(count):
            for n in range(count):
                await echo(n)

        async def parallel(count):
            await asyncio.gather(
                *(asyncio.ensure_future(echo(n)) for n in range(count))
            )

        self.sequential, self.parallel = sequential, parallel

    def run(self, measure):
        if measure == "one":
            return timed(lambda: asyncio.run(self.sequential(1)), 1)
        how, count = measure.split()
        return timed(lambda: asyncio.run(getattr(self, how)(int(count))), int(count))


class Ours:
    """Recorded, with durability `async`; closing the session is not part of a call."""

    def __init__(self):
        import sessiond as rt

        @rt.function_node
        async def echo(n):
            return n

        @rt.function_node
        def plain(n):
            return n

        @rt.function_node
        async def sequential(count):
            for n in range(count):
                await rt.call(echo, n)

        @rt.function_node
        async def threads(count):
            for n in range(count):
                await rt.call(plain, n)

        @rt.function_node
        async def parallel(count):
            await rt.call_batch(echo, range(count))

        self.rt, self.echo = rt, echo
        self.nodes = {
            "sequential": sequential,
            "threads": threads,
            "parallel": parallel,
        }

    def session(self):
        return self.rt.Session(save_state=False, logging_setting="NONE", timeout=600)

    def run(self, measure):
        rt = self.rt
        with self.session():
            rt.call_sync(self.echo, 0)
        if measure == "empty":

            def empty():
                with self.session():
                    pass

            return timed(empty, 1)
        if measure == "one":

            def one():
                with self.session():
                    rt.call_sync(self.echo, 1)

            return timed(one, 1)
        how, count = measure.split()
        if how in ("save", "size"):
            session = self.session()
            with session:
                rt.call_sync(self.nodes["sequential"], int(count))
                began = time.perf_counter()
                path = session.save()
                took = (time.perf_counter() - began) * 1e6
            return took if how == "save" else path.stat().st_size
        with self.session():
            if how == "top":

                async def top():
                    await rt.call_batch(self.echo, range(int(count)))

                return timed(lambda: asyncio.run(top()), int(count))
            return timed(lambda: rt.call_sync(self.nodes[how], int(count)), int(count))


class Railtracks:
    """PyPI's railtracks 1.7.0."""

    def __init__(self):
        import railtracks as rt

        @rt.function_node
        async def echo(n: int) -> int:
            """Give n."""
            return n

        @rt.function_node
        def plain(n: int) -> int:
            """Give n."""
            return n

        @rt.function_node
        async def sequential(count: int) -> int:
            """Call echo."""
            for n in range(count):
                await rt.call(echo, n)
            return count

        @rt.function_node
        async def threads(count: int) -> int:
            """Call plain."""
            for n in range(count):
                await rt.call(plain, n)
            return count

        @rt.function_node
        async def parallel(count: int) -> int:
            """Call echo for each."""
            await rt.call_batch(echo, range(count))
            return count

        self.rt, self.echo = rt, echo
        self.nodes = {
            "sequential": sequential,
            "threads": threads,
            "parallel": parallel,
        }

    def run(self, measure):
        rt = self.rt

        async def in_session(work):
            with rt.Session(save_state=False, timeout=600):
                return await work()

        async def nothing():
            return None

        if measure == "empty":
            return timed(lambda: asyncio.run(in_session(nothing)), 1)
        if measure == "one":
            return timed(
                lambda: asyncio.run(in_session(lambda: rt.call(self.echo, 1))), 1
            )
        how, count = measure.split()
        if how in ("save", "size"):

            async def saved():
                session = rt.Session(timeout=600)
                with session:
                    await rt.call(self.nodes["sequential"], int(count))
                    began = time.perf_counter()
                return (time.perf_counter() - began) * 1e6

            took = asyncio.run(saved())
            [path] = pathlib.Path(".railtracks").rglob("*.json")
            return took if how == "save" else path.stat().st_size
        if how == "top":
            return timed(
                lambda: asyncio.run(
                    in_session(lambda: rt.call_batch(self.echo, range(int(count))))
                ),
                int(count),
            )
        return timed(
            lambda: asyncio.run(
                in_session(lambda: rt.call(self.nodes[how], int(count)))
            ),
            int(count),
        )


SYSTEMS = {"plain": Plain, "sessiond": Ours, "railtracks": Railtracks}
MEASURES = [
    "empty",
    "one",
    "sequential 1000",
    "threads 1000",
    "parallel 1000",
    "parallel 10000",
    "top 1000",
    "save 1000",
    "size 1000",
    "save 10000",
    "size 10000",
    "import",
]
# Minutes for what is known: its cost of a parallel call grows with their number.
LEFT_OUT = {
    ("railtracks", "parallel 10000"),
    ("railtracks", "save 10000"),
    ("railtracks", "size 10000"),
    ("plain", "save 1000"),
    ("plain", "size 1000"),
    ("plain", "save 10000"),
    ("plain", "size 10000"),
    ("plain", "empty"),
    ("plain", "threads 1000"),
    ("plain", "top 1000"),
    ("plain", "import"),
}


def one(system, measure):
    """Measure one thing in a process of its own, in a directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            [sys.executable, os.path.abspath(__file__), "--one", system, measure],
            capture_output=True,
            text=True,
            check=False,
            cwd=directory,
        )
    if done.returncode != 0:
        return None
    return float(done.stdout.split()[-1])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        system, measure = options.one
        if measure == "import":
            print(timed(lambda: __import__(system), 1))
        else:
            print(SYSTEMS[system]().run(measure))
        return
    figures = {}
    for measure in MEASURES:
        for system in SYSTEMS:
            if (system, measure) not in LEFT_OUT:
                found = [one(system, measure) for _ in range(options.runs)]
                found = [figure for figure in found if figure is not None]
                figures.setdefault(measure, {})[system] = (
                    statistics.median(found) if found else None
                )
    if options.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{'µs per call':<18}" + "".join(f"{system:>14}" for system in SYSTEMS))
    for measure, row in figures.items():
        cells = (row.get(system) for system in SYSTEMS)
        print(
            f"{measure:<18}"
            + "".join(
                f"{cell:>14,.1f}" if cell is not None else f"{'-':>14}"
                for cell in cells
            )
        )


if __name__ == "__main__":
    main()
