import { useEffect, useRef, useState } from 'react';
import type { Client } from 'sessiond';
import { EVERY } from '../../data/queries.ts';
import { emptyHistory, extend, type History } from './figures.ts';
import { parse, type Samples } from './prometheus.ts';

/** How the server is right now, and was since the page was opened. */
export interface Figures {
  history: History;
  /** What the last reading failed with. */
  problem: unknown;
  /** How long the last request took, there and back, in milliseconds. */
  roundTrip: number | undefined;
}

/** When the second reading is made, in milliseconds. */
const SECOND = 600;

/** Reads `/metrics` again and again while the page is looked at. */
export function useFigures(client: Client): Figures {
  const [figures, setFigures] = useState<Figures>({
    history: emptyHistory(),
    problem: undefined,
    roundTrip: undefined,
  });
  const last = useRef<{ at: number; samples: Samples }>(undefined);
  useEffect(() => {
    const stopping = new AbortController();
    let busy = false;
    const read = async () => {
      if (busy || document.hidden) {
        return;
      }
      busy = true;
      const began = performance.now();
      const wall = Date.now() / 1000;
      try {
        const samples = parse(await client.server.metrics({ signal: stopping.signal }));
        const roundTrip = performance.now() - began;
        const before = last.current;
        last.current = { at: began, samples };
        setFigures(({ history }) => ({
          history: before ? extend(history, wall, before.samples, samples, (began - before.at) / 1000) : history,
          problem: undefined,
          roundTrip,
        }));
      } catch (problem) {
        if (!stopping.signal.aborted) {
          const before = last.current;
          setFigures(({ history }) => ({
            history: before ? extend(history, wall, before.samples, undefined, 1) : history,
            problem,
            roundTrip: undefined,
          }));
        }
      } finally {
        busy = false;
      }
    };
    void read();
    // The first figures need two readings.
    const second = setTimeout(() => void read(), SECOND);
    const timer = setInterval(() => void read(), EVERY);
    return () => {
      stopping.abort();
      clearTimeout(second);
      clearInterval(timer);
    };
  }, [client]);
  return figures;
}
