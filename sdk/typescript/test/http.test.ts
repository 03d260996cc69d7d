// How requests are made, against a server that is made up.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Client, Problem } from 'sessiond';

interface Asked {
  method: string;
  path: string;
  headers: Headers;
  body: string | undefined;
}

type Answer = Response | Error | 'never';

/** A client whose requests get these answers in turn, the last one again and again. */
function client(...answers: Array<() => Answer>): { client: Client; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    const { method = 'GET', headers, body, signal } = init;
    asked.push({ method, path: url.replace('http://server', ''), headers: new Headers(headers), body: body as string | undefined });
    const answer = (answers[asked.length - 1] ?? answers.at(-1))?.() ?? new Response('{}');
    if (answer === 'never') {
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    }
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  }) as typeof globalThis.fetch;
  return { client: new Client({ url: 'http://server/', key: 'secret', fetch }), asked };
}

const json = (body: unknown) => () => Response.json(body);
const problem = (status: number, code: string, retryable: boolean, headers: Record<string, string> = {}) => () =>
  new Response(JSON.stringify({ type: `/docs/errors/${code}`, title: code, status, detail: 'no', code, retryable }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
const refused = () => Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
const broken = () => new TypeError('terminated');

test('a POST is tried again with the same idempotency key and body', async () => {
  const { client: it, asked } = client(broken, problem(503, 'unavailable', true), json({ session_id: 's1' }));
  const session = await it.sessions.create({ name: 'x' });
  assert.equal(session.session_id, 's1');
  assert.equal(asked.length, 3);
  const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
  assert.match(keys[0] ?? '', /^[0-9a-f]{32}$/);
  assert.deepEqual(keys, [keys[0], keys[0], keys[0]]);
  assert.deepEqual(new Set(asked.map(({ body }) => body)), new Set(['{"name":"x"}']));
});

test('each request has a key of its own, and the caller may choose it', async () => {
  const { client: it, asked } = client(json({}));
  await it.sessions.create({});
  await it.sessions.create({});
  await it.sessions.create({}, { idempotencyKey: 'mine' });
  const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
  assert.notEqual(keys[0], keys[1]);
  assert.equal(keys[2], 'mine');
});

test('only a request that is done once for a key carries one, and every repeatable one is tried again', async () => {
  const { client: it, asked } = client(json({}));
  await it.sessions.get('s');
  await it.agents.register({ agent_descriptor: { agent_id: 'codex://a', framework: 'codex' } });
  await it.executions.record('s', { writer: 1, batch: 1, calls: [] });
  await it.context.replace('s', {});
  assert.deepEqual(asked.map(({ headers }) => headers.has('idempotency-key')), [false, false, false, false]);
  const lost = client(broken, json({}));
  await lost.client.messages.send({ message: {} } as never);
  assert.equal(lost.asked.length, 2);
});

test('files are sent as a form whose boundary the request names, and are read back as bytes', async () => {
  const sent: RequestInit[] = [];
  const fetch = (async (_url: string, init: RequestInit) => {
    sent.push(init);
    return init.method === 'GET' ? new Response(new Uint8Array([0, 255, 128])) : Response.json({ files: [] });
  }) as typeof globalThis.fetch;
  const it = new Client({ url: 'http://server', fetch });
  await it.addFiles('s', [new File(['a'], 'ä.txt'), new File([new Uint8Array([0, 255])], 'b.bin')]);
  const [init] = sent;
  assert.equal(new Headers(init?.headers).has('content-type'), false);
  const request = new Request('http://server', { ...init, signal: null });
  assert.match(request.headers.get('content-type') ?? '', /^multipart\/form-data; boundary=/);
  const files = (await request.formData()).getAll('file') as File[];
  assert.deepEqual(files.map(({ name, size }) => [name, size]), [['ä.txt', 1], ['b.bin', 2]]);
  const content = await it.files.content('s', 'file_1');
  assert.deepEqual(new Uint8Array(await content.arrayBuffer()), new Uint8Array([0, 255, 128]));
});

test('a PUT whose answer was lost is not sent again, one that was never sent is', async () => {
  const lost = client(broken, json({}));
  await assert.rejects(lost.client.context.replace('s', {}), { code: 'unreachable', retryable: true });
  assert.equal(lost.asked.length, 1);
  const unsent = client(refused, json({}));
  await unsent.client.context.replace('s', {});
  assert.equal(unsent.asked.length, 2);
});

test('what asking again would not change is told at once, also when it is retryable later', async () => {
  for (const answer of [problem(404, 'session_not_found', false), problem(429, 'inbox_full', true), problem(409, 'lease_held', true)]) {
    const { client: it, asked } = client(answer);
    await assert.rejects(it.sessions.create({}), Problem);
    assert.equal(asked.length, 1);
  }
});

test('tries end, and the last problem is told', async () => {
  const { client: it, asked } = client(problem(503, 'unavailable', true));
  await assert.rejects(it.sessions.get('s'), { code: 'unavailable', status: 503 });
  assert.equal(asked.length, 5);
});

test('a server that asks for more patience than a few seconds gets it from the caller', async () => {
  const { client: it, asked } = client(problem(503, 'unavailable', true, { 'retry-after': '60' }));
  await assert.rejects(it.sessions.get('s'), { code: 'unavailable', retryAfter: 60 });
  assert.equal(asked.length, 1);
});

test('a signal ends a request, its tries and its waiting, with its own reason', async () => {
  const reason = new Error('enough');
  for (const answer of [() => 'never' as const, problem(503, 'unavailable', true, { 'retry-after': '4' })]) {
    const { client: it } = client(answer);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 30);
    await assert.rejects(it.sessions.get('s', { signal: controller.signal }), reason);
    await assert.rejects(it.sessions.get('s', { signal: controller.signal }), reason);
  }
});

test('an answer that does not come in time is a problem', async () => {
  const { client: it } = client(() => 'never');
  const short = new Client({ url: 'http://server', retries: 0, timeout: 30, fetch: (_, init) => new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))) });
  await assert.rejects(short.sessions.get('s'), { code: 'unreachable', message: /in time/ });
  await assert.rejects(it.sessions.get('s', { timeout: 20, signal: AbortSignal.timeout(60) }), { name: 'TimeoutError' });
});

test('what is no problem is told as what it is: a proxy, or another program', async () => {
  const page = () => new Response('<html>Bad gateway</html>', { status: 502, headers: { 'content-type': 'text/html' } });
  await assert.rejects(client(page).client.sessions.update('s', {}), { code: 'unavailable', status: 502, message: /Bad gateway/ });
  await assert.rejects(client(() => new Response('hello')).client.sessions.get('s'), { code: 'internal', retryable: false });
});

test('a problem names the fields that are wrong', async () => {
  const body = { code: 'invalid_input', detail: 'one field is wrong', status: 422, errors: [{ pointer: '/name', detail: 'too long' }] };
  const { client: it } = client(() => new Response(JSON.stringify(body), { status: 422, headers: { 'content-type': 'application/problem+json' } }));
  const error = await it.sessions.create({}).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Problem && error instanceof Error);
  assert.equal(error.message, 'one field is wrong (invalid_input)\n  /name: too long');
  assert.deepEqual(error.errors, body.errors);
});

test('the conditions of a change travel in headers', async () => {
  const { client: it, asked } = client(json({}));
  await it.context.patch('s', { a: null }, { expectedRevision: 7, fence: 3, agentId: 'a://b' });
  const { headers, body } = asked[0] as Asked;
  assert.equal(headers.get('if-match'), '"7"');
  assert.equal(headers.get('fencing-token'), '3');
  assert.equal(headers.get('x-agent-id'), 'a://b');
  assert.equal(headers.get('authorization'), 'Bearer secret');
  assert.equal(headers.get('content-type'), 'application/merge-patch+json');
  assert.equal(body, '{"a":null}');
});

test('ids are percent-encoded, and what can be no id is refused', async () => {
  const { client: it, asked } = client(json({}));
  await it.agents.get('opencode://backend');
  assert.equal(asked[0]?.path, '/agents/opencode%3A%2F%2Fbackend');
  for (const id of ['', '.', '..']) {
    assert.throws(() => it.sessions.get(id), { code: 'invalid_input' });
  }
});

test('a list is followed page by page to its end', async () => {
  const { client: it, asked } = client(
    json({ sessions: [{ session_id: 'a' }, { session_id: 'b' }], next_cursor: 'c/1' }),
    json({ sessions: [{ session_id: 'c' }], next_cursor: null }),
  );
  const ids: string[] = [];
  for await (const { session_id } of it.sessions.all({ status: 'active' })) {
    ids.push(session_id);
  }
  assert.deepEqual(ids, ['a', 'b', 'c']);
  assert.deepEqual(asked.map(({ path }) => path), ['/sessions?status=active', '/sessions?status=active&cursor=c%2F1']);
});

/** The names of an object's methods, inherited ones too. */
function methodsOf(group: object): string[] {
  const prototype: object = Object.getPrototypeOf(group);
  return prototype === Object.prototype ? [] : [...Object.getOwnPropertyNames(prototype), ...methodsOf(prototype)];
}

test('there is a method for every route of the OpenAPI document', async () => {
  const { client: it, asked } = client(() => new Response('{"sessions":[],"tasks":[],"agents":[],"messages":[],"points":[],"events":[]}'));
  // Each method once, with ids that stand for themselves in the path.
  const id = (name: string) => `{${name}}`;
  const groups = Object.values(it).filter((group): group is object => typeof group === 'object' && group !== null && 'http' in group);
  for (const group of groups) {
    for (const name of methodsOf(group)) {
      const method = (group as Record<string, (...words: unknown[]) => unknown>)[name];
      if (name !== 'constructor' && !name.startsWith('all') && method) {
        await method.call(group, id('a'), id('b'), id('c'));
      }
    }
  }
  await it.server.docs();
  await it.server.errorDocs();
  await it.aggregate({} as never);
  const plain = (path: string) => decodeURIComponent(path.replace(/\?.*/, '')).replace(/\{\w+\}/g, '{}');
  const methods = new Set(asked.map(({ method, path }) => `${method} ${plain(path)}`));
  const document = JSON.parse(await readFile(new URL('../../../docs/openapi.json', import.meta.url), 'utf8')) as { paths: Record<string, object> };
  const routes = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`),
  );
  // The root only leads elsewhere, browsers open the console and the guides' pictures, the Agent class the WebSocket, and MCP and
  // A2A have clients of their own.
  const others = [
    'GET /',
    'GET /a2a/{}/.well-known/agent-card.json',
    'GET /console',
    'GET /console/',
    'GET /console/{}',
    'GET /docs/images/{}',
    'GET /ws',
    'POST /a2a/{}',
    'POST /mcp',
  ];
  assert.deepEqual(routes.filter((route) => !methods.has(route)).sort(), others);
});

test('what cannot be JSON is the own error, told at once, and not sent', async () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  const throwing = {
    toJSON() {
      throw new Error('not me');
    },
  };
  for (const value of [circular, throwing]) {
    const { client: it, asked } = client(json({}));
    await assert.rejects(it.sessions.create({ shared_context: value as never }), (error) => {
      assert.ok(error instanceof Problem);
      assert.deepEqual([error.code, error.status, error.retryable], ['invalid_input', 422, false]);
      assert.ok(error.cause instanceof Error);
      return true;
    });
    assert.equal(asked.length, 0);
  }
});
