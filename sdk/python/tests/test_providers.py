"""Models by their providers: each is asked in its own words, and understood."""

import asyncio
import dataclasses

import pytest
from provider_server import ProviderServer, events, lines, whole
from recorded import nodes

import sessiond as rt


@dataclasses.dataclass
class Report:
    degrees: float


def weather(city: str) -> str:
    """The weather of a city."""
    return f"rain in {city}"


SCHEMA = {
    "type": "object",
    "properties": {"degrees": {"type": "number"}},
    "required": ["degrees"],
    "additionalProperties": False,
}


class Responses:
    """OpenAI's responses."""

    path = "/v1/responses"

    def model(url, **options):
        return rt.llm.OpenAILLM("openai/m", api="responses", base_url=f"{url}/v1", api_key="k-1", **options)

    def text(text, status="completed", **more):
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
        thought = {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hidden"}]}
        usage = {"input_tokens": 7, "output_tokens": 3}
        return {"status": status, "model": "m-1", "output": [thought, said], "usage": usage, "error": None, **more}

    def calls(*cities):
        calls = [
            {
                "type": "function_call",
                "id": f"fc_{i}",
                "call_id": f"c{i}",
                "name": "weather",
                "arguments": f'{{"city": "{city}"}}',
            }
            for i, city in enumerate(cities)
        ]
        return {"status": "completed", "output": calls, "usage": {"input_tokens": 1, "output_tokens": 1}}

    def streamed(*pieces):
        begin = {"type": "response.created", "response": {"status": "in_progress"}}
        deltas = [{"type": "response.output_text.delta", "delta": piece} for piece in pieces]
        end = {"type": "response.completed", "response": Responses.text("".join(pieces))}
        return events(begin, *deltas, {"type": "response.output_text.done", "text": "".join(pieces)}, end)

    cut = staticmethod(
        lambda text: Responses.text(text, "incomplete", incomplete_details={"reason": "max_output_tokens"})
    )
    error = {"error": {"message": "no such model", "code": "model_not_found"}}  # noqa: RUF012

    def check_key(headers):
        assert headers["authorization"] == "Bearer k-1"

    def check_tools(first, second):
        assert first["tools"][0] == {
            "type": "function",
            "name": "weather",
            "description": "The weather of a city.",
            "parameters": first["tools"][0]["parameters"],
            "strict": False,
        }
        assert second["input"][-4:] == [
            {"type": "function_call", "call_id": "c0", "name": "weather", "arguments": '{"city":"Bonn"}'},
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Rome"}'},
            {"type": "function_call_output", "call_id": "c0", "output": "rain in Bonn"},
            {"type": "function_call_output", "call_id": "c1", "output": "rain in Rome"},
        ]

    def check_schema(asked):
        assert asked["text"]["format"] == {"type": "json_schema", "name": "answer", "schema": SCHEMA, "strict": True}

    def check_drawn(asked):
        assert (asked["temperature"], asked["max_output_tokens"], asked["reasoning"]) == (0.5, 9, {"effort": "low"})

    more = {"reasoning": {"effort": "low"}}  # noqa: RUF012


class Anthropic:
    """Anthropic's messages."""

    path = "/v1/messages"

    def model(url, **options):
        return rt.llm.AnthropicLLM("anthropic/m", base_url=url, api_key="k-1", **options)

    def text(text, stop_reason="end_turn"):
        return {
            "type": "message",
            "role": "assistant",
            "model": "m-1",
            "content": [{"type": "thinking", "thinking": "hidden"}, {"type": "text", "text": text}],
            "stop_reason": stop_reason,
            "usage": {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 3},
        }

    def calls(*cities):
        blocks = [
            {"type": "tool_use", "id": f"c{i}", "name": "weather", "input": {"city": city}}
            for i, city in enumerate(cities)
        ]
        return {
            "content": [{"type": "text", "text": "I look."}, *blocks],
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }

    def streamed(*pieces):
        usage = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1}
        return events(
            {"type": "message_start", "message": {"model": "m-1", "content": [], "stop_reason": None, "usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
                for piece in pieces
            ),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
            {"type": "message_stop"},
        )

    cut = staticmethod(lambda text: Anthropic.text(text, "max_tokens"))
    error = {"type": "error", "error": {"type": "not_found_error", "message": "no such model"}}  # noqa: RUF012

    def check_key(headers):
        assert headers["x-api-key"] == "k-1"
        assert headers["anthropic-version"] == "2023-06-01"
        assert headers["authorization"] is None

    def check_tools(first, second):
        assert first["system"] == "Be brief."
        assert [message["role"] for message in first["messages"]] == ["user"]
        assert first["max_tokens"] > 0
        assert first["tools"][0]["input_schema"]["required"] == ["city"]
        assert second["messages"][-2:] == [
            {
                "role": "assistant",
                "content": [
                    {"type": "text", "text": "I look."},
                    {"type": "tool_use", "id": "c0", "name": "weather", "input": {"city": "Bonn"}},
                    {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Rome"}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": "c0", "content": "rain in Bonn"},
                    {"type": "tool_result", "tool_use_id": "c1", "content": "rain in Rome"},
                ],
            },
        ]

    def check_schema(asked):
        assert asked["output_config"] == {"format": {"type": "json_schema", "schema": SCHEMA}}

    def check_drawn(asked):
        assert (asked["temperature"], asked["max_tokens"], asked["thinking"]) == (0.5, 9, {"type": "disabled"})

    more = {"thinking": {"type": "disabled"}}  # noqa: RUF012


class Gemini:
    """Google's generateContent."""

    path = "/v1beta/models/m:generateContent"
    streaming = "/v1beta/models/m:streamGenerateContent?alt=sse"

    def model(url, **options):
        return rt.llm.GeminiLLM("gemini/m", base_url=url, api_key="k-1", **options)

    def text(text, reason="STOP"):
        parts = [{"text": "hidden", "thought": True}, {"text": text}]
        return {
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": reason}],
            "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 1, "thoughtsTokenCount": 2},
            "modelVersion": "m-1",
        }

    def calls(*cities):
        parts = [{"functionCall": {"name": "weather", "args": {"city": city}}} for city in cities]
        parts[0]["thoughtSignature"] = "c2ln"
        return {
            "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1},
        }

    def streamed(*pieces):
        each = [{"candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}}]} for piece in pieces]
        end = Gemini.text("")
        return events(*each, end)

    cut = staticmethod(lambda text: Gemini.text(text, "MAX_TOKENS"))
    error = {"error": {"code": 404, "message": "no such model", "status": "NOT_FOUND"}}  # noqa: RUF012

    def check_key(headers):
        assert headers["x-goog-api-key"] == "k-1"

    def check_tools(first, second):
        assert first["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
        assert first["tools"][0]["functionDeclarations"][0]["parametersJsonSchema"]["required"] == ["city"]
        said, given = second["contents"][-2:]
        assert said == {
            "role": "model",
            "parts": [
                {"functionCall": {"name": "weather", "args": {"city": "Bonn"}}, "thoughtSignature": "c2ln"},
                {"functionCall": {"name": "weather", "args": {"city": "Rome"}}},
            ],
        }
        assert given["parts"] == [
            {"functionResponse": {"name": "weather", "response": {"result": "rain in Bonn"}}},
            {"functionResponse": {"name": "weather", "response": {"result": "rain in Rome"}}},
        ]

    def check_schema(asked):
        assert asked["generationConfig"] == {"responseMimeType": "application/json", "responseJsonSchema": SCHEMA}

    def check_drawn(asked):
        config = asked["generationConfig"]
        assert (config["temperature"], config["maxOutputTokens"], config["topK"]) == (0.5, 9, 3)

    more = {"topK": 3}  # noqa: RUF012


class Ollama:
    """Ollama's /api/chat."""

    path = "/api/chat"

    def model(url, **options):
        return rt.llm.OllamaLLM("ollama/m", base_url=url, api_key="k-1", **options)

    def text(text, reason="stop"):
        return {
            "model": "m-1",
            "message": {"role": "assistant", "content": text, "thinking": "hidden"},
            "done": True,
            "done_reason": reason,
            "prompt_eval_count": 7,
            "eval_count": 3,
        }

    def calls(*cities):
        calls = [{"function": {"name": "weather", "arguments": {"city": city}}} for city in cities]
        return {**Ollama.text(""), "message": {"role": "assistant", "content": "", "tool_calls": calls}}

    def streamed(*pieces):
        each = [{"model": "m-1", "message": {"role": "assistant", "content": piece}, "done": False} for piece in pieces]
        return lines(*each, Ollama.text(""))

    cut = staticmethod(lambda text: Ollama.text(text, "length"))
    error = {"error": "no such model"}  # noqa: RUF012

    def check_key(headers):
        assert headers["authorization"] == "Bearer k-1"

    def check_tools(first, second):
        assert first["stream"] is False
        assert first["tools"][0]["function"]["parameters"]["required"] == ["city"]
        assert second["messages"][-3:] == [
            {
                "role": "assistant",
                "content": "",
                "tool_calls": [
                    {"function": {"name": "weather", "arguments": {"city": "Bonn"}}},
                    {"function": {"name": "weather", "arguments": {"city": "Rome"}}},
                ],
            },
            {"role": "tool", "tool_name": "weather", "content": "rain in Bonn"},
            {"role": "tool", "tool_name": "weather", "content": "rain in Rome"},
        ]

    def check_schema(asked):
        assert asked["format"] == SCHEMA

    def check_drawn(asked):
        options = asked["options"]
        assert (options["temperature"], options["num_predict"], options["num_ctx"]) == (0.5, 9, 4096)

    more = {"num_ctx": 4096}  # noqa: RUF012


EVERY = pytest.mark.parametrize("wire", [Responses, Anthropic, Gemini, Ollama])


@pytest.fixture
def server():
    servers = []

    def start(*answers):
        servers.append(ProviderServer(*answers))
        return servers[-1]

    yield start
    for one in servers:
        one.close()


@EVERY
def test_it_answers_and_says_what_that_took(wire, server):
    served = server(whole(wire.text("Paris")))
    agent = rt.agent_node(system_message="Be brief.", llm=wire.model(served.url))
    result = rt.call_sync(agent, "Where?")
    assert (result.text, result.content, result.finish_reason) == ("Paris", "Paris", "stop")
    assert result.usage[:2] == (7, 3)
    assert served.paths == [wire.path]
    wire.check_key(served.headers[0])


@EVERY
def test_it_calls_tools_and_is_told_what_they_gave(wire, server):
    served = server(whole(wire.calls("Bonn", "Rome")), whole(wire.text("It rains.")))
    agent = rt.agent_node(system_message="Be brief.", tools=[weather], llm=wire.model(served.url))
    with rt.Session() as session:
        assert rt.call_sync(agent, "Weather?").text == "It rains."
    wire.check_tools(*served.asked)
    assert nodes(session) == ["Agent", "m", "weather", "weather", "m"]


@EVERY
def test_it_streams(wire, server):
    served = server(wire.streamed("Pa", "ris"))

    async def pieces():
        stream = rt.astream(agent, "Where?")
        return [piece async for piece in stream], stream.result

    agent = rt.agent_node(llm=wire.model(served.url))
    given, result = asyncio.run(pieces())
    assert given == ["Pa", "ris"]
    assert (result.text, result.finish_reason, result.usage[:2]) == ("Paris", "stop", (7, 3))
    assert served.paths == [getattr(wire, "streaming", wire.path)]


@EVERY
def test_tool_calls_are_streamed_as_well(wire, server):
    if wire is Anthropic:
        begun = {"type": "tool_use", "id": "c0", "name": "weather", "input": {}}
        parts = ['{"ci', 'ty": "Bonn"}']
        first = events(
            {"type": "message_start", "message": {"usage": {"input_tokens": 1, "output_tokens": 1}}},
            {"type": "content_block_start", "index": 0, "content_block": begun},
            *(
                {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": part}}
                for part in parts
            ),
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 2}},
        )
    elif wire is Responses:
        first = events({"type": "response.completed", "response": Responses.calls("Bonn")})
    elif wire is Gemini:
        first = events(Gemini.calls("Bonn"))
    else:
        first = lines({**Ollama.calls("Bonn"), "done": False}, Ollama.text(""))
    served = server(first, wire.streamed("It ", "rains."))

    async def run():
        stream = rt.astream(rt.agent_node(tools=[weather], llm=wire.model(served.url)), "Weather?")
        return await stream

    result = asyncio.run(run())
    assert result.text == "It rains."
    assert [str(given) for _, given in result.tool_invocations] == ["weather -> rain in Bonn"]


@EVERY
def test_it_answers_in_the_shape_that_is_asked_for(wire, server):
    served = server(whole(wire.text('{"degrees": 21.5}')))
    agent = rt.agent_node(output_schema=Report, llm=wire.model(served.url))
    result = rt.call_sync(agent, "How warm?")
    assert (result.structured, result.content) == (Report(21.5), Report(21.5))
    wire.check_schema(served.asked[0])


@EVERY
def test_an_answer_that_is_cut_off_says_so(wire, server, caplog):
    served = server(whole(wire.cut("Pari")))
    result = rt.call_sync(rt.agent_node(llm=wire.model(served.url)), "Where?")
    assert (result.text, result.finish_reason) == ("Pari", "length")
    assert "cut off at max_tokens" in caplog.text


@EVERY
@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [(400, "refused", False), (401, "authentication", False), (429, "rate_limited", True), (529, "failed", True)],
)
def test_its_errors_are_told_apart(wire, status, code, retryable, server):
    served = server(whole(wire.error, status))
    agent = rt.agent_node(llm=wire.model(served.url, retry_approach=rt.llm.retries.FixedRetry(1)))
    with pytest.raises(rt.LLMError, match="no such model") as caught:
        rt.call_sync(agent, "Where?")
    error = caught.value
    assert (error.code, error.retryable) == (code, retryable)
    assert "k-1" not in str(error)
    assert error.reason == str(error)
    assert [message.content for message in error.message_history] == ["Where?"]


@EVERY
def test_an_error_amid_a_stream_is_told(wire, server):
    served = server(lines(wire.error) if wire is Ollama else events({**wire.error, "type": "error"}))

    async def run():
        return await rt.astream(rt.agent_node(llm=wire.model(served.url)), "Where?")

    with pytest.raises(rt.ModelError, match="no such model"):
        asyncio.run(run())


@EVERY
def test_how_words_are_drawn_is_said_by_the_model_or_the_agent(wire, server):
    served = server(whole(wire.text("a")))
    model = wire.model(served.url, temperature=0.9, max_tokens=9, **wire.more)
    rt.call_sync(rt.agent_node(llm=model, temperature=0.5), "Where?")
    wire.check_drawn(served.asked[0])


@EVERY
def test_a_service_that_is_busy_is_asked_again_after_as_long_as_one_says(wire, server):
    class Mine(rt.llm.retries.RetryApproach):
        def _compute_delay(self, attempt):
            asked.append(attempt)
            return 0

    asked = []
    served = server(whole(wire.error, 503), whole(wire.error, 429), whole(wire.text("Paris")))
    agent = rt.agent_node(llm=wire.model(served.url, retry_approach=Mine(3)))
    with rt.Session() as session:
        assert rt.call_sync(agent, "Where?").text == "Paris"
    assert asked == [1, 2]
    # All tries are one recorded request.
    assert nodes(session) == ["Agent", "m"]


def test_a_model_that_declines_says_so(server):
    refusal = {"type": "message", "content": [{"type": "refusal", "refusal": "I cannot."}]}
    served = server(
        whole({"status": "completed", "output": [refusal]}),
        whole(Anthropic.text("I will not.", "refusal")),
        whole({"promptFeedback": {"blockReason": "SAFETY"}}),
    )
    given = [
        rt.call_sync(rt.agent_node(llm=wire.model(served.url)), "Where?") for wire in (Responses, Anthropic, Gemini)
    ]
    assert [(one.text, one.refusal, one.finish_reason) for one in given] == [
        ("I cannot.", "I cannot.", "stop"),
        ("I will not.", "I will not.", "content_filter"),
        ("", None, "content_filter"),
    ]


@pytest.mark.parametrize(
    ("name", "variables", "path", "header"),
    [
        (
            "openai/gpt-x",
            {"OPENAI_BASE_URL": "{url}/v1", "OPENAI_API_KEY": "k"},
            "/v1/chat/completions",
            "authorization",
        ),
        ("anthropic/claude-x", {"ANTHROPIC_BASE_URL": "{url}", "ANTHROPIC_API_KEY": "k"}, "/v1/messages", "x-api-key"),
        (
            "gemini/gemini-x",
            {"GOOGLE_GEMINI_BASE_URL": "{url}", "GEMINI_API_KEY": "k"},
            "/v1beta/models/gemini-x:generateContent",
            "x-goog-api-key",
        ),
        ("ollama/llama-x:8b", {"OLLAMA_HOST": "{host}"}, "/api/chat", None),
        (
            "azure/mine",
            {"AZURE_API_BASE": "{url}", "AZURE_API_KEY": "k"},
            "/openai/v1/chat/completions",
            "authorization",
        ),
    ],
)
def test_a_model_is_found_by_its_name_and_the_environment(name, variables, path, header, server, monkeypatch):
    answers = {
        "anthropic": Anthropic.text("a"),
        "gemini": Gemini.text("a"),
        "ollama": Ollama.text("a"),
    }
    chat = {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}
    served = server(whole(answers.get(name.partition("/")[0], chat)))
    agent = rt.agent_node(llm=name)
    if header is not None:
        for variable in variables:
            monkeypatch.delenv(variable, raising=False)
        with pytest.raises(rt.ModelError, match=r"has no (key|address): set ") as caught:
            rt.call_sync(agent, "Where?")
        assert caught.value.code == "settings"
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value.format(url=served.url, host=served.url.removeprefix("http://")))
    assert rt.call_sync(agent, "Where?").text == "a"
    assert served.paths == [path]
    if header is not None:
        assert served.headers[0][header].endswith("k")


def test_a_name_that_says_no_provider_is_refused():
    with pytest.raises(rt.NodeError, match="does not say whose model it is"):
        rt.agent_node(llm="gpt-5")
    with pytest.raises(rt.NodeError, match="does not say whose model it is"):
        rt.agent_node(llm="nobody/model")
    with pytest.raises(rt.NodeError, match=r"not 5"):
        rt.agent_node(llm=5)


def test_a_key_is_shown_nowhere():
    model = rt.llm.OpenAILLM("gpt-x", api_key=rt.Secret("k-never"))
    assert "never" not in repr(model) + repr(model.model) + str(vars(model))
