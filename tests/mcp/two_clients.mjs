// Two clients of the official TypeScript SDK finish a session together: one of its second line, which speaks the newest
// revision of the protocol, over HTTP, and one of its first, which begins with a handshake, on the standard input and output
// of `sessiond mcp`. Arguments: the folder that has both, the server's URL, the program, an empty directory.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, url, program, directory] = process.argv.slice(2);
const packages = createRequire(pathToFileURL(`${folder}/package.json`));
const second = packages("@modelcontextprotocol/client");
const first = {
  ...packages("@modelcontextprotocol/sdk/client/index.js"),
  ...packages("@modelcontextprotocol/sdk/client/stdio.js"),
  ...packages("@modelcontextprotocol/sdk/client/streamableHttp.js"),
  ...packages("@modelcontextprotocol/sdk/types.js"),
};

const LEAD = "claude-code://lead";
const WORKER = "opencode://backend";

async function connect(client, transport) {
  let version;
  // Each transport is told what was agreed on; a client of the first line does not say it itself.
  const told = transport.setProtocolVersion?.bind(transport);
  transport.setProtocolVersion = (agreed) => {
    version = agreed;
    told?.(agreed);
  };
  await client.connect(transport);
  return { client, version };
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

const info = { name: "test", version: "1.0.0" };
const requestInit = { headers: { "x-agent-id": LEAD } };
const address = new URL(`${url}/mcp`);
const lead = new second.Client(info, { versionNegotiation: { mode: "auto" } });
await lead.connect(new second.StreamableHTTPClientTransport(address, { requestInit }));
assert.equal(lead.getNegotiatedProtocolVersion(), "2026-07-28");
const { client: worker, version } = await connect(
  new first.Client(info),
  new first.StdioClientTransport({ command: program, args: ["mcp", "--url", url, "--agent", WORKER], cwd: directory }),
);
assert.equal(version, first.LATEST_PROTOCOL_VERSION);

// Both lines begin with a handshake over HTTP too, unless they are told to look for something newer.
for (const [sdk, agreed] of [[second, "2025-11-25"], [first, first.LATEST_PROTOCOL_VERSION]]) {
  const other = await connect(new sdk.Client(info), new sdk.StreamableHTTPClientTransport(address, { requestInit }));
  assert.equal(other.version, agreed);
  await call(other.client, "list_sessions");
  await other.client.close();
}

const names = (await lead.listTools()).tools.map((tool) => tool.name);
// With the list a client has the schemas too, and holds each answer against them from here on.
assert.deepEqual(names, (await worker.listTools()).tools.map((tool) => tool.name));
assert.match(lead.getInstructions(), new RegExp(`You are ${LEAD}`));

const session_id = "sess_typescript";
await call(lead, "create_session", {
  session_id,
  orchestrator: LEAD,
  participants: [{ agent_id: WORKER, role: "implementer" }],
  steps: [{ name: "build", required_agents: [WORKER], task: { task_type: "build", payload: { what: "it" } } }],
});
await call(lead, "join_session", { session_id });
await call(worker, "join_session", { session_id });
const { messages } = await call(worker, "wait_for_work", { timeout_seconds: 20 });
const task = await call(worker, "claim_task", { task_id: messages[0].metadata.task_id });
assert.equal(task.payload.what, "it");
const before = await call(lead, "read_context", { session_id });
const [woken] = await Promise.all([
  call(lead, "wait_for_work", { session_id, after: before.revision, timeout_seconds: 20 }),
  call(worker, "complete_task", { task_id: task.task_id, result: { files: 1 } }),
]);
assert.ok(woken.events.some((event) => event.type === "task_updated"), JSON.stringify(woken));
assert.equal((await call(lead, "complete_session", { session_id, summary: "done" })).status, "completed");
const state = await lead.readResource({ uri: `sessiond://sessions/${session_id}` });
assert.equal(JSON.parse(state.contents[0].text).outcome.summary, "done");
const wrong = await worker.callTool({ name: "claim_task", arguments: { task_id: task.task_id } });
assert.ok(wrong.isError && wrong.content[0].text.startsWith("session_ended"), JSON.stringify(wrong));
await Promise.all([lead.close(), worker.close()]);
console.log("came to its end");
