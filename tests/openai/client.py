"""The official openai client for Python with `sessiond model serve`: python client.py URL MODEL KEY"""

import json
import sys
from typing import Literal

import openai
import pydantic

url, name, key = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key=key, max_retries=0)
CAPITAL = [{"role": "user", "content": "What is the capital of France?"}]

[model] = client.models.list().data
assert model.id == name, model

answer = client.chat.completions.create(model=model.id, messages=CAPITAL, temperature=0, max_tokens=40)
[choice] = answer.choices
assert "Paris" in choice.message.content, answer
assert choice.finish_reason == "stop" and answer.model == model.id, answer
assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 25, answer

pieces = list(
    client.chat.completions.create(
        model=model.id,
        messages=CAPITAL,
        temperature=0,
        max_tokens=40,
        stream=True,
        stream_options={"include_usage": True},
    )
)
texts = [piece.choices[0].delta.content or "" for piece in pieces if piece.choices]
assert "".join(texts) == choice.message.content and len(texts) > 3, texts
# The second request reads less of the prompt: what the first one read is kept.
for tokens in ["prompt_tokens", "completion_tokens", "total_tokens"]:
    assert getattr(pieces[-1].usage, tokens) == getattr(answer.usage, tokens), pieces[-1]
assert [piece.choices[0].finish_reason for piece in pieces if piece.choices][-1] == "stop"

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string", "minLength": 1, "maxLength": 20}},
    "required": ["city"],
    "additionalProperties": False,
}
CHOICE = {"type": "function", "function": {"name": "weather"}}
tools = [{"type": "function", "function": {"name": "weather", "description": "Of a city.", "parameters": CITY}}]
messages = [{"role": "user", "content": [{"type": "text", "text": "What is the weather in Bonn?"}]}]
asked = client.chat.completions.create(
    model=model.id, messages=messages, tools=tools, tool_choice="required", temperature=0, max_tokens=60
).choices[0]
[call] = asked.message.tool_calls
assert asked.finish_reason == "tool_calls" and call.function.name == "weather", asked
assert json.loads(call.function.arguments)["city"], asked
messages += [asked.message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
told = client.chat.completions.create(model=model.id, messages=messages, temperature=0, max_tokens=20)
assert told.choices[0].message.content, told

with client.chat.completions.stream(
    model=model.id, messages=messages[:1], tools=tools, tool_choice=CHOICE, temperature=0, max_tokens=60
) as events:
    kinds = [event.type for event in events]
    streamed = events.get_final_completion().choices[0]
assert "tool_calls.function.arguments.done" in kinds and "chunk" in kinds, kinds
assert streamed.message.tool_calls[0].function.arguments == call.function.arguments, streamed
assert streamed.finish_reason == "tool_calls", streamed


class Town(pydantic.BaseModel):
    name: str = pydantic.Field(max_length=20)
    size: Literal["small", "large"]


parsed = client.chat.completions.parse(
    model=model.id, messages=CAPITAL, response_format=Town, temperature=0, max_tokens=60
)
assert isinstance(parsed.choices[0].message.parsed, Town), parsed

shaped = client.chat.completions.create(
    model=model.id,
    messages=CAPITAL,
    response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": CITY, "strict": True}},
    temperature=0,
    max_tokens=60,
)
assert list(json.loads(shaped.choices[0].message.content)) == ["city"], shaped

for wrong in [{"temperature": 2, "n": 2}, {"messages": []}, {"messages": [{"role": "poet", "content": "Oh"}]}]:
    try:
        client.chat.completions.create(**{"model": model.id, "messages": CAPITAL} | wrong)
    except openai.BadRequestError as error:
        assert error.type == "invalid_request_error" and error.body["message"], error
    else:
        raise AssertionError(f"{wrong} was taken")

try:
    openai.OpenAI(base_url=url, api_key=key + "x", max_retries=0).models.list()
except openai.AuthenticationError as error:
    assert error.code == "invalid_api_key" and key not in str(error), error
else:
    raise AssertionError("another key was taken")

print("came to its end")
