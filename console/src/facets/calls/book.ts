import type { JournalEvent } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import type { Journal } from '../../data/journal.ts';
import { CallTable } from './table.ts';

/** How many calls are read without being asked; who wants more says so. */
const MANY = 1_000_000;

/** How far the reading is. */
export interface Reading {
  at: 'reading' | 'paused' | 'current' | 'failed';
  /** The number of the last event that was read. */
  seq: number;
  /** How many events there are. */
  of: number;
  problem?: unknown;
}

type Source = Pick<Feed, 'onEvent'> & { journal: Pick<Journal, 'revision' | 'first' | 'scan' | 'subscribe'> };

/** Reads a session's journal from its beginning, then as it grows, and joins what it says of calls. */
export class CallBook {
  readonly table = new CallTable();
  /** Counts changes, for whoever renders what is here. */
  version = 0;
  private at: Reading['at'] = 'reading';
  private seq = 0;
  private limit = MANY;
  private problem: unknown;
  private waiting: JournalEvent[] = [];
  private stopping = new AbortController();
  private busy = false;
  private pending: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly feed: Source) {}

  /** Reads on until what is returned is called. */
  start(): () => void {
    this.stopping = new AbortController();
    const ends = [this.feed.onEvent((event) => this.hear(event)), this.feed.journal.subscribe(() => this.advance())];
    this.advance();
    return () => {
      this.stopping.abort();
      clearTimeout(this.pending);
      this.pending = undefined;
      for (const end of ends) {
        end();
      }
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  get reading(): Reading {
    const of = this.feed.journal.revision;
    return { at: this.at, seq: this.seq, of, ...(this.problem === undefined ? {} : { problem: this.problem }) };
  }

  /** What was read stays; nothing more is read until somebody says so. */
  pause(): void {
    this.at = 'paused';
    this.stopping.abort();
    this.changed(true);
  }

  /** Goes on where it stopped. */
  resume(): void {
    this.stopping = new AbortController();
    this.limit = this.table.size + MANY;
    this.at = 'reading';
    this.problem = undefined;
    this.changed(true);
    this.advance();
  }

  /** What is published while it reads waits its turn, as long as little waits: the rest is read from the server. */
  private hear(event: JournalEvent): void {
    if (this.waiting.length < 100) {
      this.waiting.push(event);
    }
    this.advance();
  }

  private advance(): void {
    if (!this.busy && this.at !== 'paused' && this.at !== 'failed') {
      void this.read();
    }
  }

  private async read(): Promise<void> {
    const { signal } = this.stopping;
    const { journal } = this.feed;
    this.busy = true;
    try {
      while (!signal.aborted) {
        this.takeWaiting();
        if (this.seq >= journal.revision) {
          this.at = 'current';
          break;
        }
        if (this.at === 'current') {
          // The event itself comes right after the news of it.
          await Promise.resolve();
          this.takeWaiting();
        }
        if (this.seq >= journal.revision) {
          continue;
        }
        for await (const events of journal.scan(this.seq + 1, journal.revision, signal)) {
          if (signal.aborted) {
            break;
          }
          for (const event of events) {
            this.take(event);
          }
          if (this.table.size >= this.limit) {
            this.pause();
          }
        }
        // What retention dropped is not read.
        this.seq = signal.aborted ? this.seq : Math.max(this.seq, journal.first - 1);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.at = 'failed';
        this.problem = error;
      }
    } finally {
      this.busy = false;
      this.changed(this.at !== 'current');
      // Begun anew while this one was ending.
      if (signal.aborted && !this.stopping.signal.aborted) {
        this.advance();
      }
    }
  }

  private takeWaiting(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const event of waiting) {
      if (event.seq === this.seq + 1) {
        this.take(event);
      }
    }
  }

  private take(event: JournalEvent): void {
    if (event.seq > this.seq) {
      this.seq = event.seq;
      this.table.take(event);
      this.changed(false);
    }
  }

  /** Says that something changed: at once, or soon, the more seldom the more there is to draw. */
  private changed(now: boolean): void {
    if (!now) {
      const { size } = this.table;
      this.pending ??= setTimeout(() => this.changed(true), size > 200_000 ? 1_500 : size > 20_000 ? 500 : 120);
      return;
    }
    clearTimeout(this.pending);
    this.pending = undefined;
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}
