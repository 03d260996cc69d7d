"""The official openai client for Python with a server that permits one open turn: python limits.py URL TOKEN"""

import sys

import openai

url, token = sys.argv[1:]
impatient = openai.OpenAI(base_url=url, api_key=token, max_retries=0)
client = openai.OpenAI(base_url=url, api_key=token, max_retries=5)


def fails(work):
    try:
        work()
    except openai.RateLimitError as error:
        return error
    raise AssertionError("RateLimitError was expected")


running = client.responses.create(model="assistant", input="words 60", background=True)
message = [{"role": "user", "content": "words 1"}]
for work in [
    lambda: impatient.responses.create(model="assistant", input="words 1"),
    lambda: impatient.chat.completions.create(model="assistant", messages=message),
    lambda: impatient.chat.completions.create(model="assistant-stateless", messages=message, stream=True),
]:
    error = fails(work)
    assert (error.code, error.type) == ("rate_limited", "rate_limit_error"), error.body
    assert error.response.headers["retry-after"] == "1", error.response.headers
answer = client.chat.completions.create(model="assistant-stateless", messages=message)
assert answer.choices[0].message.content == "w0 ", answer
assert client.responses.retrieve(running.id).status == "completed"
print("came to its end")
