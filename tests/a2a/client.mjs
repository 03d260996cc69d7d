// A client of the official SDK for Node.js works with agents that know nothing of A2A; client.py says which.
//
// Arguments: the directory of the client, the server's URL, the file that shell://slow waits for.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [clients, url, gate] = process.argv.slice(2);
const require = createRequire(join(clients, 'package.json'));
const { Role, TaskState } = require('@a2a-js/sdk');
const { ClientFactory } = require('@a2a-js/sdk/client');

const at = (agent) => new ClientFactory().createFromUrl(`${url}/a2a/${encodeURIComponent(agent)}/`);

const message = (text, members = {}) => ({
  message: {
    messageId: randomUUID(),
    role: Role.ROLE_USER,
    parts: [{ content: { $case: 'text', value: text }, filename: '', mediaType: '' }],
    contextId: '',
    taskId: '',
    extensions: [],
    referenceTaskIds: [],
    ...members,
  },
});

const words = await at('shell://words');
const request = message('three small words');
const task = await words.sendMessage(request);
assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED, JSON.stringify(task));
assert.deepEqual(task.artifacts[0].parts[0].content, { $case: 'data', value: { words: 3 } });
assert.equal((await words.sendMessage(request)).id, task.id);
assert.deepEqual(await words.getTask({ id: task.id }), task);
await assert.rejects(words.getTask({ id: 'task_none' }), /no such task/);
await assert.rejects(words.cancelTask({ id: task.id }), /completed/);

const slow = await at('shell://slow');
const updates = [];
for await (const { payload } of slow.sendMessageStream(message('begin'))) {
  updates.push(payload.$case);
  const text = payload.value.status?.message?.parts[0]?.content.value;
  if (text === 'waiting') writeFileSync(gate, 'open');
  if (payload.$case === 'artifactUpdate') assert.equal(payload.value.artifact.parts[0].content.value, 'done');
}
assert.equal(updates[0], 'task');
assert.deepEqual(updates.slice(-2), ['artifactUpdate', 'statusUpdate']);

console.log('the client came to its end');
