// Watching a session on a real server, whose connections break and which crashes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, Problem, type WatchItem } from 'sessiond';
import { Proxy } from './proxy.js';
import { deferred, TestServer, until } from './support.js';

describe('a watch', () => {
  let server: TestServer;
  let client: Client;
  const proxies: Proxy[] = [];

  before(async () => {
    server = await TestServer.start();
    client = server.client();
  });
  after(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await server.stop();
  });

  const seen = (items: WatchItem[]) => items.flatMap((item) => (item.type === 'event' ? [item.event.seq] : []));
  const numbers = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

  async function collect(watch: AsyncIterable<WatchItem>, into: WatchItem[] = []): Promise<WatchItem[]> {
    for await (const item of watch) {
      into.push(item);
    }
    return into;
  }

  test('from nowhere begins with a snapshot, goes on live, and ends with the session', async () => {
    const { session_id, revision } = await client.sessions.create({ shared_context: { a: 1 } });
    const items: WatchItem[] = [];
    const watching = collect(client.watch(session_id), items);
    await until('the snapshot', () => items.length === 1);
    await client.context.patch(session_id, { b: 2 });
    await client.sessions.complete(session_id);
    await watching;
    const [snapshot, ...events] = items;
    assert.ok(snapshot?.type === 'snapshot');
    assert.deepEqual(snapshot.session.shared_context, { a: 1 });
    assert.deepEqual(seen(events), [revision + 1, revision + 2]);
  });

  test('of a session that is not there is a problem at once', async () => {
    await assert.rejects(collect(client.watch('sess_none')), { code: 'session_not_found' });
  });

  test('sees every event once and in order while its connections are cut', async () => {
    const proxy = await new Proxy(server.port).start();
    const { session_id } = await client.sessions.create({});
    const states: boolean[] = [];
    const items: WatchItem[] = [];
    proxies.push(proxy);
    const watching = collect(
      new Client({ url: proxy.url }).watch(session_id, { after: 0, onConnection: ({ connected }) => states.push(connected) }),
      items,
    );
    const cuts = 5;
    const connected = () => states.filter((state) => state).length;
    for (let cut = 0; cut < cuts; cut += 1) {
      await until('a connection', () => connected() > cut);
      for (let count = 0; count < 20; count += 1) {
        await client.context.patch(session_id, { cut, count });
        if (count === 10) {
          proxy.cut();
        }
      }
    }
    await until('the last connection', () => connected() > cuts);
    const { revision } = await client.sessions.complete(session_id);
    await watching;
    assert.deepEqual(seen(items), numbers(revision));
    assert.deepEqual(states, [true, ...Array.from({ length: cuts }, () => [false, true]).flat()]);
  });

  test('goes on after the server crashed and came back', async () => {
    const { session_id } = await client.sessions.create({});
    const items: WatchItem[] = [];
    const watching = collect(client.watch(session_id, { after: 0 }), items);
    await until('the first event', () => items.length > 0);
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await server.begin();
    const { revision } = await client.sessions.complete(session_id);
    await watching;
    assert.deepEqual(seen(items), numbers(revision));
  });

  test('gives up when the server stays away for longer than its patience', async () => {
    const lonely = await TestServer.start();
    const { session_id } = await lonely.client().sessions.create({});
    const opened = deferred();
    const watching = collect(lonely.client().watch(session_id, { patience: 200, onConnection: ({ connected }) => connected && opened.resolve() }));
    await opened.promise;
    await lonely.stop();
    await assert.rejects(watching, { code: 'unreachable' });
  });

  test('ends with the reason of its signal, also while it waits', async () => {
    const { session_id } = await client.sessions.create({});
    const controller = new AbortController();
    const reason = new Error('enough');
    const items: WatchItem[] = [];
    const watching = collect(client.watch(session_id, { signal: controller.signal }), items);
    await until('the snapshot', () => items.length === 1);
    controller.abort(reason);
    await assert.rejects(watching, reason);
  });

  test('tells a gap when events are no longer kept', async () => {
    const forgetful = await TestServer.start(['--keep-events', '5']);
    try {
      const it = forgetful.client();
      const { session_id } = await it.sessions.create({});
      for (let count = 0; count < 300; count += 1) {
        await it.context.patch(session_id, { count });
      }
      await until('the first events to be dropped', async () => {
        const problem = await it.events.list(session_id, { after: 0 }).catch((error: unknown) => error);
        return problem instanceof Problem && problem.code === 'event_gap';
      });
      const { revision } = await it.sessions.complete(session_id);
      const [gap, ...events] = await collect(it.watch(session_id, { after: 0 }));
      assert.ok(gap?.type === 'gap');
      assert.equal(gap.after, 0);
      assert.deepEqual(seen(events), numbers(revision).slice(gap.first - 1));
    } finally {
      await forgetful.stop();
    }
  });

  test('asks again when the stream jumped over an event, and repeats none', async () => {
    const frames = (...seqs: number[]) =>
      seqs.map((seq) => `id: ${seq}\nevent: x\ndata: ${JSON.stringify({ seq, time: '', type: 'x', actor: 'a' })}\n\n`).join('');
    const asked: Array<string | null> = [];
    const answers = [frames(1, 2, 4), `${frames(2, 3, 4)}event: end\ndata: {}\n\n`];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      asked.push(new Headers(init?.headers).get('last-event-id'));
      return new Response(answers[asked.length - 1]);
    };
    const items = await collect(new Client({ url: 'http://server', fetch }).watch('s', { after: 0 }));
    assert.deepEqual(seen(items), [1, 2, 3, 4]);
    assert.deepEqual(asked, ['0', '2']);
  });
});
