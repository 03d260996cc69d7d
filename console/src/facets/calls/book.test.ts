import type { JournalEvent } from 'sessiond';
import { expect, test } from 'vitest';
import { CallBook } from './book.ts';

const event = (seq: number): JournalEvent =>
  (seq === 1
    ? { seq, time: '', type: 'session_created', actor: 'a', data: {} }
    : {
        seq,
        time: '',
        type: 'calls_recorded',
        actor: 'a',
        data: { calls: [{ call: seq - 1, node: 'n', position: 0, key: 'a', began_us: seq }] },
      }) as JournalEvent;

/** A journal of so many events, of which an answer has three. */
function setup(length: number) {
  const heard = new Set<(event: JournalEvent) => void>();
  const listeners = new Set<() => void>();
  const scans: number[] = [];
  let gate: Promise<void> = Promise.resolve();
  const journal = {
    revision: length,
    first: 1,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async *scan(from: number, to: number, signal: AbortSignal) {
      scans.push(from);
      for (let at = from; at <= to; at += 3) {
        await gate;
        signal.throwIfAborted();
        yield Array.from({ length: Math.min(3, to - at + 1) }, (_, place) => event(at + place));
      }
    },
  };
  const feed = {
    journal,
    onEvent: (callback: (event: JournalEvent) => void) => {
      heard.add(callback);
      return () => void heard.delete(callback);
    },
  };
  const publish = (seq: number) => {
    journal.revision = seq;
    for (const listener of listeners) {
      listener();
    }
    for (const callback of heard) {
      callback(event(seq));
    }
  };
  const hold = () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => open();
  };
  return { book: new CallBook(feed), journal, publish, scans, hold };
}

const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

test('the journal is read from its beginning, and then as it is published', async () => {
  const { book, publish, scans } = setup(8);
  book.start();
  await settle();
  expect(book.table.size).toBe(7);
  expect(book.reading).toMatchObject({ at: 'current', seq: 8, of: 8 });
  publish(9);
  await settle();
  expect(book.table.size).toBe(8);
  expect(scans).toEqual([1]);
});

test('what was published while nobody listened is read', async () => {
  const { book, journal, scans } = setup(4);
  const stop = book.start();
  await settle();
  stop();
  journal.revision = 9;
  book.start();
  await settle();
  expect(book.table.size).toBe(8);
  expect(scans).toEqual([1, 5]);
});

test('reading stops when somebody says so, and goes on where it was', async () => {
  const { book, hold } = setup(30);
  const open = hold();
  book.start();
  book.pause();
  open();
  await settle();
  expect(book.reading.at).toBe('paused');
  expect(book.table.size).toBe(0);
  book.resume();
  await settle();
  expect(book.reading.at).toBe('current');
  expect(book.table.size).toBe(29);
});

test('a journal that cannot be read says why, and is read again when asked', async () => {
  const { book, journal } = setup(5);
  const scan = journal.scan;
  // biome-ignore lint/correctness/useYield: it fails before it yields.
  journal.scan = async function* () {
    throw new Error('away');
  };
  book.start();
  await settle();
  expect(book.reading.at).toBe('failed');
  expect((book.reading.problem as Error).message).toBe('away');
  journal.scan = scan;
  book.resume();
  await settle();
  expect(book.reading).toMatchObject({ at: 'current', seq: 5 });
});
