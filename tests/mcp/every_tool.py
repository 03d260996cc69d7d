"""Calls every tool in a session with the official Python SDK, and holds each answer against what the tool says of itself.

An answer must be as its schema says, have no member that the schema does not name, and be the same as text. Arguments:
the server's URL.
"""

import asyncio
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker
from mcp import Client

URL = sys.argv[1]
LEAD, WORKER = "test://lead", "test://worker"


def unnamed(schema, value, place="answer"):
    """The members of an answer that its schema does not name."""
    for variant in schema.get("oneOf", []):
        if Draft202012Validator(variant).is_valid(value):
            schema = variant
    if isinstance(value, dict):
        members, more = schema.get("properties"), schema.get("additionalProperties")
        for name, member in value.items():
            within = f"{place}.{name}"
            if members is not None and name in members:
                yield from unnamed(members[name], member, within)
            elif isinstance(more, dict):
                yield from unnamed(more, member, within)
            elif members is not None:
                yield within
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from unnamed(schema["items"], item, f"{place}[]")


class Tools:
    def __init__(self, client, tools):
        self.client = client
        self.schemas = {tool.name: tool.output_schema for tool in tools}
        self.uncalled = set(self.schemas)
        for name, schema in self.schemas.items():
            assert schema["type"] == "object", name
            Draft202012Validator.check_schema(schema)

    async def __call__(self, name, /, **arguments):
        result = await self.client.call_tool(name, arguments)
        assert not result.is_error, (name, result.content)
        answer, schema = result.structured_content, self.schemas[name]
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer)
        assert not list(unnamed(schema, answer)), (name, list(unnamed(schema, answer)))
        assert json.loads(result.content[0].text) == answer, name
        self.uncalled.discard(name)
        return answer

    async def refused(self, name, code, /, **arguments):
        result = await self.client.call_tool(name, arguments)
        assert result.is_error and result.structured_content is None, (name, result)
        assert result.content[0].text.startswith(f"{code}: "), (name, result.content)
        assert result.meta["sessiond/problem"]["code"] == code, (name, result.meta)


async def session(call):
    lead, worker, at = {"agent_id": LEAD}, {"agent_id": WORKER}, {"session_id": "sess_tools"}
    task = {"task_type": "build", "payload": {"what": ["it"]}, "timeout": "60s", "max_retries": 1}
    await call("create_session", **at, name="all tools", orchestrator=LEAD, labels={"for": "a test"}, expires_in="24h",
               participants=[{"agent_id": WORKER, "role": "implementer"}], shared_context={"branch": "main"},
               steps=[{"name": "build", "description": "makes it", "required_agents": [WORKER], "task": task,
                       "on_failure": "continue"},
                      {"name": "review", "dependencies": ["build"]}])
    # One that has next to nothing, and a message outside any session.
    await call("create_session", session_id="sess_bare")
    await call("read_plan", session_id="sess_bare")
    await call("get_session", session_id="sess_bare")
    assert len((await call("list_sessions", limit=1))["sessions"]) == 1
    await call("list_sessions", label="for=a test")
    for who in (lead, worker):
        await call("join_session", **at, **who)
    await call("send_message", to=WORKER, payload=None, **lead)
    lease = await call("hold_lease", **at, ttl="10m", **worker)
    await call("hold_lease", **at, fence=lease["fence"], **worker)
    await call("get_session", **at)
    await call("release_lease", **at, fence=lease["fence"], **worker)

    request, note = (await call("wait_for_work", **at, after=0, **worker))["messages"]
    assert request["message_type"] == "task_request", request
    await call("acknowledge", message_ids=[note["message_id"]], **worker)
    await call("read_plan", **at)
    build = request["metadata"]["task_id"]
    await call("claim_task", task_id=build, attempt=1, **worker)
    await call("progress_task", task_id=build, progress={"percent": 50}, **worker)
    await call("fail_task", task_id=build, error={"why": "a bit"}, attempt=1, **worker)
    # The second attempt comes after the policy's delay.
    again = (await call("wait_for_work", timeout_seconds=20, **worker))["messages"][0]
    await call("claim_task", task_id=build, message_id=again["message_id"], **worker)
    await call("complete_task", task_id=build, result=["x.html", 3, None], attempt=2, **worker)

    asked = await call("delegate_task", **at, delegatee=LEAD, task_type="look", payload="please", priority="high",
                       fallback_agents=[WORKER], step="review", **worker)
    assert (await call("read_inbox", limit=5, **lead))["messages"][0]["metadata"]["task_id"] == asked["task_id"]
    await call("complete_task", task_id=asked["task_id"], **lead)
    told = (await call("read_inbox", **worker))["messages"]
    assert told[0]["message_type"] == "task_response", told
    await call("send_message", **at, to=LEAD, payload={"thanks": True}, in_reply_to=told[0]["message_id"], **worker)
    change = await call("patch_context", **at, patch={"done": [1, {"two": 2}]}, **worker)
    await call.refused("patch_context", "revision_stale", **at, patch={}, revision=change["revision"] - 1, **worker)
    await call("add_note", **at, title="finding", text="it works", artifacts=["x.html"], **worker)
    await call("read_context", **at)
    await call("read_context", **at, pointer="/done/1/two")
    idle = await call("wait_for_work", **at, timeout_seconds=0)
    assert idle["timed_out"] and idle["events"] == [], idle
    question = await call("ask_question", **at, text="May I?", approval=True, details={"what": "it"}, timeout="1h", **worker)
    region = await call("ask_question", **at, text="Where?", schema={"enum": ["eu", 1]}, **worker)
    assert len((await call("list_questions"))["questions"]) == 2
    assert len((await call("list_questions", **at, limit=1))["questions"]) == 1
    await call.refused("answer_question", "invalid_input", **at, question_id=region["question_id"], answer="us", **lead)
    await call("answer_question", **at, question_id=region["question_id"], answer="eu", **lead)
    yes = {"approved": True, "comment": "yes"}
    await call("answer_question", **at, question_id=question["question_id"], answer=yes, **lead)
    await call.refused("retry_work", "nothing_to_retry", **at, **lead)
    vain = await call("delegate_task", **at, delegatee=LEAD, task_type="look again", step="review", **worker)
    await call("fail_task", task_id=vain["task_id"], error="not seen", **lead)
    assert (await call("retry_work", **at, step="review", **lead))["status"] == "active"
    await call("complete_task", task_id=vain["task_id"], **lead)
    await call("end_step", **at, step="review", **lead)
    await call("get_session", **at)
    await call("complete_session", **at, summary="all of it", artifacts=["x.html"], **lead)
    await call("list_sessions", status="completed")
    await call("wait_for_work", **at, timeout_seconds=1)
    await call.refused("claim_task", "session_ended", task_id=build, **worker)
    await schedules(call)
    await call.refused("read_inbox", "invalid_input")
    assert not call.uncalled, call.uncalled


async def schedules(call):
    nightly = {"schedule_id": "nightly"}
    await call("create_schedule", **nightly, cron="0 3 * * *", time_zone="Europe/Berlin", overlap="allow", catch_up="6h",
               session={"name": "report", "orchestrator": LEAD, "labels": {"for": "a test"},
                        "steps": [{"name": "report", "required_agents": [LEAD]}]})
    await call.refused("create_schedule", "schedule_exists", **nightly, every="6h")
    await call.refused("create_schedule", "invalid_input", cron="often")
    assert (await call("pause_schedule", **nightly))["paused"] is True
    assert (await call("list_schedules", limit=5))["schedules"][0]["schedule_id"] == "nightly"
    assert (await call("pause_schedule", **nightly, paused=False))["paused"] is False
    made = await call("run_schedule", **nightly)
    assert made["session_id"].startswith("nightly_"), made
    listed = (await call("list_schedules"))["schedules"][0]
    assert listed["last"]["outcome"] == "created", listed
    await call("delete_schedule", **nightly)
    assert (await call("list_schedules"))["schedules"] == []
    await call.refused("run_schedule", "schedule_not_found", **nightly)


async def main():
    async with asyncio.timeout(60), Client(f"{URL}/mcp") as client:
        tools = (await client.list_tools()).tools
        reads = {tool.name for tool in tools if tool.annotations.read_only_hint}
        # Reading an inbox takes messages out of it.
        expected = {"list_sessions", "get_session", "read_plan", "read_context", "list_questions", "list_schedules"}
        assert reads == expected, reads
        await session(Tools(client, tools))
    print("came to its end")


asyncio.run(main())
