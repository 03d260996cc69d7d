"""Two clients of the official Python SDK finish a session together with an agent on a WebSocket.

One speaks HTTP, the other starts `sessiond mcp` and speaks to it on standard input and output. The agent, which the
caller has started, answers tasks as tools://count. Arguments: the server's URL, the program, an empty directory.
"""

import asyncio
import json
import sys

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.subscriptions import SubscriptionLost
from mcp.types import LATEST_PROTOCOL_VERSION

URL, PROGRAM, DIRECTORY = sys.argv[1:]
SESSION = "sessiond://sessions/sess_mcp"
LEAD, WORKER, COUNT = "claude-code://lead", "codex://frontend", "tools://count"


async def call(client, name, /, **arguments):
    result = await client.call_tool(name, arguments)
    assert not result.is_error, (name, result.content)
    assert json.loads(result.content[0].text) == result.structured_content, name
    return result.structured_content


def stdio(*arguments):
    return StdioServerParameters(command=PROGRAM, args=["mcp", *arguments], cwd=DIRECTORY)


async def work(client):
    """What a coding agent does: wait, claim, do, report, until nothing is left."""
    done = []
    while True:
        work = await call(client, "wait_for_work", session_id="sess_mcp", timeout_seconds=20)
        for message in work["messages"]:
            if message["message_type"] != "task_request":
                await call(client, "acknowledge", message_ids=[message["message_id"]])
                continue
            task = await call(client, "claim_task", task_id=message["metadata"]["task_id"])
            await call(client, "progress_task", task_id=task["task_id"], progress="half done")
            await call(client, "add_note", session_id="sess_mcp", title="page", text="built", artifacts=["page.html"])
            await call(client, "complete_task", task_id=task["task_id"], attempt=task["attempt"],
                       result={"files": 2, "for": task["payload"]["what"]})
            done.append(task["task_type"])
        if work["status"] != "active":
            return done


async def changes(client):
    """How often a client is told that the session has changed, until it ends."""
    count = 0
    while True:
        try:
            async with client.listen(resource_subscriptions=[SESSION, "file:///nothing"]) as subscription:
                assert subscription.honored.resource_subscriptions == [SESSION], subscription.honored
                async for change in subscription:
                    assert change.uri == SESSION, change
                    count += 1
                return count
        except SubscriptionLost:
            # The session is not created yet.
            await asyncio.sleep(0.1)


async def lead(client):
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert {"create_session", "wait_for_work", "complete_task", "patch_context"} <= tools, tools
    assert "wait_for_work" in client.instructions
    task = {"task_type": "implement", "payload": {"what": "a page"}, "timeout": "60s"}
    await call(client, "create_session", session_id="sess_mcp", orchestrator=LEAD,
               participants=[{"agent_id": WORKER, "role": "implementer"}, {"agent_id": COUNT, "role": "tool"}],
               steps=[{"name": "design", "required_agents": [LEAD]},
                      {"name": "build", "required_agents": [WORKER, COUNT], "task": task},
                      {"name": "review", "required_agents": [WORKER]}],
               shared_context={"branch": "main"})
    await call(client, "join_session", session_id="sess_mcp", agent_id=LEAD)
    await call(client, "patch_context", session_id="sess_mcp", patch={"design": "one page"}, agent_id=LEAD)
    plan = await call(client, "read_plan", session_id="sess_mcp")
    assert plan["plan"]["current_step"] == "design", plan
    yield
    await call(client, "end_step", session_id="sess_mcp", step="design", agent_id=LEAD)
    seen = plan["revision"]
    while (plan := await call(client, "read_plan", session_id="sess_mcp"))["plan"]["current_step"] != "review":
        seen = (await call(client, "wait_for_work", session_id="sess_mcp", after=seen, timeout_seconds=20))["revision"]
    asked = await call(client, "delegate_task", session_id="sess_mcp", delegatee=WORKER, task_type="review",
                       payload={"what": "the count"}, agent_id=LEAD)
    while True:
        work = await call(client, "wait_for_work", agent_id=LEAD, timeout_seconds=20)
        if any(message["metadata"].get("task_id") == asked["task_id"] for message in work["messages"]):
            break
    context = await call(client, "read_context", session_id="sess_mcp")
    assert context["context"]["notes"]["page"]["by"] == WORKER, context
    session = await call(client, "get_session", session_id="sess_mcp")
    results = {task["assignee"]: task["result"] for task in session["tasks"] if task["task_type"] == "implement"}
    assert results == {WORKER: {"files": 2, "for": "a page"}, COUNT: {"count": 7}}, results
    ended = await call(client, "complete_session", session_id="sess_mcp", summary="done together", agent_id=LEAD)
    assert ended["status"] == "completed", ended
    state = json.loads((await client.read_resource("sessiond://sessions/sess_mcp")).contents[0].text)
    journal = json.loads((await client.read_resource("sessiond://sessions/sess_mcp/events")).contents[0].text)
    assert state["outcome"]["summary"] == "done together"
    assert [event["seq"] for event in journal["events"]] == list(range(1, state["revision"] + 1))
    templates = (await client.list_resource_templates()).resource_templates
    assert len(templates) == 2
    wrong = await client.call_tool("get_session", {"session_id": "nothing"})
    assert wrong.is_error and wrong.content[0].text.startswith("session_not_found"), wrong


async def together():
    async with Client(f"{URL}/mcp") as http, Client(stdio("--url", URL, "--agent", WORKER)) as piped:
        assert http.protocol_version == piped.protocol_version == LATEST_PROTOCOL_VERSION, http.protocol_version
        leading = lead(http)
        listening = asyncio.create_task(changes(piped))
        await anext(leading)
        await call(piped, "join_session", session_id="sess_mcp")
        worked = asyncio.create_task(work(piped))
        await anext(leading, None)
        assert await worked == ["implement", "review"]
        # Changes that come close together are told as one, so how many there are depends on the machine.
        assert await listening >= 1


async def with_a_handshake():
    """Clients of today begin with `initialize`; over HTTP, and in a directory with no server at all."""
    async with Client(f"{URL}/mcp", mode="legacy") as client:
        assert client.protocol_version == "2025-11-25", client.protocol_version
        listed = await call(client, "list_sessions", q="sess_mcp")
        assert listed["sessions"][0]["status"] == "completed", listed
    async with Client(stdio("--dir", "own", "--agent", LEAD), mode="legacy") as client:
        assert LEAD in client.instructions
        await call(client, "create_session", session_id="local", orchestrator=LEAD)
        assert (await call(client, "join_session", session_id="local"))["you_are"] == LEAD
        assert len((await call(client, "list_sessions"))["sessions"]) == 1


async def main():
    async with asyncio.timeout(90):
        await together()
        await with_a_handshake()
    print("came to its end")


asyncio.run(main())
