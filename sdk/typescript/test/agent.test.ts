// Agents on a real server.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Agent, type AgentOptions, type Client, TakenOver, type TaskContext, TaskFailure, TaskStopped } from 'sessiond';
import { Proxy } from './proxy.js';
import { deferred, TestServer, until } from './support.js';

interface Work {
  double: { payload: { number: number }; result: { number: number } };
}

describe('an agent', () => {
  let server: TestServer;
  let client: Client;
  let count = 0;
  const running: Agent[] = [];
  const proxies: Proxy[] = [];

  before(async () => {
    // Short, so that what is not acknowledged comes again within a test.
    server = await TestServer.start(['--ack-timeout', '2s']);
    client = server.client();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((agent) => agent.stop({ grace: 0 })));
    await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
  });
  after(() => server.stop());

  function agent(options: Partial<AgentOptions> = {}): Agent {
    count += 1;
    const it = new Agent({ url: server.url, agentId: `test://agent-${count}`, ...options });
    running.push(it);
    return it;
  }

  async function session(...agents: string[]): Promise<string> {
    const participants = agents.map((agent_id) => ({ agent_id, role: 'implementer' }));
    const { session_id } = await client.sessions.create({ orchestrator: 'test://orchestrator', participants });
    return session_id;
  }

  async function ended(taskId: string) {
    await until(`the end of ${taskId}`, async () => !['pending', 'in_progress'].includes((await client.tasks.get(taskId)).status));
    return client.tasks.get(taskId);
  }

  test('works a plan with others: each gets what the steps before gave', async () => {
    const first = agent();
    const second = agent();
    first.onTask('design', () => ({ boxes: 3 }));
    second.onTask('build', async (task) => {
      await task.progress('begun');
      const inputs = await task.inputs();
      return { built: inputs['design']?.[first.agentId], context: (await task.session())?.shared_context };
    });
    await Promise.all([first.start(), second.start()]);
    const { session_id } = await client.sessions.create({
      participants: [first, second].map(({ agentId }) => ({ agent_id: agentId, role: 'implementer' })),
      workflow: [
        { name: 'design', required_agents: [first.agentId], task: { task_type: 'design', payload: {} } },
        { name: 'build', required_agents: [second.agentId], dependencies: ['design'], task: { task_type: 'build', payload: {} } },
      ],
      shared_context: { project: 'x' },
    });
    await until('the plan to be complete', async () => (await client.sessions.get(session_id)).workflow?.completed_steps.length === 2);
    const { tasks } = await client.tasks.listOf(session_id, { step: 'build' });
    assert.deepEqual(tasks[0]?.result, { built: { boxes: 3 }, context: { project: 'x' } });
    assert.equal(tasks[0]?.progress, 'begun');
    await until('the inboxes to be empty', async () => (await client.agents.get(second.agentId)).inbox_depth === 0);
  });

  test('has typed handlers', async () => {
    const it = new Agent<Work>({ url: server.url, agentId: 'test://typed' });
    it.onTask('double', ({ payload }) => ({ number: 2 * payload.number }));
    await it.start();
    const sessionId = await session('test://typed');
    const { task_id } = await client.tasks.delegate(sessionId, { task_type: 'double', delegatee: 'test://typed', payload: { number: 21 } });
    assert.deepEqual((await ended(task_id)).result, { number: 42 });
    await it.stop();
  });

  test('reports what a handler throws, and tasks that it has no handler for', async () => {
    const it = agent().onTask('known', () => {
      throw new TaskFailure('no_disk', 'the disk is gone', { disk: 'sda' });
    });
    it.onTask('broken', () => Promise.reject(new TypeError('oh')));
    await it.start();
    const sessionId = await session(it.agentId);
    const errors = [];
    for (const task_type of ['known', 'broken', 'strange']) {
      const { task_id } = await client.tasks.delegate(sessionId, { task_type, delegatee: it.agentId });
      const { status, error } = await ended(task_id);
      assert.equal(status, 'failed');
      errors.push(error);
    }
    assert.deepEqual(errors[0], { code: 'no_disk', detail: 'the disk is gone', disk: 'sda' });
    assert.deepEqual(errors[1], { code: 'failed', detail: 'oh' });
    assert.equal((errors[2] as { code: string }).code, 'no_handler');
  });

  test('acknowledges a request when its task was reported, not before', async () => {
    const it = agent();
    const finish = deferred();
    let runs = 0;
    it.onTask(async () => {
      runs += 1;
      await finish.promise;
      return 'done';
    });
    await it.start();
    const sessionId = await session(it.agentId);
    const { task_id } = await client.tasks.delegate(sessionId, { task_type: 'slow', delegatee: it.agentId });
    await until('the work', async () => (await client.tasks.get(task_id)).status === 'in_progress');
    assert.equal((await client.agents.get(it.agentId)).inbox_depth, 1);
    finish.resolve();
    assert.equal((await ended(task_id)).result, 'done');
    await until('the acknowledgement', async () => (await client.agents.get(it.agentId)).inbox_depth === 0);
    assert.equal(runs, 1);
  });

  test('stops a handler whose task is cancelled', async () => {
    const it = agent();
    const started = deferred<TaskContext>();
    const reason = deferred<unknown>();
    it.onTask((task) => {
      started.resolve(task);
      return new Promise((_, reject) => {
        task.signal.addEventListener('abort', () => {
          reason.resolve(task.signal.reason);
          reject(task.signal.reason);
        });
      });
    });
    await it.start();
    const { task_id } = await client.tasks.delegate(await session(it.agentId), { task_type: 'long', delegatee: it.agentId });
    await started.promise;
    await client.tasks.cancel(task_id, { reason: 'changed our mind' });
    const stopped = await reason.promise;
    assert.ok(stopped instanceof TaskStopped && stopped.why === 'cancelled');
    assert.equal((await client.tasks.get(task_id)).status, 'cancelled');
    await until('the inbox to be empty', async () => (await client.agents.get(it.agentId)).inbox_depth === 0);
  });

  test('works on as many tasks at once as it may', async () => {
    const it = agent({ concurrency: 3 });
    const release = deferred();
    let now = 0;
    let most = 0;
    it.onTask(async () => {
      now += 1;
      most = Math.max(most, now);
      await release.promise;
      now -= 1;
    });
    await it.start();
    const sessionId = await session(it.agentId);
    const tasks = await Promise.all(
      Array.from({ length: 6 }, () => client.tasks.delegate(sessionId, { task_type: 'x', delegatee: it.agentId })),
    );
    await until('three tasks', () => now === 3);
    await until('the server to know', async () => (await client.agents.get(it.agentId)).status === 'busy');
    release.resolve();
    for (const { task_id } of tasks) {
      assert.equal((await ended(task_id)).status, 'completed');
    }
    assert.equal(most, 3);
  });

  test('comes back when connections are cut and when the server crashed, and loses nothing', async () => {
    const proxy = await new Proxy(server.port).start();
    proxies.push(proxy);
    const it = agent({ url: proxy.url, concurrency: 2 });
    let lost = 0;
    let connected = false;
    it.on('connected', () => (connected = true)).on('disconnected', () => {
      connected = false;
      lost += 1;
    });
    it.onTask(async ({ payload }) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return payload;
    });
    await it.start();
    const sessionId = await session(it.agentId);
    const tasks = [];
    for (let number = 0; number < 20; number += 1) {
      tasks.push(await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: it.agentId, payload: number }));
      if (number % 5 === 4) {
        await until('the connection', () => connected);
        proxy.cut();
        await until('the loss', () => !connected);
      }
      if (number === 12) {
        await server.kill();
        await server.begin();
      }
    }
    for (const [number, { task_id }] of tasks.entries()) {
      const { status, result, attempt } = await ended(task_id);
      assert.deepEqual({ status, result, attempt }, { status: 'completed', result: number, attempt: 1 });
    }
    assert.ok(lost >= 4, `${lost} connections lost`);
  });

  test('ends when a newer connection takes over, and its unreported work goes there', async () => {
    const older = agent({ agentId: 'test://twin' });
    const newer = agent({ agentId: 'test://twin' });
    const begun = deferred();
    older.onTask(({ signal }) => {
      begun.resolve();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    newer.onTask(() => 'by the newer');
    await older.start();
    const { task_id } = await client.tasks.delegate(await session('test://twin'), { task_type: 'x', delegatee: 'test://twin' });
    await begun.promise;
    const closed = assert.rejects(older.closed, TakenOver);
    await newer.start();
    await closed;
    assert.equal((await ended(task_id)).result, 'by the newer');
  });

  test('stops gracefully: what runs may end, what waits is left to the next process', async () => {
    const first = agent({ agentId: 'test://leaving' });
    const begun = deferred();
    const finish = deferred();
    first.onTask(async () => {
      begun.resolve();
      await finish.promise;
      return 'first';
    });
    await first.start();
    const sessionId = await session('test://leaving');
    const one = await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: 'test://leaving' });
    const two = await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: 'test://leaving' });
    await begun.promise;
    const stopped = first.stop();
    finish.resolve();
    await stopped;
    await first.closed;
    assert.equal((await client.tasks.get(one.task_id)).result, 'first');
    assert.equal((await client.tasks.get(two.task_id)).status, 'pending');
    await agent({ agentId: 'test://leaving' }).onTask(() => 'second').start();
    assert.equal((await ended(two.task_id)).result, 'second');
  });

  test('asks, waits for the answer, and is given it again when it is started again', async () => {
    const begin = () =>
      agent({ agentId: 'test://asking' }).onTask('deploy', async (task) => {
        const region = await task.ask<string>({ text: 'Which region?', schema: { enum: ['eu', 'us'] } });
        const rollout = await task.ask<{ approved: boolean }>({ kind: 'approval', text: 'Roll out?' });
        return { region, rollout: rollout.approved };
      });
    const first = begin();
    await first.start();
    const sessionId = await session('test://asking');
    const { task_id } = await client.tasks.delegate(sessionId, { task_type: 'deploy', delegatee: 'test://asking' });
    const open = async () => (await client.questions.listOf(sessionId, { status: 'open' })).questions;
    await until('the first question', async () => (await open())[0]?.text === 'Which region?');
    assert.equal((await client.tasks.get(task_id)).input_required_since === undefined, false, 'its time is not counted');
    await client.questions.answer(sessionId, `${task_id}-1-1`, { answer: 'us' });
    await until('the second question', async () => (await open())[0]?.text === 'Roll out?');
    await first.stop({ grace: 0 });
    await begin().start();
    await client.questions.answer(sessionId, `${task_id}-1-2`, { answer: { approved: true } });
    assert.deepEqual((await ended(task_id)).result, { region: 'us', rollout: true });
    assert.equal((await client.questions.listOf(sessionId)).questions.length, 2, 'nothing is asked twice');
  });

  test('fails a task whose question nobody answers, or that may not be asked', async () => {
    const it = agent().onTask(async (task) => task.ask(task.payload as { text: string }));
    await it.start();
    const sessionId = await session(it.agentId);
    const ask = async (payload: object) => {
      const { task_id } = await client.tasks.delegate(sessionId, { task_type: 'x', delegatee: it.agentId, payload });
      return (await ended(task_id)).error as { code: string; detail: string };
    };
    assert.equal((await ask({ text: 'Now?', timeout: '50ms' })).code, 'question_expired');
    assert.equal((await ask({ text: 'Now?', timeout: '50ms', default: 7 }))?.code, undefined, 'the default is the answer');
    const rejected = await ask({ text: '' });
    assert.equal(rejected.code, 'question_rejected');
    assert.match(rejected.detail, /text/);
  });

  test('answers a request outside any session by a message, which the asker takes note of', async () => {
    const asker = agent();
    const answers: unknown[] = [];
    asker.onMessage('task_response', ({ payload, in_reply_to }) => void answers.push([payload, in_reply_to]));
    const it = agent().onTask('greet', ({ payload }) => `hello ${(payload as { name: string }).name}`);
    await Promise.all([asker.start(), it.start()]);
    await asker.send({
      message_id: 'ask-1',
      recipient: { agent_id: it.agentId },
      message_type: 'task_request',
      payload: { task_type: 'greet', name: 'Ada' },
    });
    await until('the answer', () => answers.length > 0);
    assert.deepEqual(answers, [[{ result: 'hello Ada' }, 'ask-1']]);
  });

  test('that the server will not have is told why', async () => {
    await assert.rejects(agent({ agentId: 'nonsense' }).start(), { code: 'invalid_input' });
  });
});
