"""Spans of OpenTelemetry."""

import subprocess
import sys

import pytest
from model_server import calls, says

import sessiond as rt

sdk = pytest.importorskip("opentelemetry.sdk.trace")
export = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")


@pytest.fixture
def spans():
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    exporter = export.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    rt.tracing.enable(provider)
    yield exporter
    rt.tracing.disable()


def weather(city: str) -> str:
    """The weather of a city."""
    return rt.tracing.traceparent()


def test_a_session_its_calls_and_requests_are_spans(spans, serve):
    model = serve(calls(("weather", {"city": "Bonn"})), says("It rains."))
    agent = rt.agent_node("Traced", tools=[weather], model=model.model())

    @rt.function_node
    async def program():
        return await rt.call(agent, "Weather?")

    with rt.Session() as session:
        result = rt.call_sync(program)
    told = {span.name: span for span in spans.get_finished_spans()}
    assert set(told) == {"session", "program", "invoke_agent Traced", "chat m", "execute_tool weather"}
    assert told["session"].attributes["sessiond.session.id"] == session.id
    chain = ["session", "program", "invoke_agent Traced", "execute_tool weather"]
    for outer, inner in zip(chain, chain[1:]):
        assert told[inner].parent.span_id == told[outer].context.span_id
    chat = told["chat m"].attributes
    assert chat["gen_ai.operation.name"] == "chat"
    assert (chat["gen_ai.request.model"], chat["gen_ai.provider.name"]) == ("m", "openai")
    assert (chat["gen_ai.usage.input_tokens"], chat["gen_ai.usage.output_tokens"]) == (100, 10)
    # A tool knows where it is, and can say so to what it calls.
    tool = told["execute_tool weather"].context
    assert result.messages[2]["content"] == f"00-{tool.trace_id:032x}-{tool.span_id:016x}-{tool.trace_flags:02x}"


def test_what_fails_is_an_error_in_the_trace_that_the_environment_names(spans, monkeypatch):
    monkeypatch.setenv("TRACEPARENT", f"00-{'a' * 32}-{'b' * 16}-01")

    def fails():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"), rt.Session():
        rt.call_sync(fails)
    call, session = spans.get_finished_spans()
    assert (call.name, session.name) == ("fails", "session")
    assert call.status.status_code.name == session.status.status_code.name == "ERROR"
    assert f"{session.context.trace_id:032x}" == "a" * 32
    assert f"{session.parent.span_id:016x}" == "b" * 16


def test_without_being_asked_for_there_is_none_and_nothing_is_loaded():
    program = (
        "import sys, sessiond as rt\n"
        "with rt.Session(): rt.call_sync(len, 'a')\n"
        "assert not [name for name in sys.modules if name.startswith(('opentelemetry', 'sessiond.tracing'))]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
