import type { Client, JournalEvent } from 'sessiond';
import { Problem } from 'sessiond';
import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

const event = (seq: number): JournalEvent => ({
  seq,
  time: '2026-01-01T00:00:00.000Z',
  type: 'context_updated',
  actor: 'somebody',
  data: { patch: { seq } },
});

/** A server that keeps the events from `first` on, answers with `most` at once, and counts what is asked of it. */
function server(length: number, first = 1, most = 1_000): { client: Client; asked: number[] } {
  const asked: number[] = [];
  const client = {
    events: {
      list: async (_id: string, { after = 0, limit = 100 }, { signal }: { signal?: AbortSignal } = {}) => {
        signal?.throwIfAborted();
        asked.push(after);
        if (after + 1 < first) {
          throw new Problem({ code: 'event_gap', detail: 'gone' });
        }
        const events = [];
        for (let seq = after + 1; seq <= Math.min(after + Math.min(limit, most), length); seq += 1) {
          events.push(event(seq));
        }
        return { events, revision: length };
      },
    },
    watch: async function* () {
      yield { type: 'gap', after: 0, first, revision: first - 1 };
    },
  };
  return { client: client as unknown as Client, asked };
}

test('what scrolls into sight is read once', async () => {
  const { client, asked } = server(2_000);
  const journal = new Journal(client, 's');
  journal.reach(2_000);
  await journal.load(990, 1_010);
  await journal.load(990, 1_010);
  expect(asked).toEqual([500, 1000]);
  expect(journal.get(1_000)?.seq).toBe(1_000);
  expect(journal.get(1)).toBeUndefined();
});

test('an event that was published while its page was not here is read later', async () => {
  const { client } = server(700);
  const journal = new Journal(client, 's');
  journal.reach(699);
  journal.append(event(700));
  expect(journal.get(700)).toBeUndefined();
  await journal.load(600, 700);
  expect(journal.get(700)?.seq).toBe(700);
});

test('live events fill the page that is here', async () => {
  const { client, asked } = server(3);
  const journal = new Journal(client, 's');
  journal.reach(3);
  await journal.load(1, 3);
  journal.append(event(4));
  await journal.load(1, 4);
  expect([...journal.events()].map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([0]);
});

test('what retention dropped is known to be gone', async () => {
  const { client } = server(1_200, 620);
  const journal = new Journal(client, 's');
  journal.reach(1_200);
  await journal.load(1, 1_200);
  expect(journal.first).toBe(620);
  expect([...journal.events()].length).toBe(581);
});

test('a long journal keeps the pages that were looked at last, and the newest', async () => {
  const { client, asked } = server(60_000);
  const journal = new Journal(client, 's');
  journal.reach(60_000);
  await journal.load(60_000, 60_000);
  for (let seq = 1; seq < 40_000; seq += 500) {
    await journal.load(seq, seq);
  }
  expect([...journal.events()].length).toBe(50 * 500);
  expect(journal.get(1)).toBeUndefined();
  expect(journal.get(39_501)?.seq).toBe(39_501);
  expect(journal.get(60_000)?.seq).toBe(60_000);
  await journal.load(1, 1);
  expect(journal.get(1)?.seq).toBe(1);
  expect(asked.filter((after) => after === 0)).toHaveLength(2);
});

const scanned = async (journal: Journal, from: number, to: number, backwards = false) => {
  const chunks = [];
  for await (const chunk of journal.scan(from, to, new AbortController().signal, backwards)) {
    chunks.push([chunk[0]?.seq, chunk.at(-1)?.seq]);
  }
  return chunks;
};

test('a scan reads every event once, forwards or backwards, and keeps none', async () => {
  const { client } = server(2_500);
  const journal = new Journal(client, 's');
  journal.reach(2_500);
  const chunks = await scanned(journal, 1, 2_500);
  // Each goes on where the one before ended.
  expect(chunks.map(([begin]) => begin)).toEqual([1, ...chunks.slice(0, -1).map(([, end]) => (end ?? 0) + 1)]);
  expect(chunks.at(-1)?.[1]).toBe(2_500);
  expect(await scanned(journal, 1, 2_500, true)).toEqual([
    [1_501, 2_500],
    [501, 1_500],
    [1, 500],
  ]);
  expect([...journal.events()]).toEqual([]);
});

test('a scan goes as far back as the journal is kept', async () => {
  const { client } = server(2_500, 1_200);
  const journal = new Journal(client, 's');
  journal.reach(2_500);
  expect(await scanned(journal, 1, 2_500, true)).toEqual([
    [1_501, 2_500],
    [1_200, 1_500],
  ]);
  expect(journal.first).toBe(1_200);
});

test('a scan that is given up reads no further', async () => {
  const { client, asked } = server(10_000);
  const journal = new Journal(client, 's');
  journal.reach(10_000);
  const stopping = new AbortController();
  await expect(async () => {
    for await (const _ of journal.scan(1, 10_000, stopping.signal)) {
      stopping.abort();
    }
  }).rejects.toThrow();
  // The second was under way when the first came.
  expect(asked).toEqual([0, 16]);
});

test('a scan begins with little, and asks for more while that comes fast', async () => {
  const { client, asked } = server(6_000);
  const journal = new Journal(client, 's');
  journal.reach(6_000);
  await scanned(journal, 1, 6_000);
  expect(asked.slice(0, 3)).toEqual([0, 16, 32]);
  expect(asked.slice(1).map((after, at) => after - (asked[at] ?? 0))).toContain(1_000);
});

test('one answer is awaited while another is looked at, and a failure is told in its turn', async () => {
  const { client } = server(100);
  const list = client.events.list.bind(client.events);
  client.events.list = async (id, query, options) => {
    const page = await list(id, query, options);
    if ((query?.after ?? 0) >= 16) {
      throw new Problem({ code: 'storage_full', detail: 'no room' });
    }
    return page;
  };
  const journal = new Journal(client, 's');
  journal.reach(100);
  const read: number[] = [];
  await expect(async () => {
    for await (const events of journal.scan(1, 100, new AbortController().signal)) {
      read.push(events.length);
    }
  }).rejects.toThrow('no room');
  expect(read).toEqual([16]);
});

test('the first event of a time is found without reading all', async () => {
  const { client, asked } = server(100_000);
  const list = client.events.list.bind(client.events);
  client.events.list = async (id, query, options) => {
    const page = await list(id, query, options);
    return {
      ...page,
      events: page.events.map((event) => ({ ...event, time: new Date(event.seq * 10).toISOString() })),
    };
  };
  const journal = new Journal(client, 's');
  journal.reach(100_000);
  const { signal } = new AbortController();
  expect(await journal.seqAt(123_456, signal)).toBe(12_346);
  expect(await journal.seqAt(0, signal)).toBe(1);
  expect(await journal.seqAt(9_999_999, signal)).toBe(100_001);
  expect(asked.length).toBeLessThan(60);
});

test('an answer that ends early, because it has so many bytes at most, is read on', async () => {
  const { client } = server(1_200, 1, 70);
  const journal = new Journal(client, 's');
  journal.reach(1_200);
  await journal.load(1, 1_200);
  expect([...journal.events()].map(({ seq }) => seq)).toEqual(Array.from({ length: 1_200 }, (_, at) => at + 1));
  const { signal } = new AbortController();
  const forwards = [];
  for await (const events of journal.scan(1, 1_200, signal)) {
    forwards.push(...events.map(({ seq }) => seq));
  }
  expect(forwards).toEqual(Array.from({ length: 1_200 }, (_, at) => at + 1));
  const backwards = [];
  for await (const events of journal.scan(1, 1_200, signal, true)) {
    backwards.unshift(...events.map(({ seq }) => seq));
  }
  expect(backwards).toEqual(forwards);
});

test('a published batch of many calls does not stay here, and is read when it is looked at', async () => {
  const { client } = server(2);
  const journal = new Journal(client, 's');
  const calls = Array.from({ length: 51 }, (_, at) => ({ call: at + 1 }));
  journal.append({ ...event(1), type: 'calls_recorded', data: { writer: 1, batch: 1, calls } });
  expect(journal.get(1)).toBeUndefined();
  journal.append(event(2));
  expect((await journal.one(1, new AbortController().signal))?.seq).toBe(1);
});
