import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Client, Turn } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { type Answer, EMPTY, merge } from './answer.ts';

/** What comes is shown at most this often, in milliseconds. */
const PACE = 40;

/** The answer of a turn while it comes. */
class LiveAnswer {
  private answer = EMPTY;
  private shown: Answer | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopping = new AbortController();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: Client,
    private readonly sessionId: string,
    private readonly turnId: string,
    private readonly onEnd: (turn: Turn) => void,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get = (): Answer | undefined => this.shown;

  /** Follows the turn until it ends, or until the result is called. It is followed by pages that are in sight alone:
   * a browser has six connections to a server, for all of its tabs. */
  follow(): () => void {
    const look = () => {
      this.stopping.abort();
      if (!document.hidden) {
        this.stopping = new AbortController();
        void this.read(this.stopping.signal);
      }
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      this.stopping.abort();
      clearTimeout(this.timer);
    };
  }

  private async read(signal: AbortSignal): Promise<void> {
    try {
      const items = this.client.followTurn(this.sessionId, this.turnId, { signal, patience: Number.POSITIVE_INFINITY });
      for await (const item of items) {
        if (item.type === 'end') {
          this.onEnd(item.turn);
        } else {
          this.answer = merge(this.answer, item);
          this.timer ??= setTimeout(this.show, PACE);
        }
      }
    } catch {
      // The session's own events say what became of the turn.
    }
  }

  private readonly show = () => {
    this.timer = undefined;
    this.shown = this.answer;
    for (const listener of this.listeners) {
      listener();
    }
  };
}

/** As much of the answer of a turn as has come while it runs; undefined until something has. */
export function useLive(turn: Turn, onEnd: (turn: Turn) => void): Answer | undefined {
  const client = useClient();
  const [live] = useState(() => new LiveAnswer(client, turn.session_id, turn.turn_id, onEnd));
  const runs = turn.status === 'running';
  useEffect(() => (runs ? live.follow() : undefined), [live, runs]);
  return useSyncExternalStore(live.subscribe, live.get);
}

/** How much of a text that came all at once is shown with each frame, in characters. */
const STEP = 8_000;

/** A text that grows; what came all at once, such as after a reload, is shown in steps, so that no frame takes long. */
export function useSteps(text: string, stepped: boolean): string {
  const [shown, setShown] = useState(stepped ? Math.min(text.length, STEP) : text.length);
  const behind = stepped && shown < text.length;
  useEffect(() => {
    if (!behind) {
      return;
    }
    const frame = requestAnimationFrame(() => setShown(Math.min(text.length, shown + STEP)));
    return () => cancelAnimationFrame(frame);
  }, [behind, text.length, shown]);
  return behind ? text.slice(0, shown) : text;
}
