import type { Client } from '../client.js';
import type { Event } from '../schema.js';

/** How long a call waits for its own events to have been told, in milliseconds. */
const SETTLE = 5_000;

interface Followed {
  /** The last event that was told, or need not be. */
  cursor: number;
  state: 'known' | 'waiting' | 'live';
  /** Who waits for the cursor to reach a number. */
  waiters: Array<() => void>;
}

/**
 * The sessions whose events a bus tells: each by one event stream, `limit` of them at the same time; the others wait
 * for a place, and miss nothing because a stream begins where the bus last looked.
 */
export class FollowedSessions {
  private readonly sessions = new Map<string, Followed>();
  private readonly close = new AbortController();
  private active = false;
  private live = 0;

  constructor(
    private readonly client: Client,
    private readonly limit: number,
    private readonly tell: (sessionId: string, event: Event) => void,
    private readonly problem: (sessionId: string, error: Error) => void,
  ) {}

  /** Somebody listens from now on. */
  activate(): void {
    this.active = true;
    for (const [sessionId, session] of this.sessions) {
      if (session.state === 'known') {
        session.state = 'waiting';
        this.open(sessionId, session);
      }
    }
  }

  /** Makes sure that what happens from now on in a session is told. */
  async watch(sessionId: string): Promise<void> {
    if (this.active && !this.sessions.has(sessionId)) {
      const { revision } = await this.client.sessions.get(sessionId);
      this.know(sessionId, revision);
    }
  }

  /** Takes note of a session that was just created. Who listens already is told of its beginning; who comes later is not. */
  created(sessionId: string, revision: number): void {
    this.know(sessionId, this.active ? 0 : revision);
  }

  /** Takes note of how far a session is, so that who listens later is told what comes after. */
  changed(sessionId: string, revision: number): void {
    if (!this.active) {
      this.know(sessionId, revision);
    }
  }

  /** Resolves when all events up to a revision have been told, or soon after when the stream has trouble. */
  async told(sessionId: string, revision: number): Promise<void> {
    const session = this.sessions.get(sessionId);
    if (session?.state !== 'live' || session.cursor >= revision) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SETTLE);
      const look = () => {
        if (session.cursor >= revision || !this.sessions.has(sessionId)) {
          clearTimeout(timer);
          resolve();
        } else {
          session.waiters.push(look);
        }
      };
      look();
    });
  }

  /** Ends all streams. */
  stop(): void {
    this.close.abort();
  }

  private know(sessionId: string, cursor: number): void {
    const session = this.sessions.get(sessionId);
    if (!session) {
      const known: Followed = { cursor, state: this.active ? 'waiting' : 'known', waiters: [] };
      this.sessions.set(sessionId, known);
      this.open(sessionId, known);
    } else if (session.state === 'known') {
      session.cursor = Math.max(session.cursor, cursor);
    }
  }

  private open(sessionId: string, session: Followed): void {
    if (session.state === 'waiting' && this.live < this.limit && !this.close.signal.aborted) {
      session.state = 'live';
      this.live += 1;
      void this.follow(sessionId, session);
    }
  }

  private async follow(sessionId: string, session: Followed): Promise<void> {
    const { signal } = this.close;
    try {
      for await (const item of this.client.watch(sessionId, { after: session.cursor, signal, patience: Infinity })) {
        session.cursor = item.revision;
        if (item.type === 'event') {
          this.tell(sessionId, item.event);
        }
        wake(session);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.problem(sessionId, error as Error);
      }
    }
    this.sessions.delete(sessionId);
    wake(session);
    this.live -= 1;
    for (const [id, waiting] of this.sessions) {
      this.open(id, waiting);
    }
  }
}

function wake(session: Followed): void {
  for (const look of session.waiters.splice(0)) {
    look();
  }
}
