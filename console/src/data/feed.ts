import type { QueryClient } from '@tanstack/react-query';
import type { Client, JournalEvent, Problem, Session } from 'sessiond';
import { asProblem } from '../ui/Problem.tsx';
import { Journal } from './journal.ts';
import { keys } from './queries.ts';

/** How a viewer hears of a session. */
export type FeedState =
  | { at: 'connecting' }
  | { at: 'live' }
  /** The connection is gone and is made again; what is shown is as of `since`. */
  | { at: 'lost'; problem: Problem; since: number }
  /** The session has ended: nothing more will come. */
  | { at: 'ended' }
  /** The session is not there, or not for this key. */
  | { at: 'failed'; problem: Problem };

/** Changes are read at most this often, in milliseconds, however many events come. */
const PACE = 150;

/**
 * A session as one viewer follows it. The event stream says that something happened, and what; the session itself is
 * then read from the server, so that no second fold of the journal can disagree with the server's.
 */
export class Feed {
  readonly journal: Journal;
  private state: FeedState = { at: 'connecting' };
  private readonly listeners = new Set<() => void>();
  private readonly heard = new Set<(event: JournalEvent) => void>();
  private stopping = new AbortController();
  private pending: ReturnType<typeof setTimeout> | undefined;
  private cursor: number | undefined;

  constructor(
    private readonly client: Client,
    private readonly queries: QueryClient,
    readonly sessionId: string,
  ) {
    this.journal = new Journal(client, sessionId);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getState = (): FeedState => this.state;

  /** Calls back with each event as it comes. */
  onEvent(callback: (event: JournalEvent) => void): () => void {
    this.heard.add(callback);
    return () => void this.heard.delete(callback);
  }

  start(): void {
    this.stopping = new AbortController();
    void this.follow(this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
    clearTimeout(this.pending);
    this.pending = undefined;
  }

  private async follow(signal: AbortSignal): Promise<void> {
    try {
      const items = this.client.watch(this.sessionId, {
        after: this.cursor,
        signal,
        patience: Number.POSITIVE_INFINITY,
        onConnection: (connection) => {
          if (connection.connected) {
            this.become({ at: 'live' });
          } else if (this.state.at !== 'lost') {
            this.become({ at: 'lost', problem: connection.problem, since: Date.now() });
          }
        },
      });
      for await (const item of items) {
        this.cursor = item.revision;
        if (item.type === 'snapshot') {
          this.journal.reach(item.revision);
          this.queries.setQueryData<Session>(keys.session(this.sessionId), item.session);
        } else if (item.type === 'event') {
          this.journal.append(item.event);
          for (const callback of this.heard) {
            callback(item.event);
          }
          this.refresh();
        } else {
          this.journal.dropped(item.first);
          this.refresh();
        }
      }
      this.refresh();
      this.become({ at: 'ended' });
    } catch (error) {
      if (!signal.aborted) {
        this.become({ at: 'failed', problem: asProblem(error) });
      }
    }
  }

  private refresh(): void {
    this.pending ??= setTimeout(() => {
      this.pending = undefined;
      void this.queries.invalidateQueries({ queryKey: keys.session(this.sessionId) });
    }, PACE);
  }

  private become(state: FeedState): void {
    this.state = state;
    for (const listener of this.listeners) {
      listener();
    }
  }
}
