import { useCallback, useEffect, useRef, useState } from 'react';
import type { Feed } from '../../data/feed.ts';
import { entryOf, History } from './history.ts';

/** A journal up to this length is read without being asked. */
const AT_ONCE = 5_000;

/** How the shared context came about, and how far it has been read. */
export interface Reading {
  history: History;
  /** Being read now. */
  reading: boolean;
  error: unknown;
  /** Reads on; what was read stays. */
  read: () => void;
  cancel: () => void;
}

/** The history of a session's shared context, which goes on live. */
export function useHistory(feed: Feed): Reading {
  const [history] = useState(() => new History());
  const [reading, setReading] = useState(false);
  const [error, setError] = useState<unknown>();
  const [, setReached] = useState(0);
  const stopping = useRef<AbortController>(undefined);

  const read = useCallback(async () => {
    stopping.current?.abort();
    const mine = new AbortController();
    stopping.current = mine;
    const { signal } = mine;
    setReading(true);
    setError(undefined);
    try {
      while (history.reached < feed.journal.revision) {
        await history.read(feed.journal, feed.journal.revision, signal, setReached);
      }
    } catch (problem) {
      if (!signal.aborted) {
        setError(problem);
      }
    }
    if (stopping.current === mine) {
      setReading(false);
    }
  }, [feed, history]);

  useEffect(() => {
    if (feed.journal.revision - history.reached <= AT_ONCE) {
      void read();
    }
    const unhear = feed.onEvent((event) => {
      // While older ones are being read this one will be read too.
      if (history.reached === event.seq - 1) {
        history.add([event]);
        if (entryOf(event)) {
          setReached(event.seq);
        }
      }
    });
    return () => {
      unhear();
      stopping.current?.abort();
    };
  }, [feed, history, read]);

  return { history, reading, error, read: () => void read(), cancel: () => stopping.current?.abort() };
}
