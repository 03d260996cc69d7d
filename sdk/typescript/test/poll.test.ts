// Agents where no WebSocket is to be had.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, mock, test } from 'node:test';
import { Agent, type AgentOptions, type Client, type Problem, TakenOver, type Transport } from 'sessiond';
import { Proxy } from './proxy.js';
import { deferred, TestServer, until } from './support.js';

describe('an agent without a WebSocket', () => {
  let server: TestServer;
  let client: Client;
  let proxy: Proxy;
  let count = 0;
  const running: Agent[] = [];

  before(async () => {
    server = await TestServer.start(['--ack-timeout', '2s']);
    client = server.client();
    proxy = await new Proxy(server.port).start();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((agent) => agent.stop({ grace: 0 })));
  });
  after(async () => {
    await proxy.stop();
    await server.stop();
  });

  function agent(options: Partial<AgentOptions> = {}): { it: Agent; lines: (Transport | 'lost')[]; problems: Problem[] } {
    count += 1;
    const it = new Agent({ url: proxy.url, agentId: `test://poller-${count}`, ...options });
    const lines: (Transport | 'lost')[] = [];
    const problems: Problem[] = [];
    it.on('connected', ({ transport }) => void lines.push(transport));
    it.on('disconnected', () => void lines.push('lost'));
    it.on('problem', (problem) => void problems.push(problem as Problem));
    running.push(it);
    return { it, lines, problems };
  }

  async function session(...agents: string[]): Promise<string> {
    const participants = agents.map((agent_id) => ({ agent_id, role: 'implementer' }));
    return (await client.sessions.create({ orchestrator: 'test://orchestrator', participants })).session_id;
  }

  async function ended(taskId: string) {
    await until(`the end of ${taskId}`, async () => !['pending', 'in_progress'].includes((await client.tasks.get(taskId)).status));
    return client.tasks.get(taskId);
  }

  for (const refusal of ['400 Bad Request', '503 Service Unavailable'] as const) {
    test(`polls behind a proxy that answers an upgrade with ${refusal}`, async () => {
      proxy.upgrades = refusal;
      const { it, lines, problems } = agent();
      it.onTask('double', ({ payload }) => 2 * (payload as number));
      await it.start();
      assert.equal(lines.at(-1), 'poll');
      assert.match(problems.map(({ message }) => message).join(), /no WebSocket can be had.*long polls/);
      const sessionId = await session(it.agentId);
      for (const number of [1, 2, 3]) {
        const { task_id } = await client.tasks.delegate(sessionId, { task_type: 'double', delegatee: it.agentId, payload: number });
        assert.equal((await ended(task_id)).result, 2 * number);
      }
      await until('the acknowledgements', async () => (await client.agents.get(it.agentId)).inbox_depth === 0);
      assert.ok(!lines.slice(lines.indexOf('poll')).includes('lost'), lines.join());
    });
  }

  test('never tries a WebSocket when it is told to poll, and never polls when it is told not to', async () => {
    proxy.upgrades = 'pass';
    const polling = agent({ transport: 'poll' });
    await polling.it.start();
    assert.deepEqual(polling.lines, ['poll']);
    proxy.upgrades = '400 Bad Request';
    const socket = agent({ transport: 'websocket' });
    const started = socket.it.start();
    await until('two refusals', () => socket.lines.length === 2);
    assert.deepEqual(socket.lines, ['lost', 'lost']);
    proxy.upgrades = 'pass';
    await started;
    assert.equal(socket.lines.at(-1), 'websocket');
  });

  test('acknowledges a request when its task was reported, not before', async () => {
    const { it } = agent({ transport: 'poll' });
    const finish = deferred();
    let runs = 0;
    it.onTask(async () => {
      runs += 1;
      await finish.promise;
      return 'done';
    });
    await it.start();
    const { task_id } = await client.tasks.delegate(await session(it.agentId), { task_type: 'slow', delegatee: it.agentId });
    await until('the work', async () => (await client.tasks.get(task_id)).status === 'in_progress');
    assert.equal((await client.agents.get(it.agentId)).inbox_depth, 1);
    assert.equal((await client.agents.get(it.agentId)).status, 'busy');
    finish.resolve();
    assert.equal((await ended(task_id)).result, 'done');
    await until('the acknowledgement', async () => (await client.agents.get(it.agentId)).inbox_depth === 0);
    assert.equal(runs, 1);
  });

  test('comes back after a crash of the server and a cut connection, and loses nothing', async () => {
    proxy.upgrades = '400 Bad Request';
    const { it, lines } = agent({ concurrency: 2, retries: 0 });
    it.onTask(({ payload }) => payload);
    await it.start();
    const sessionId = await session(it.agentId);
    const tasks: string[] = [];
    const delegate = async () => {
      const payload = tasks.length;
      tasks.push((await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: it.agentId, payload })).task_id);
    };
    await delegate();
    proxy.cut();
    await delegate();
    await server.kill();
    await until('the loss', () => lines.includes('lost'));
    await server.begin();
    await delegate();
    for (const [number, taskId] of tasks.entries()) {
      assert.equal((await ended(taskId)).result, number);
    }
    assert.equal(lines.at(-1), 'poll');
  });

  test('takes nothing more while it stops, acknowledges what ends, and leaves the rest to the next process', async () => {
    const first = agent({ agentId: 'test://leaving', transport: 'poll' });
    const begun = deferred();
    const finish = deferred();
    first.it.onTask(async () => {
      begun.resolve();
      await finish.promise;
      return 'first';
    });
    await first.it.start();
    const sessionId = await session('test://leaving');
    const one = await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: 'test://leaving' });
    await begun.promise;
    const stopped = first.it.stop();
    const two = await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: 'test://leaving' });
    finish.resolve();
    await stopped;
    await first.it.closed;
    assert.equal((await client.tasks.get(one.task_id)).result, 'first');
    assert.equal((await client.agents.get('test://leaving')).inbox_depth, 1);
    const { messages } = await client.messages.list({ recipient: 'test://leaving', state: 'queued' });
    // A server that has not noticed yet that the poll is over may have sent it there.
    assert.equal(messages.length, 1);
    assert.ok((messages[0]?.attempts ?? 2) <= 1, `${messages[0]?.attempts} attempts`);
    await agent({ agentId: 'test://leaving', transport: 'poll' }).it.onTask(() => 'second').start();
    assert.equal((await ended(two.task_id)).result, 'second');
  });

  test('tries the WebSocket again after a while, and is not away meanwhile', async () => {
    proxy.upgrades = '400 Bad Request';
    const { it, lines } = agent();
    it.onTask(() => 'done');
    await it.start();
    const sessionId = await session(it.agentId);
    const now = Date.now;
    mock.method(Date, 'now', () => now() + 121_000);
    try {
      // The end of a task wakes the poll, and the acknowledgement must not be lost in the change.
      const work = async () => ended((await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: it.agentId })).task_id);
      await work();
      proxy.upgrades = 'pass';
      mock.method(Date, 'now', () => now() + 242_000);
      await work();
      await until('the WebSocket', () => lines.at(-1) === 'websocket');
      await work();
      assert.deepEqual(lines, ['poll', 'websocket']);
      await until('the acknowledgements', async () => (await client.agents.get(it.agentId)).inbox_depth === 0);
    } finally {
      mock.restoreAll();
    }
  });

  test('is told that a newer WebSocket took over, when it had one itself before', async () => {
    proxy.upgrades = 'pass';
    const older = agent({ agentId: 'test://twin' });
    await older.it.start();
    proxy.upgrades = '400 Bad Request';
    proxy.cut();
    await until('the polls', () => older.lines.at(-1) === 'poll');
    const closed = assert.rejects(older.it.closed, TakenOver);
    await agent({ agentId: 'test://twin', url: server.url }).it.start();
    await closed;
  });

  test('that the server will not have is told why', async () => {
    await assert.rejects(agent({ agentId: 'nonsense', transport: 'poll' }).it.start(), { code: 'invalid_input' });
  });
});
