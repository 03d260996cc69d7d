// The bus and the manager, beyond the tutorial.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Agent, Client, CommunicationBus, type SessionEvent } from 'sessiond';
import { binary, freePort, TestServer, until } from './support.js';

describe('a bus', () => {
  let server: TestServer;
  let bus: CommunicationBus;

  before(async () => {
    server = await TestServer.start([], { SESSIOND_API_KEY: 'dev-key' });
    bus = new CommunicationBus({ host: '127.0.0.1', port: server.port, apiKey: 'dev-key', messageTimeout: 90_000 });
    await bus.start();
  });
  after(async () => {
    await bus.stop();
    await server.stop();
  });

  test('tells the events of a call before the call resolves', async () => {
    const { sessionManager } = bus;
    const told: SessionEvent[] = [];
    const names = ['session_created', 'participant_added', 'workflow_advanced', 'context_updated', 'session_completed'] as const;
    for (const name of names) {
      sessionManager.on(name, (event) => told.push(event));
    }
    const last = () => [told.at(-1)?.type, told.at(-1)?.sessionId];
    const id = await sessionManager.createSession('a://lead', [{ agent_id: 'a://one', role: 'implementer' }], [
      { name: 'first', required_agents: [] },
      { name: 'second', required_agents: [] },
    ]);
    assert.equal(told[0]?.type, 'session_created');
    await sessionManager.addParticipant(id, { agent_id: 'a://two', role: 'reviewer', framework: 'a', status: 'active' });
    assert.deepEqual(last(), ['participant_added', id]);
    assert.equal(told.at(-1)?.agentId, 'a://two');
    assert.equal(await sessionManager.advanceWorkflow(id), true);
    assert.deepEqual(last(), ['workflow_advanced', id]);
    assert.deepEqual(await sessionManager.getWorkflowProgress(id), { current: 'second', completed: ['first'], pending: [], progress: 50 });
    assert.equal(await sessionManager.completeSession(id, { summary: 'done' }), true);
    assert.deepEqual(last(), ['session_completed', id]);
    assert.equal(await sessionManager.terminateSession(id, 'too late'), false);
    const seqs = told.filter(({ sessionId }) => sessionId === id).map(({ seq }) => seq);
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
  });

  test('tells the events of a session that was created elsewhere, once it is used or followed', async () => {
    const { sessionManager, client } = bus;
    const told: string[] = [];
    sessionManager.on('session_terminated', ({ sessionId }) => told.push(sessionId));
    const [used, followed] = await Promise.all([client.sessions.create({}), client.sessions.create({})]);
    await sessionManager.terminateSession(used.session_id, { reason: 'timeout', details: 'Frontend agent offline' });
    assert.deepEqual(told, [used.session_id]);
    await sessionManager.follow(followed.session_id);
    await client.sessions.terminate(followed.session_id, { reason: 'x' });
    await until('the event', () => told.includes(followed.session_id));
  });

  test('delegates tasks, and tells how they go on', async () => {
    const { sessionManager } = bus;
    const told: string[] = [];
    bus.on('task_request_received', ({ taskId }) => told.push(`request ${taskId}`));
    bus.on('task_response_received', ({ taskId }) => told.push(`response ${taskId}`));
    const id = await sessionManager.createSession('a://lead', [{ agent_id: 'a://one', role: 'implementer' }]);
    const task = await sessionManager.delegateTask('a://lead', 'a://one', 'build', { part: 1 }, { sessionId: id, timeout: 45_000 });
    assert.equal((await sessionManager.getTaskDelegation(task))?.timeout, '45s');
    assert.deepEqual((await sessionManager.getTasksForAgent('a://one')).map(({ task_id }) => task_id), [task]);
    await sessionManager.updateTaskStatus(task, 'in_progress');
    await sessionManager.updateTaskStatus(task, 'completed', { ok: true });
    await until('the events', () => told.length === 2);
    assert.deepEqual(told, [`request ${task}`, `response ${task}`]);
    assert.equal(await sessionManager.getTaskDelegation('task_none'), null);
    assert.equal(await sessionManager.getSession('sess_none'), null);
    assert.equal(await sessionManager.removeParticipant(id, 'a://nobody'), false);
    assert.equal(await sessionManager.removeParticipant(id, 'a://one'), true);
    assert.ok((await sessionManager.getActiveSessions()).some(({ sessionId }) => sessionId === id));
  });

  test('registers agents, sends messages, and says how the server is doing', async () => {
    const failed: string[] = [];
    bus.on('message_failed', ({ message }) => failed.push(message.message_id));
    assert.equal(await bus.registerAgent({ agent_descriptor: { agent_id: 'a://mailbox' } }), 'a://mailbox');
    const message = {
      message_id: 'm-1',
      timestamp: new Date().toISOString(),
      sender: { agent_id: 'a://lead' },
      recipient: { agent_id: 'a://mailbox' },
      message_type: 'task_request' as const,
      payload: { task_type: 'x' },
    };
    assert.equal((await bus.sendMessage(message)).success, true);
    const { messages } = await bus.client.messages.list({ recipient: 'a://mailbox' });
    assert.equal(messages[0]?.message.routing?.timeout, '90s');
    await assert.rejects(bus.sendMessage({ ...message, message_id: 'm-2', recipient: { agent_id: 'a://nobody' } }), { code: 'agent_not_found' });
    assert.deepEqual(failed, ['m-2']);
    const metrics = await bus.getMetrics();
    assert.ok(metrics.total_messages >= 1 && metrics.registered_agents >= 1 && metrics.uptime > 0, JSON.stringify(metrics));
    assert.equal(metrics.error_rate, 0);
    assert.equal(await bus.unregisterAgent('a://mailbox'), true);
    assert.equal(await bus.unregisterAgent('a://mailbox'), false);
  });

  test('aggregates results', async () => {
    const sessionId = await bus.sessionManager.createSession('a://lead');
    const result = await bus.resultAggregator.aggregateResults({
      sessionId,
      taskType: 'review',
      agentResults: [
        { agent_id: 'a://one', result: { verdict: 'good' }, confidence: 0.9 },
        { agent_id: 'a://two', result: { verdict: 'good' }, confidence: 0.8 },
      ],
      synthesisMethod: 'consensus',
    });
    assert.deepEqual(result.unified_result, { verdict: 'good' });
  });

  test('tells which agents come', async () => {
    const watching = new CommunicationBus({ url: server.url, apiKey: 'dev-key', heartbeatInterval: 50 });
    const came: string[] = [];
    watching.on('agent_connected', ({ agent_id }) => came.push(agent_id));
    await watching.start();
    const agent = new Agent({ url: server.url, key: 'dev-key', agentId: 'a://present' });
    await agent.start();
    await until('the agent', () => came.includes('a://present'));
    await Promise.all([agent.stop(), watching.stop()]);
  });

  test('follows no more sessions at once than it may, and misses no event of the others', async () => {
    const small = new CommunicationBus({ url: server.url, apiKey: 'dev-key', maxConnections: 2 });
    await small.start();
    const told: string[] = [];
    small.sessionManager.on('session_completed', ({ sessionId }) => told.push(sessionId));
    const ids = await Promise.all(Array.from({ length: 5 }, () => small.sessionManager.createSession('a://lead')));
    await Promise.all(ids.map((id) => small.sessionManager.completeSession(id)));
    await until('all five', () => told.length === 5);
    assert.deepEqual([...told].sort(), [...ids].sort());
    await small.stop();
  });

  test('says plainly what it cannot do', async () => {
    assert.throws(() => new CommunicationBus().sessionManager, /not started/);
    const wrong = new CommunicationBus({ url: server.url, apiKey: 'another' });
    await assert.rejects(wrong.start(), { code: 'unauthenticated' });
    const nowhere = { host: '127.0.0.1', port: await freePort() };
    await assert.rejects(new CommunicationBus({ ...nowhere, autoStart: false }).start(), { code: 'unreachable' });
    await assert.rejects(new CommunicationBus({ ...nowhere, encryptionEnabled: true }).start(), { code: 'unreachable' });
    await assert.rejects(new CommunicationBus({ ...nowhere, binary: 'no-such-sessiond', persistenceEnabled: false }).start(), /not installed/);
    const open = new CommunicationBus({ host: '0.0.0.0', port: await freePort(), binary: binary(), persistenceEnabled: false });
    await assert.rejects(open.start(), /key/);
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await until('the port', () => other.listening);
    const { port } = other.address() as { port: number };
    await assert.rejects(new CommunicationBus({ host: '127.0.0.1', port }).start(), /is it|is .* a sessiond/);
    other.close();
  });

  test('keeps the data of a server that it starts, unless it is told not to', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sessiond-bus-'));
    const options = { host: '127.0.0.1', port: 0, binary: binary(), apiKey: 'k', dataDir, persistenceEnabled: false };
    const first = new CommunicationBus(options);
    await first.start();
    const id = await first.sessionManager.createSession('a://lead', [], [], { kept: true });
    await first.stop();
    const second = new CommunicationBus(options);
    await second.start();
    assert.deepEqual((await second.sessionManager.getSession(id))?.shared_context, { kept: true });
    await second.stop();
    await rm(dataDir, { recursive: true });
  });

  test('takes the server that it started with it when its process ends', async () => {
    const port = await freePort();
    const code = `import { CommunicationBus } from 'sessiond';
      const bus = new CommunicationBus({ host: '127.0.0.1', port: ${port}, persistenceEnabled: false });
      await bus.start();
      console.log(bus.url);
      process.exit(0);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { env: { ...process.env, SESSIOND_BIN: binary() } });
    const [output, status] = await new Promise<[string, number | null]>((resolve) => {
      let said = '';
      child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
      child.once('close', (exit) => resolve([said.trim(), exit]));
    });
    assert.deepEqual([output, status], [`http://127.0.0.1:${port}`, 0]);
    const client = new Client({ url: output, retries: 0 });
    await until('the server to end', async () => client.server.health().then(() => false, () => true));
    await assert.rejects(access('.sessiond'));
  });
});
