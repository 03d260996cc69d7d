// The package in a page of a real browser.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { Event } from 'sessiond';
import { Proxy } from '../proxy.js';
import { TestServer, until } from '../support.js';
import { launch, open, skipped } from './chromium.js';

/** What a page of these tests tells of itself. */
interface Told {
  sessionId: string;
  /** The watch's events, in the order in which they came. */
  events: number[];
  /** When the watch's stream stood and when it was lost. */
  stream: boolean[];
  watched: boolean;
  lines: string[];
  problems: string[];
  started: number;
  finish: () => void;
}

declare global {
  // eslint-disable-next-line no-var -- a global of a page is one
  var told: Told;
}

/**
 * In the page: creates a session with a plan of two steps for an agent, works as that agent, and watches. The second
 * task ends when `finish` is called.
 */
async function begin(key: string | undefined): Promise<void> {
  const { Agent, Client } = await import('sessiond');
  const client = new Client({ key });
  const agent = new Agent({ key, agentId: 'web://page' });
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const told: Told = { sessionId: '', events: [], stream: [], watched: false, lines: [], problems: [], started: 0, finish };
  globalThis.told = told;
  agent.on('connected', ({ transport }) => void told.lines.push(transport));
  agent.on('disconnected', () => void told.lines.push('lost'));
  agent.on('problem', ({ message }) => void told.problems.push(message));
  agent.onTask('first', ({ payload }) => ({ from: location.origin, payload }));
  agent.onTask('second', async (task) => {
    told.started += 1;
    await finished;
    return task.inputs();
  });
  await agent.start();
  const task = (task_type: string) => ({ task_type, payload: { number: 7 }, timeout: '60s' });
  const { session_id } = await client.sessions.create({
    orchestrator: 'web://page',
    participants: [],
    workflow: [
      { name: 'one', required_agents: ['web://page'], task: task('first') },
      { name: 'two', required_agents: ['web://page'], dependencies: ['one'], task: task('second') },
    ],
  });
  told.sessionId = session_id;
  void (async () => {
    const onConnection = ({ connected }: { connected: boolean }) => void told.stream.push(connected);
    for await (const item of client.watch(session_id, { after: 0, onConnection })) {
      if (item.type !== 'event') {
        throw new Error(`a ${item.type} in a journal that is kept`);
      }
      told.events.push(item.event.seq);
      if (item.event.type === 'workflow_advanced' && item.event.data.workflow_completed) {
        await agent.stop();
        await client.sessions.complete(session_id, { summary: 'by a page' });
      }
    }
    told.watched = true;
  })();
}

const told = (page: Page) => page.evaluate(() => globalThis.told);

describe('a page in Chromium', { skip: skipped() }, () => {
  let browser: Browser;
  const stops: (() => Promise<void>)[] = [];

  before(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) {
      await stop();
    }
  });
  after(() => browser?.close());

  async function start(env: Record<string, string> = {}): Promise<TestServer> {
    const server = await TestServer.start([], env);
    stops.push(() => server.stop());
    return server;
  }

  async function visit(url: string): Promise<Page> {
    const { page, errors } = await open(browser, url);
    stops.push(async () => {
      await page.close();
      assert.deepEqual(errors, []);
    });
    return page;
  }

  /** Lets the page end its session, and compares what it saw with the journal. */
  async function ends(page: Page, client: ReturnType<TestServer['client']>): Promise<Told> {
    await page.evaluate(() => globalThis.told.finish());
    await until('the end of the watch', async () => (await told(page)).watched);
    const seen = await told(page);
    const journal: Event[] = [];
    for await (const event of client.events.all(seen.sessionId)) {
      journal.push(event);
    }
    assert.equal(journal.at(-1)?.type, 'session_completed');
    assert.deepEqual(seen.events, journal.map(({ seq }) => seq));
    const { tasks } = await client.tasks.listOf(seen.sessionId, { step: 'two' });
    assert.deepEqual(tasks[0]?.result, { one: { 'web://page': { from: new URL(page.url()).origin, payload: { number: 7 } } } });
    return seen;
  }

  test('creates, watches and works a session, and goes on when the server was killed and came back', async () => {
    const server = await start();
    const page = await visit(server.url);
    await page.evaluate(begin, undefined);
    await until('the second task', async () => (await told(page)).started === 1);
    await server.kill();
    await until('the loss', async () => {
      const { stream, lines } = await told(page);
      return stream.at(-1) === false && lines.includes('lost');
    });
    await server.begin();
    await until('the reconnection', async () => {
      const { stream, lines } = await told(page);
      return stream.at(-1) === true && lines.at(-1) !== 'lost';
    }, 15_000);
    const { lines, started } = await ends(page, server.client());
    assert.equal(lines[0], 'websocket');
    assert.equal(started, 1);
  });

  test('shows its key as a subprotocol of the WebSocket', async () => {
    const key = 'dev-key_1.2~3';
    const server = await start({ SESSIOND_API_KEY: key });
    const page = await visit(server.url);
    await page.evaluate(begin, key);
    assert.deepEqual((await ends(page, server.client(key))).lines, ['websocket']);
    await assert.rejects(page.evaluate(begin, 'another'), /unauthenticated/);
  });

  test('polls when its key cannot travel as a subprotocol', async () => {
    const key = 'dev/key=1';
    const server = await start({ SESSIOND_API_KEY: key });
    const page = await visit(server.url);
    await page.evaluate(begin, key);
    const { lines, problems } = await ends(page, server.client(key));
    assert.deepEqual(lines, ['poll']);
    assert.match(problems.join(), /a browser can hand on only keys/);
  });

  test('polls behind a proxy that lets no WebSocket through', async () => {
    const server = await start();
    const proxy = await new Proxy(server.port).start();
    stops.push(() => proxy.stop());
    proxy.upgrades = '400 Bad Request';
    const page = await visit(proxy.url);
    await page.evaluate(begin, undefined);
    assert.equal((await ends(page, server.client())).lines.at(-1), 'poll');
  });
});
