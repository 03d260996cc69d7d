import { useCallback, useContext, useEffect, useRef, useState } from 'react';
import type { JournalEvent } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import { KnownContext, useWords } from '../words.ts';
import { type Filter, isEmpty, passes, spanOf } from './filter.ts';

/** What a filter has found so far. */
export interface Hits {
  /** Oldest first. */
  events: readonly JournalEvent[];
  /** How many of them came before the others since the last time that somebody looked. */
  looked: number;
  of: number;
  scanning: boolean;
  error: unknown;
  cancel: () => void;
}

const NONE = { events: [] as readonly JournalEvent[], looked: 0, of: 0, scanning: false, error: undefined as unknown };

/** Looks through the journal, newest events first, for what a filter lets pass; and goes on live. */
export function useHits(feed: Feed, filter: Filter): Hits | undefined {
  const key = JSON.stringify(filter);
  const now = useWords();
  const words = useRef(now);
  words.current = now;
  const { complete } = useContext(KnownContext);
  const [hits, setHits] = useState(NONE);
  const stopping = useRef<AbortController>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a task is found by its name once it is known.
  useEffect(() => {
    const wanted = JSON.parse(key) as Filter;
    if (isEmpty(wanted)) {
      return;
    }
    const controller = new AbortController();
    stopping.current = controller;
    const { journal } = feed;
    setHits({ ...NONE, scanning: true });
    const unhear = feed.onEvent((event) => {
      if (passes(event, wanted, words.current)) {
        setHits((hits) => ({ ...hits, events: [...hits.events, event] }));
      }
    });
    const scan = async () => {
      const newest = journal.revision;
      const [begin, end] = spanOf(wanted);
      const from = Number.isFinite(begin) ? await journal.seqAt(begin, controller.signal) : 1;
      const to = Number.isFinite(end) ? (await journal.seqAt(end, controller.signal)) - 1 : newest;
      const of = Math.max(0, to - Math.max(from, journal.first) + 1);
      for await (const events of journal.scan(from, to, controller.signal, true)) {
        const found = events.filter((event) => event.seq <= newest && passes(event, wanted, words.current));
        setHits((hits) => ({
          ...hits,
          of,
          looked: hits.looked + events.length,
          events: found.length > 0 ? [...found, ...hits.events] : hits.events,
        }));
      }
    };
    scan()
      .catch((error: unknown) => {
        if (!controller.signal.aborted) {
          setHits((hits) => ({ ...hits, error }));
        }
      })
      .finally(() => {
        if (stopping.current === controller) {
          setHits((hits) => ({ ...hits, scanning: false }));
        }
      });
    return () => {
      unhear();
      controller.abort();
    };
  }, [feed, key, complete]);

  const cancel = useCallback(() => stopping.current?.abort(), []);
  return isEmpty(filter) ? undefined : { ...hits, cancel };
}
