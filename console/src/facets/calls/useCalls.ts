import { useEffect, useState, useSyncExternalStore } from 'react';
import type { CallEntry } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import { CallBook } from './book.ts';

/** How long a call must be selected before it is read, in milliseconds: a key that is held down passes many. */
const REST = 60;

/** The books of the sessions that are followed: who comes back to the panel finds what was read. */
const books = new WeakMap<Feed, CallBook>();

/** The session's calls, read and followed while the component is there. */
export function useCallBook(feed: Feed): CallBook {
  let book = books.get(feed);
  if (!book) {
    book = new CallBook(feed);
    books.set(feed, book);
  }
  useEffect(() => book.start(), [book]);
  useSyncExternalStore(book.subscribe, book.getVersion);
  return book;
}

/** The time in microseconds, five times a second while something runs; never before what has happened. */
export function useMicroseconds(running: boolean, last: number): number {
  const [now, setNow] = useState(() => Date.now() * 1_000);
  useEffect(() => {
    if (!running) {
      return;
    }
    setNow(Date.now() * 1_000);
    const timer = setInterval(() => document.hidden || setNow(Date.now() * 1_000), 200);
    return () => clearInterval(timer);
  }, [running]);
  return Math.max(now, last);
}

/** What the journal says of a call; its parts are absent while they are read. */
export interface Told {
  began?: CallEntry;
  ended?: CallEntry;
  problem?: unknown;
}

/** Reads what a call was given and gave, from the events that say so. */
export function useTold(feed: Feed, call: number, beganSeq: number, endedSeq: number): Told & { retry: () => void } {
  const [told, setTold] = useState<Told & { of: number }>({ of: call });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try reads again.
  useEffect(() => {
    const stopping = new AbortController();
    const entry = async (seq: number, fits: (entry: CallEntry) => boolean) => {
      const event = seq === 0 ? undefined : await feed.journal.one(seq, stopping.signal);
      const calls = event?.type === 'calls_recorded' ? event.data.calls : [];
      return calls.find((entry) => entry.call === call && fits(entry));
    };
    const read = async () => {
      const began = await entry(beganSeq, ({ node }) => typeof node === 'string');
      const ended = await entry(endedSeq, ({ status }) => typeof status === 'string');
      return { of: call, ...(began && { began }), ...(ended && { ended }) };
    };
    const timer = setTimeout(() => {
      read().then(
        (told) => stopping.signal.aborted || setTold(told),
        (problem: unknown) => stopping.signal.aborted || setTold({ of: call, problem }),
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [feed, call, beganSeq, endedSeq, tries]);
  return { ...(told.of === call ? told : {}), retry: () => setTries(tries + 1) };
}
