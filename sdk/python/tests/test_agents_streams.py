"""Answers of agents that come in pieces."""

import asyncio
import threading

import pytest
from model_server import DONE, FINISH

import sessiond as rt


def test_an_answer_is_streamed_as_it_is_written_and_again_when_it_is_resumed(serve):
    seen = threading.Event()
    server = serve(["Sun", lambda: seen.wait(5), "ny", ".", FINISH, DONE])
    agent = rt.agent_node("Weather", model=server.model())

    async def main(session):
        async with session:
            pieces = []
            async for piece in rt.astream(agent, "Bonn?"):
                pieces.append(piece)
                # The rest is written only once this has come.
                seen.set()
            return pieces

    run = rt.Session()
    assert asyncio.run(main(run)) == ["Sun", "ny", "."]
    whole = next(call for call in run.payload()["calls"] if call.get("kind") == "agent")
    assert whole["output"]["$object"][1]["text"] == "Sunny."
    assert asyncio.run(main(rt.Session.resume(run.id))) == ["Sunny."]
    assert len(server.asked) == 1


def test_a_stream_whose_reader_stops_is_cancelled(serve):
    server = serve(["Sun", lambda: None, *["word "] * 100_000])
    agent = rt.agent_node("Weather", model=server.model())

    async def main():
        async with rt.Session() as run:
            pieces = rt.astream(agent, "Bonn?")
            assert await pieces.__anext__() == "Sun"
            await pieces.aclose()
            assert (run.info["cancelled"], run.info["open"]) == (2, 0)

    asyncio.run(main())
    assert server.gone.wait(5)


def test_a_stream_that_is_cut_off_is_an_error_after_what_had_come(serve):
    server = serve(["Sun"])
    agent = rt.agent_node("Weather", model=server.model())
    pieces = []

    async def main():
        async with rt.Session():
            async for piece in rt.astream(agent, "Bonn?"):
                pieces.append(piece)

    with pytest.raises(rt.ModelError) as raised:
        asyncio.run(main())
    assert (pieces, raised.value.code) == (["Sun"], "unreachable")
