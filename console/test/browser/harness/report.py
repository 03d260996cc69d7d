"""A program that the console's tests and pictures look at while it runs.

It writes a report: reads four stations at once, asks an agent with tools what to make of them, and publishes it, where
whatever can go wrong does. It waits where a test tells it to, by files in `GATES`, and works as slowly as `PACE` says.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import sessiond as rt
from sessiond.middleware import Timeout

PACE = float(os.environ.get("PACE", "0"))
STATIONS = ["Bonn", "Rome", "Oslo", "Cork"]


async def work(seconds: float) -> None:
    await asyncio.sleep(seconds * PACE)


async def gate(name: str) -> None:
    while not (Path(os.environ["GATES"]) / name).exists():
        await asyncio.sleep(0.01)


@rt.function_node
async def read_station(city: str) -> dict:
    await gate("read")
    await work(0.3 + 0.2 * STATIONS.index(city))
    return {"city": city, "degrees": 12 + 3 * STATIONS.index(city), "sky": "clear"}


@rt.function_node
async def normals(city: str) -> str:
    """What is usual in a city at this time of the year.

    Args:
        city: Its name.
    """
    await work(0.25)
    if city == "Atlantis":
        raise LookupError("there is no station in Atlantis")
    return f"{city} has 14 degrees and rain in most years"


@rt.function_node
def render(columns: int) -> str:
    if columns < 1:
        raise ValueError("a table has at least one column")
    return "|" * columns


@rt.function_node(middleware=[Timeout(0.3)])
async def upload(file: str) -> None:
    await asyncio.sleep(60)


@rt.function_node(middleware=[Timeout(0.3)])
def back_up(file: str) -> None:
    time.sleep(0.6)


@rt.function_node
async def notify(who: str) -> None:
    await asyncio.sleep(60)


@rt.function_node
def sign_in(user: str, password: str) -> rt.Secret:
    return rt.Secret(f"{user}:{password}")


@rt.function_node
def archive(pages: int) -> str:
    return "page " * pages


@rt.function_node(name="Publish")
async def publish(report: str) -> str:
    await rt.call(sign_in, "editor", password="hunter2")
    attempts = [rt.call(render, 0), rt.call(upload, "report.html"), rt.call(back_up, "report.html")]
    telling = asyncio.create_task(rt.call(notify, "readers"))
    await asyncio.gather(*attempts, return_exceptions=True)
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    # More than a record takes.
    await rt.call(archive, 300_000)
    await work(0.4)
    return report


@rt.function_node(name="Report")
async def report(topic: str) -> str:
    stations = await rt.call_batch(read_station, STATIONS)
    lines = ", ".join(f"{station['city']} {station['degrees']}" for station in stations)
    answer = await rt.call(rt.nodes.Forecaster, f"What of {topic}: {lines}?")
    await gate("publish")
    return await rt.call(publish, answer.text)


@rt.function_node
async def chapter(number: int) -> str:
    await gate(f"chapter-{number}")
    return f"chapter {number}"


@rt.function_node(name="Book")
async def book() -> int:
    return len([await rt.call(chapter, number) for number in (1, 2, 3)])


def main(program: str, session: str) -> None:
    if program == "resume":
        with rt.Session.resume(session):
            rt.call_sync(book)
        return
    with rt.Session(name=program, run_identifier=session, save_state=False):
        if program == "book":
            rt.call_sync(book)
            return
        rt.agent_node(
            "Forecaster",
            system_message="You write two sentences about the weather, for people who read them at breakfast.",
            tools=[normals],
            model=rt.Model(os.environ["MODEL"], "stand-in", input_price=3, output_price=15),
        )
        rt.call_sync(report, "the week")


main(*sys.argv[1:])
