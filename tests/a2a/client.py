"""A client of the official Python SDK works with agents that know nothing of A2A.

The caller has started `sessiond agent run` as shell://words, which counts the words of a text, and as shell://slow, which
reports progress and then waits for a file. Arguments: the server's URL, the file that shell://slow waits for.
"""

import asyncio
import sys
import uuid
from pathlib import Path
from urllib.parse import quote

import httpx
from a2a.client import A2ACardResolver, ClientConfig, create_client
from a2a.types import (
    CancelTaskRequest,
    GetTaskRequest,
    ListTasksRequest,
    Message,
    Part,
    Role,
    SendMessageRequest,
    SubscribeToTaskRequest,
    TaskState,
)
from a2a.utils.errors import (
    InvalidParamsError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)
from google.protobuf.json_format import MessageToDict

URL, GATE = sys.argv[1], Path(sys.argv[2])
S = TaskState


def at(agent):
    return f"{URL}/a2a/{quote(agent, safe='')}"


def message(text, **members):
    parts = [Part(text=text)]
    return SendMessageRequest(message=Message(message_id=uuid.uuid4().hex, role=Role.ROLE_USER, parts=parts, **members))


def text(parts):
    return " ".join(part.text for part in parts if part.HasField("text"))


async def client(agent, **config):
    return await create_client(at(agent), ClientConfig(httpx_client=httpx.AsyncClient(timeout=60), **config))


async def only(stream):
    (answer,) = [answer async for answer in stream]
    return answer.task


async def fails(error, call):
    try:
        await call
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


async def cards():
    async with httpx.AsyncClient() as http:
        for base in (at("shell://words"), at("shell://words") + "/"):
            card = await A2ACardResolver(http, base).get_agent_card()
            assert card.name == "shell://words", card
            assert card.supported_interfaces[0].url == at("shell://words"), card
            assert card.capabilities.streaming and not card.capabilities.push_notifications
            assert card.skills, card


async def one_message():
    """A message that waits for its result, and another one in the same context."""
    words = await client("shell://words", streaming=False)
    request = message("three small words")
    task = await only(words.send_message(request))
    assert task.status.state == S.TASK_STATE_COMPLETED, task
    (artifact,) = task.artifacts
    assert MessageToDict(artifact.parts[0].data) == {"words": 3.0}, artifact
    assert [text(said.parts) for said in task.history] == ["three small words"], task
    # The same message again is the same task.
    again = await only(words.send_message(request))
    assert again == task, again
    read = await words.get_task(GetTaskRequest(id=task.id, history_length=0))
    assert read.status == task.status and not read.history, read
    # A second task of the same conversation.
    second = await only(words.send_message(message("two words", context_id=task.context_id)))
    assert second.context_id == task.context_id and second.id != task.id
    await fails(UnsupportedOperationError, only(words.send_message(message("more", task_id=task.id))))
    listed = await words.list_tasks(ListTasksRequest(context_id=task.context_id, page_size=1, include_artifacts=True))
    assert [listed.tasks[0].id, listed.total_size] == [second.id, 2] and listed.next_page_token, listed
    assert listed.tasks[0].artifacts == second.artifacts, listed
    rest = await words.list_tasks(ListTasksRequest(context_id=task.context_id, page_token=listed.next_page_token))
    assert [listed.id for listed in rest.tasks] == [task.id] and not rest.next_page_token, rest
    await fails(TaskNotFoundError, words.get_task(GetTaskRequest(id="task_none")))
    # A context whose id the client has chosen, as many clients do.
    chosen = uuid.uuid4().hex
    third = await only(words.send_message(message("one", context_id=chosen)))
    assert third.context_id == chosen, third
    await fails(InvalidParamsError, only(words.send_message(message("x", context_id="not an id"))))
    await fails(TaskNotCancelableError, words.cancel_task(CancelTaskRequest(id=task.id)))
    slow = await client("shell://slow")
    await fails(TaskNotFoundError, slow.get_task(GetTaskRequest(id=task.id)))


async def streams():
    """Two clients follow one task; each sees it working and then one end."""
    slow = await client("shell://slow")
    stream = slow.send_message(message("begin"))
    first = (await anext(stream)).task
    assert first.id and first.status.state in (S.TASK_STATE_SUBMITTED, S.TASK_STATE_WORKING), first
    other = slow.subscribe(SubscribeToTaskRequest(id=first.id))
    assert (await anext(other)).task.id == first.id
    working = []
    async for update in stream:
        assert update.HasField("status_update"), update
        working.append(text(update.status_update.status.message.parts))
        if working[-1] == "waiting":
            break
    GATE.write_text("open")
    for rest in (stream, other):
        rest = [update async for update in rest]
        kinds = [update.WhichOneof("payload") for update in rest]
        states = [update.status_update.status.state for update in rest if update.HasField("status_update")]
        assert states[-1] == S.TASK_STATE_COMPLETED and states.count(S.TASK_STATE_COMPLETED) == 1, rest
        assert kinds[-2:] == ["artifact_update", "status_update"] and kinds.count("artifact_update") == 1, kinds
        (part,) = [update.artifact_update.artifact.parts[0] for update in rest if update.HasField("artifact_update")]
        assert part.text == "done", rest
    await fails(UnsupportedOperationError, only(slow.subscribe(SubscribeToTaskRequest(id=first.id))))


async def of_version_0_3():
    """A client that speaks the version 0.3, as older ones do."""
    async with httpx.AsyncClient(timeout=60) as http:
        card = await A2ACardResolver(http, at("shell://words")).get_agent_card()
        old = [interface for interface in card.supported_interfaces if interface.protocol_version == "0.3"]
        del card.supported_interfaces[:]
        card.supported_interfaces.extend(old)
        words = await create_client(card, ClientConfig(httpx_client=http))
        assert type(words._transport).__name__ == "CompatJsonRpcTransport"
        updates = [update async for update in words.send_message(message("four words of text"))]
        assert updates[-1].status_update.status.state == S.TASK_STATE_COMPLETED, updates
        task = await words.get_task(GetTaskRequest(id=updates[0].task.id))
        assert MessageToDict(task.artifacts[0].parts[0].data) == {"words": 4.0}, task
        await fails(TaskNotFoundError, words.get_task(GetTaskRequest(id="task_none")))


async def cancelled():
    """A task that is cancelled while it waits for its agent."""
    slow = await client("shell://slow", streaming=False, polling=True)
    GATE.unlink()
    task = await only(slow.send_message(message("never")))
    assert task.status.state in (S.TASK_STATE_SUBMITTED, S.TASK_STATE_WORKING), task
    gone = await slow.cancel_task(CancelTaskRequest(id=task.id))
    assert gone.status.state == S.TASK_STATE_CANCELED, gone
    await fails(TaskNotCancelableError, slow.cancel_task(CancelTaskRequest(id=task.id)))


async def main():
    await cards()
    await one_message()
    await streams()
    await of_version_0_3()
    await cancelled()
    print("the client came to its end")


asyncio.run(asyncio.wait_for(main(), 100))
