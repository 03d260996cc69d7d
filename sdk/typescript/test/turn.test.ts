// Following a turn: a stream that breaks is made again after the last frame that came.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { Client, type TurnItem } from 'sessiond';

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** A server that answers each connection with the next of these; what the connections said they had seen. */
async function serve(...answers: ((response: ServerResponse) => void)[]): Promise<{ client: Client; seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const cursor = request.headers['last-event-id'];
    seen.push(Array.isArray(cursor) ? cursor[0] : cursor);
    assert.equal(request.url, '/sessions/s/turns/t');
    assert.equal(request.headers.accept, 'text/event-stream');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    answers.shift()?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { client: new Client({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }), seen };
}

const frame = (event: string, data: object, id?: string) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

async function all(items: AsyncIterable<TurnItem>): Promise<TurnItem[]> {
  const seen: TurnItem[] = [];
  for await (const item of items) {
    seen.push(item);
  }
  return seen;
}

test('a turn is followed over a connection that breaks', async () => {
  const { client, seen } = await serve(
    (response) => {
      response.write(frame('queued', { turn_id: 't', before: 1 }, 't:0') + ': heartbeat\n\n');
      response.write(frame('text', { offset: 0, text: 'Grü' }, 't:4'), () => response.destroy());
    },
    (response) => {
      response.write(frame('something_newer', {}, 't:4') + frame('reasoning', { offset: 0, text: 'so' }, 't:4'));
      response.end(frame('text', { offset: 4, text: 'ße' }, 't:7') + frame('end', { turn_id: 't', status: 'completed' }, 't:7'));
    },
  );
  const lost: boolean[] = [];
  const items = await all(client.followTurn('s', 't', { onConnection: ({ connected }) => lost.push(connected) }));
  assert.deepEqual(items, [
    { type: 'queued', before: 1 },
    { type: 'text', offset: 0, text: 'Grü' },
    { type: 'reasoning', offset: 0, text: 'so' },
    { type: 'text', offset: 4, text: 'ße' },
    { type: 'end', turn: { turn_id: 't', status: 'completed' } },
  ]);
  assert.deepEqual(seen, [undefined, 't:4']);
  assert.deepEqual(lost, [true, false, true]);
});

test('a problem that the stream names ends it', async () => {
  const problem = { code: 'turn_not_found', status: 404, title: 'Not found', detail: 'the session has no turn t', retryable: false };
  const { client } = await serve((response) => response.end(frame('problem', problem)));
  await assert.rejects(all(client.followTurn('s', 't')), { code: 'turn_not_found' });
});

test('a signal ends it', async () => {
  const { client } = await serve((response) => response.write(frame('text', { offset: 0, text: 'a' }, 't:1')));
  const controller = new AbortController();
  const reading = (async () => {
    for await (const _ of client.followTurn('s', 't', { signal: controller.signal })) {
      controller.abort(new Error('enough'));
    }
  })();
  await assert.rejects(reading, /enough/);
});
