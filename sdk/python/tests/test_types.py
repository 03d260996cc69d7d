"""What a type checker makes of programs."""

import re
import subprocess
import sys

import pytest

PROGRAM = """
from dataclasses import dataclass
from typing import AsyncIterator
import sessiond as rt

@rt.function_node(name="Length")
async def length(text: str) -> int:
    return len(text)

@rt.function_node
def shown(number: int, *, by: int = 1) -> str:
    return str(number * by)

@rt.function_node
async def items(count: int) -> AsyncIterator[bytes]:
    yield b""

@dataclass
class Report:
    city: str

weather = rt.agent_node("Weather", output_schema=Report, tools=[shown], model=rt.Model("http://x", "m", rt.Secret("k")))

async def program() -> None:
    reveal_type(await rt.call(length, "x"))
    reveal_type(rt.call_sync(shown, 1, by=2))
    async for item in rt.astream(items, 3):
        reveal_type(item)
    async with rt.Session(timeout=3) as session:
        reveal_type(await session.call(length, "x"))
        reveal_type((await session.call(weather, "x")).structured)
    async for piece in rt.astream(weather, "x"):
        reveal_type(piece)
    reveal_type((await weather("x")).text)
    await rt.call(weather, 3)
    await rt.call(length, 3)
    rt.Session(logging_setting="LOUD")
    rt.Session(tiemout=3)
"""


def test_calls_have_the_types_of_their_nodes_and_mistakes_are_found(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "program.py"], capture_output=True, text=True, check=False
    )
    revealed = re.findall(r'Revealed type is "([\w.]+)"', done.stdout)
    assert revealed == ["int", "str", "bytes", "int", "program.Report", "str", "str"], done.stdout
    errors = re.findall(r"error: .*\[([\w-]+)\]", done.stdout)
    assert errors == ["call-overload", "call-overload", "arg-type", "call-arg"], done.stdout
