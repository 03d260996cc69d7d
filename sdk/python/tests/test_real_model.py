"""Agents with a real, small model, which `sessiond model serve` runs."""

import asyncio
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from programs import GGUF, MUST_SERVE, SESSIOND

import sessiond as rt


@dataclass
class Place:
    city: str
    country: str


@pytest.fixture(scope="module")
def url():
    missing = pytest.fail if MUST_SERVE else pytest.skip
    if not GGUF or not Path(GGUF).exists():
        missing("no GGUF file: SESSIOND_TEST_GGUF names none, and there is none in target/models")
    if not Path(SESSIOND).exists():
        missing(f"{SESSIOND} is not built")
    with subprocess.Popen(
        [SESSIOND, "model", "serve", GGUF, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline()
        if "listens on http://" not in line:
            missing(f"{SESSIOND} does not serve a model; it has to be built with the feature gguf")
        yield line.split()[-1]
        process.terminate()


@pytest.fixture
def environment(url, monkeypatch):
    monkeypatch.setenv("SESSIOND_MODEL_URL", url)
    monkeypatch.setenv("SESSIOND_MODEL", Path(GGUF).stem)


def test_a_real_model_answers_streams_and_is_not_asked_again(environment):
    agent = rt.agent_node("Geo", system_message="You help {name}.", max_tokens=24, temperature=0)

    async def main(session):
        async with session:
            answer = await rt.call(agent, "What is the capital of France?")
            pieces = [piece async for piece in rt.astream(agent, "What is the capital of France?")]
            return answer, pieces

    run = rt.Session(context={"name": "Ada"})
    answer, pieces = asyncio.run(main(run))
    assert "Paris" in answer.text
    assert "".join(pieces) == answer.text
    assert len(pieces) > 1
    assert answer.usage.output_tokens > 0
    assert run.info["input_tokens"] == 2 * answer.usage.input_tokens
    resumed = rt.Session.resume(run.id)
    assert asyncio.run(main(resumed)) == (answer, [answer.text])
    assert (resumed.info["replayed"], resumed.info["input_tokens"]) == (2, 0)


def test_a_real_model_gives_a_structured_answer(environment):
    agent = rt.agent_node("Geo", output_schema=Place, max_tokens=60, temperature=0)
    place = rt.call_sync(agent, "Name the capital of France and its country.").structured
    assert isinstance(place.city, str)
    assert isinstance(place.country, str)
