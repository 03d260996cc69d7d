"""The official openai client for Python with a session's assistant: python assistant.py URL SESSION TOKEN OTHER_TOKEN

The assistant's model is scripted: a message that ends with `N` is answered with N words, one in 20 ms.
"""

import sys
import time

import openai

url, session, token, other = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
stranger = openai.OpenAI(base_url=url, api_key=other, max_retries=0)


def words(count):
    return "".join(f"w{n} " for n in range(count))


def fails(kind, work):
    try:
        work()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


# Models.
assert [model.id for model in client.models.list()] == ["assistant", "assistant-stateless"]
assert client.models.retrieve("assistant").owned_by == "sessiond"
fails(openai.NotFoundError, lambda: client.models.retrieve("gpt-4"))

# Chat completions: the server has the conversation; what the client sends of it finds the place.
first = {"role": "user", "content": "words 2"}
answer = client.chat.completions.create(model="assistant", messages=[first])
[choice] = answer.choices
assert (choice.message.content, choice.finish_reason) == (words(2), "stop"), answer
assert answer.usage.total_tokens == 5, answer
history = [first, {"role": "assistant", "content": choice.message.content}]
pieces = list(
    client.chat.completions.create(
        model="assistant",
        messages=[{"role": "system", "content": "Be brief."}, *history, {"role": "user", "content": "words 3"}],
        stream=True,
        stream_options={"include_usage": True},
    )
)
texts = [piece.choices[0].delta.content or "" for piece in pieces if piece.choices]
assert "".join(texts) == words(3) and len(texts) > 2, texts
assert pieces[-1].usage.completion_tokens == 3, pieces[-1]
assert pieces[-2].choices[0].finish_reason == "stop", pieces[-2]
with client.chat.completions.stream(
    model="assistant", messages=[*history, {"role": "user", "content": "another 1"}]
) as events:
    assert events.get_final_completion().choices[0].message.content == words(1)
for wrong in [{"n": 2}, {"presence_penalty": 0.5}, {"temperature": 3}, {"tools": [{"type": "function", "function": {"name": "f"}}]}]:
    error = fails(
        openai.BadRequestError,
        lambda wrong=wrong: client.chat.completions.create(**{"model": "assistant", "messages": [first]} | wrong),
    )
    assert error.param == next(iter(wrong)) and error.type == "invalid_request_error", error
error = fails(openai.BadRequestError, lambda: client.chat.completions.create(model="gpt-4", messages=[first]))
assert error.param == "model", error
fails(openai.BadRequestError, lambda: client.chat.completions.create(model="assistant", messages=[]))

# A request sets its own answer.
for most in [{"max_tokens": 2}, {"max_completion_tokens": 2}]:
    answer = client.chat.completions.create(
        model="assistant",
        messages=[{"role": "user", "content": "limited 9"}],
        temperature=0.2,
        top_p=0.9,
        seed=7,
        stop="END",
        **most,
    )
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == (words(2), "length"), answer
short = client.responses.create(model="assistant", input="limited 9", max_output_tokens=3, temperature=0.2)
assert (short.status, short.output_text, short.max_output_tokens) == ("incomplete", words(3), 3), short
assert (short.incomplete_details.reason, short.temperature, short.top_p) == ("max_output_tokens", 0.2, None), short

# The stateless model has no conversation: the client sends everything, and calls the tools.
everything = [
    {"role": "system", "content": "Be brief."},
    first,
    {"role": "assistant", "content": words(2)},
    {"role": "user", "content": "words 3"},
]
answer = client.chat.completions.create(model="assistant-stateless", messages=everything)
assert (answer.choices[0].message.content, answer.usage.completion_tokens) == (words(3), 3), answer
pieces = list(
    client.chat.completions.create(
        model="assistant-stateless", messages=everything, stream=True, stream_options={"include_usage": True}
    )
)
assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) == words(3), pieces
assert pieces[-1].usage.total_tokens == 6 and pieces[-2].choices[0].finish_reason == "stop", pieces
tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
asks = {"role": "user", "content": "call"}
with client.chat.completions.stream(model="assistant-stateless", messages=[asks], tools=[tool]) as events:
    called = events.get_final_completion().choices[0]
[call] = called.message.tool_calls
assert (called.finish_reason, call.function.name, call.id) == ("tool_calls", "weather", "call_1"), called
result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
answer = client.chat.completions.create(
    model="assistant-stateless", messages=[asks, called.message, result, {"role": "user", "content": "words 1"}], tools=[tool]
)
assert answer.choices[0].message.content == words(1), answer
error = fails(
    openai.BadRequestError,
    lambda: client.chat.completions.create(model="assistant-stateless", messages=[{"role": "user", "content": "long"}]),
)
assert (error.code, error.param) == ("context_length_exceeded", "messages"), error
error = fails(openai.BadRequestError, lambda: client.responses.create(model="assistant-stateless", input="words 1"))
assert error.param == "model", error

# Responses: a response is a turn.
one = client.responses.create(model="assistant", input="words 2")
assert (one.status, one.output_text) == ("completed", words(2)), one
assert one.usage.total_tokens == 5 and one.previous_response_id is None, one
assert one.conversation.id == f"conv_{session}", one
two = client.responses.create(model="assistant", input="words 3", previous_response_id=one.id, instructions="Be brief.")
assert (two.output_text, two.previous_response_id, two.instructions) == (words(3), one.id, "Be brief."), two
assert client.responses.retrieve(two.id).output == two.output
with client.responses.stream(model="assistant", input="words 3", conversation=f"conv_{session}") as stream:
    kinds = [event.type for event in stream]
    final = stream.get_final_response()
assert final.output_text == words(3) and final.previous_response_id == two.id, final
assert kinds[:4] == [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
], kinds
assert kinds[-1] == "response.completed" and kinds.count("response.output_text.delta") > 1, kinds

# A response in the background is followed from any event on, to the same text.
running = client.responses.create(model="assistant", input="words 20", background=True)
assert running.status in ("queued", "in_progress"), running
events, cut = [], 8
for event in client.responses.retrieve(running.id, stream=True):
    events.append(event)
    if len(events) == cut:
        break
numbers = [event.sequence_number for event in events]
assert numbers == sorted(set(numbers)), numbers
for after in [None, 0, numbers[3], numbers[-1]]:
    rest = list(client.responses.retrieve(running.id, stream=True, starting_after=after or openai.omit))
    begun = [event for event in events if after and event.sequence_number <= after]
    deltas = [event.delta for event in [*begun, *rest] if event.type == "response.output_text.delta"]
    assert "".join(deltas) == words(20), (after, deltas)
    assert rest[-1].type == "response.completed" and rest[-1].response.output_text == words(20), rest[-1]
    assert not after or rest[0].sequence_number > after, (after, rest[0])

# Cancel.
running = client.responses.create(model="assistant", input="words 500", background=True)
while not client.responses.retrieve(running.id).output_text:
    time.sleep(0.02)
cancelled = client.responses.cancel(running.id)
assert cancelled.status == "cancelled" and cancelled.output_text.startswith("w0 "), cancelled
assert client.responses.cancel(running.id).output_text == cancelled.output_text
for wrong in [{"store": False}, {"max_output_tokens": 0}, {"truncation": "auto"}]:
    error = fails(
        openai.BadRequestError,
        lambda wrong=wrong: client.responses.create(**{"model": "assistant", "input": "words 1"} | wrong),
    )
    assert error.param == next(iter(wrong)), error

# Conversations.
assert client.conversations.retrieve(f"conv_{session}").id == f"conv_{session}"
items = client.conversations.items.list(f"conv_{session}", limit=3)
assert [item.role for item in items.data] == ["assistant", "user", "assistant"][: len(items.data)], items
assert [item.id for item in items][:3] == [item.id for item in items.data]
everything = list(client.conversations.items.list(f"conv_{session}", order="asc", limit=1))
assert len(everything) == len(set(item.id for item in everything)) >= 2, everything

# Another's conversations and responses are not there.
for work in [
    lambda: stranger.responses.retrieve(one.id),
    lambda: stranger.responses.cancel(one.id),
    lambda: stranger.responses.create(model="assistant", input="words 1", previous_response_id=one.id),
    lambda: stranger.responses.create(model="assistant", input="words 1", conversation=f"conv_{session}"),
    lambda: stranger.conversations.retrieve(f"conv_{session}"),
    lambda: stranger.conversations.items.list(f"conv_{session}"),
    lambda: stranger.conversations.delete(f"conv_{session}"),
    lambda: stranger.responses.retrieve("resp_nonsense"),
]:
    fails(openai.NotFoundError, work)
error = fails(openai.AuthenticationError, openai.OpenAI(base_url=url, api_key=token + "0", max_retries=0).models.list)
assert error.code == "invalid_api_key" and token not in str(error), error
fails(openai.PermissionDeniedError, client.conversations.create)

# Files belong to the session of the key.
contract = b"# Contract\n\nThe notice period is thirty days.\n"
file = client.files.create(file=("contract.md", contract), purpose="user_data")
assert (file.filename, file.bytes, file.status) == ("contract.md", len(contract), "processed"), file
assert client.files.retrieve(file.id) == file
assert [listed.id for listed in client.files.list()] == [file.id]
assert client.files.content(file.id).read() == contract
fails(openai.NotFoundError, lambda: stranger.files.retrieve(file.id))
fails(openai.NotFoundError, lambda: stranger.files.content(file.id))
fails(openai.NotFoundError, lambda: stranger.files.delete(file.id))
error = fails(
    openai.BadRequestError, lambda: client.files.create(file=("x.png", b"\x89PNG\r\n\x1a\n"), purpose="user_data")
)
assert error.code == "file_unreadable", error
error = fails(openai.BadRequestError, lambda: client.files.create(file=("a.md", b"a"), purpose="fine-tune"))
assert error.param == "purpose", error
part = {"type": "input_file", "file_id": file.id}
response = client.responses.create(
    model="assistant", input=[{"role": "user", "content": [part, {"type": "input_text", "text": "cite 1"}]}]
)
[content] = response.output[0].content
[annotation] = content.annotations
assert (annotation.type, annotation.file_id, annotation.filename) == ("file_citation", file.id, "contract.md"), content
assert content.text[annotation.index] == "1", content
assert client.files.delete(file.id).deleted
fails(openai.NotFoundError, lambda: client.files.retrieve(file.id))

assert client.conversations.delete(f"conv_{session}").deleted
fails(openai.AuthenticationError, client.models.list)

print("came to its end")
