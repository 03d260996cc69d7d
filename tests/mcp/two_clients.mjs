// Two clients of the official TypeScript SDK finish a session together: one over HTTP, the other on the standard input
// and output of `sessiond mcp`. Arguments: the folder that has the SDK, the server's URL, the program, an empty directory.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, url, program, directory] = process.argv.slice(2);
const sdk = createRequire(pathToFileURL(`${folder}/package.json`));
const { Client } = sdk("@modelcontextprotocol/sdk/client/index.js");
const { StdioClientTransport } = sdk("@modelcontextprotocol/sdk/client/stdio.js");
const { StreamableHTTPClientTransport } = sdk("@modelcontextprotocol/sdk/client/streamableHttp.js");

const LEAD = "claude-code://lead";
const WORKER = "opencode://backend";

async function connect(transport) {
  const client = new Client({ name: "test", version: "1.0.0" });
  await client.connect(transport);
  return client;
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

const requestInit = { headers: { "x-agent-id": LEAD } };
const lead = await connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit }));
const worker = await connect(
  new StdioClientTransport({ command: program, args: ["mcp", "--url", url, "--agent", WORKER], cwd: directory }),
);
const names = (await lead.listTools()).tools.map((tool) => tool.name);
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
console.log("finished together");
