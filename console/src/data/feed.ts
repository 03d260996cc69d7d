import type { QueryClient } from '@tanstack/react-query';
import type { Client, JournalEvent, Problem, Session, WatchItem } from 'sessiond';
import { asProblem } from '../ui/Problem.tsx';
import { Journal } from './journal.ts';
import { keys } from './queries.ts';

/** How a viewer hears of a session. */
export type FeedState =
  | { at: 'connecting' }
  | {
      at: 'live' /** How many events had happened meanwhile, when the connection was lost before. */;
      caughtUp?: number;
    }
  /** The connection is gone and is made again; what is shown is as of `since`. */
  | { at: 'lost'; problem: Problem; since: number }
  /** The session has ended: nothing more will come. */
  | { at: 'ended' }
  /** The session was deleted while it was followed; what is shown is the last of it. */
  | { at: 'deleted' }
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

  /** Follows the session from where it was left; what followed it before ends. */
  start(): void {
    this.stop();
    this.stopping = new AbortController();
    if (this.state.at === 'failed') {
      this.become({ at: 'connecting' });
    }
    void this.follow(this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
    clearTimeout(this.pending);
    this.pending = undefined;
  }

  /** Tries a lost connection at once, because there is a reason to think that it would stand now. */
  wake(): void {
    if (this.state.at === 'lost') {
      this.start();
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    try {
      const items = this.client.watch(this.sessionId, {
        after: this.cursor,
        signal,
        patience: Number.POSITIVE_INFINITY,
        onConnection: (connection) => {
          if (signal.aborted) {
            return;
          }
          if (!connection.connected) {
            this.lose(connection.problem);
          } else if (this.state.at === 'lost') {
            void this.catchUp(this.cursor, signal);
          } else {
            this.become({ at: 'live' });
          }
        },
      });
      for await (const item of items) {
        if (signal.aborted) {
          return;
        }
        this.cursor = item.revision;
        this.take(item);
      }
      await this.end(signal);
    } catch (error) {
      if (!signal.aborted) {
        this.become({ at: 'failed', problem: asProblem(error) });
      }
    }
  }

  private take(item: WatchItem): void {
    if (item.type === 'snapshot') {
      this.journal.reach(item.revision);
      this.queries.setQueryData<Session>(keys.session(this.sessionId), item.session);
      return;
    }
    if (item.type === 'event') {
      this.journal.append(item.event);
      for (const callback of this.heard) {
        callback(item.event);
      }
    } else {
      this.journal.dropped(item.first);
    }
    this.refresh();
  }

  private lose(problem: Problem): void {
    const since = this.state.at === 'lost' ? this.state.since : Date.now();
    this.become({ at: 'lost', problem, since });
  }

  /** The connection stands again after `cursor`: says how much had happened. The stream itself brings it. */
  private async catchUp(cursor: number | undefined, signal: AbortSignal): Promise<void> {
    this.become({ at: 'live' });
    if (cursor === undefined) {
      return;
    }
    const { events, revision } = await this.client.events
      .list(this.sessionId, { after: cursor, limit: 1 }, { signal })
      .catch(() => ({ events: [], revision: cursor }));
    if (!signal.aborted && this.state.at === 'live') {
      this.become({ at: 'live', caughtUp: events.length === 0 ? 0 : revision - cursor });
    }
  }

  /** The stream has ended: the session has, or it is no more. */
  private async end(signal: AbortSignal): Promise<void> {
    try {
      const session = await this.client.sessions.get(this.sessionId, { signal });
      this.queries.setQueryData<Session>(keys.session(this.sessionId), session);
      this.journal.reach(session.revision);
      void this.queries.invalidateQueries({ queryKey: keys.session(this.sessionId) });
      this.become({ at: 'ended' });
    } catch (error) {
      const problem = asProblem(error);
      if (problem.code !== 'session_not_found' || this.cursor === undefined) {
        throw problem;
      }
      clearTimeout(this.pending);
      this.become({ at: 'deleted' });
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
