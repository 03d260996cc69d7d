"""Streams and errors as Railtracks has them."""

import asyncio

import pytest
from peer import agent
from recorded import nodes

import sessiond as rt
from sessiond.exceptions import (
    ContextError,
    FatalError,
    GlobalTimeOutError,
    LLMError,
    NodeCreationError,
    NodeInvocationError,
)

PIECES = ["Rain ", "falls."]


def streamed():
    return [*PIECES, {"choices": [{"delta": {}, "finish_reason": "stop"}]}]


def test_a_stream_has_a_result_and_may_be_awaited(openai):
    openai(streamed(), streamed(), streamed())

    async def main():
        stream = rt.astream(agent(), user_input="A poem.")
        with pytest.raises(RuntimeError, match="has not ended"):
            stream.result  # noqa: B018
        assert [chunk async for chunk in stream] == PIECES
        assert stream.result.text == "Rain falls."
        assert (await rt.astream(agent(), "A poem.")).text == "Rain falls."
        # Who stops listening may still wait for the result.
        stream = rt.astream(agent(), "A poem.")
        async for _ in stream:
            break
        assert (await stream).text == stream.result.text == "Rain falls."

    asyncio.run(main())


def test_a_stream_that_nobody_has_any_more_goes_on(openai):
    openai(streamed())

    async def main():
        async with rt.Session() as session:
            async for _ in rt.astream(agent(), "A poem."):
                break
            while "open" in {call["status"] for call in session.payload()["calls"]}:
                await asyncio.sleep(0.005)
        return session

    session = asyncio.run(main())
    assert [call["status"] for call in session.payload()["calls"]] == ["completed", "completed"]


def test_streams_at_the_same_time_do_not_mix(openai):
    openai(streamed(), streamed(), streamed())

    @rt.function_node
    async def head(prompt):
        stream = rt.astream(agent(), user_input=prompt)
        chunks = [chunk async for chunk in stream]
        return chunks, stream.result.text

    async def main():
        async with rt.Session():
            return await asyncio.gather(*(rt.call(head, f"{n}") for n in range(3)))

    assert asyncio.run(main()) == [(PIECES, "Rain falls.")] * 3


def test_a_stream_that_fails_raises_where_it_is_read(openai):
    openai({"status": 400, "error": {"message": "no"}})

    async def main():
        stream = rt.astream(agent(), "A poem.")
        with pytest.raises(LLMError, match="no"):
            async for _ in stream:
                pass
        with pytest.raises(LLMError, match="no"):
            stream.result  # noqa: B018

    asyncio.run(main())


def test_errors_have_the_names_that_people_know():
    assert issubclass(rt.NodeTimeoutError, TimeoutError) and issubclass(GlobalTimeOutError, rt.NodeTimeoutError)
    assert issubclass(rt.ModelError, LLMError) and issubclass(rt.AgentError, NodeInvocationError)
    assert NodeCreationError is rt.NodeError and ContextError is rt.ContextError
    error = NodeInvocationError("bad", fatal=True, notes=["look there"])
    assert (error.fatal, error.notes) == (True, ["look there"])
    error = LLMError("bad", rt.llm.MessageHistory())
    assert (error.reason, error.message_history, str(error)) == ("bad", [], "bad")
    for each in (NodeInvocationError, LLMError, GlobalTimeOutError, NodeCreationError, FatalError, ContextError):
        assert issubclass(each, rt.SessiondError)


def test_a_time_out_tells_its_seconds():
    @rt.function_node
    async def sleeps():
        await asyncio.sleep(30)

    with rt.Session(timeout=0.02), pytest.raises(GlobalTimeOutError) as caught:
        rt.call_sync(sleeps)
    assert caught.value.timeout == 0.02


@pytest.mark.parametrize("error", [FatalError("over"), NodeInvocationError("over", fatal=True)])
def test_a_fatal_error_ends_the_session(error):
    @rt.function_node
    async def fatal():
        raise error

    @rt.function_node
    async def handles():
        try:
            await rt.call(fatal)
        except type(error):
            await rt.call(len, "more")

    with rt.Session() as session, pytest.raises(rt.SessiondError):
        rt.call_sync(handles)
    assert "len" not in nodes(session)
