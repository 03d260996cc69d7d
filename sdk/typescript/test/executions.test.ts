// The calls of an execution, written by a program in TypeScript.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, Problem, type RecordCalls } from 'sessiond';
import { TestServer } from './support.js';

describe('executions', () => {
  let server: TestServer;
  let client: Client;

  before(async () => {
    server = await TestServer.start();
    client = new Client({ url: server.url });
  });

  after(() => server.stop());

  test('calls are recorded once, and a failed execution is taken up again', async () => {
    const { session_id: id } = await client.sessions.create({ kind: 'execution' });
    const { writer } = await client.executions.begin(id, { process: 'host:1' });
    assert.equal(writer, 1);
    const batch: RecordCalls = {
      writer,
      batch: 1,
      calls: [
        { call: 1, node: 'main', position: 0, key: '9f', began_us: 1, input: { text: 'hi' } },
        { call: 2, parent: 1, node: 'ask', kind: 'model', position: 0, key: '0a', began_us: 2, status: 'completed', ended_us: 3, output: null },
      ],
    };
    const { revision } = await client.executions.record(id, batch);
    assert.deepEqual(await client.executions.record(id, batch), { revision });
    await assert.rejects(client.executions.record(id, { ...batch, batch: 3 }), isProblem('batch_gap'));

    const failed = await client.sessions.fail(id, { reason: 'no such file' });
    assert.deepEqual([failed.status, failed.outcome?.reason, failed.calls?.interrupted], ['failed', 'no such file', 1]);
    const { session, ...second } = await client.executions.begin(id, { process: 'host:2', keep: 2 });
    assert.deepEqual([second, session.status, session.outcome], [{ writer: 2 }, 'active', null]);
    await assert.rejects(client.executions.record(id, { ...batch, batch: 2 }), isProblem('writer_stale'));

    const events = (await client.events.list(id)).events.map(({ type, data }) => ({ type, data }));
    assert.deepEqual(events.slice(1), [
      { type: 'execution_began', data: { writer: 1, process: 'host:1' } },
      { type: 'calls_recorded', data: batch },
      { type: 'session_failed', data: { outcome: { reason: 'no such file' } } },
      { type: 'execution_began', data: { writer: 2, process: 'host:2', keep: 2 } },
    ]);
  });
});

function isProblem(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.code === code;
}
