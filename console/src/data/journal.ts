import type { Client, JournalEvent } from 'sessiond';
import { Problem } from 'sessiond';

/** How many events a page holds; the server's own limit is larger. */
const PAGE = 500;
/** How many pages stay here: what has not been looked at for longest goes first. */
const PAGES = 50;
/** How long a list in an event may be for it to stay here when it is published; what is looked at is read again. */
const LIGHT = 50;
/** How many events a scan asks for at once, at first and at most, which is the server's limit. */
const FIRST = 16;
const SCAN = 1_000;
/** How long an answer to a scan shall take, in milliseconds: what is heavy is asked for in smaller parts. */
const BRISK = 250;
/** How many answers a scan awaits at the same time: one is under way while another is looked at. */
const AHEAD = 2;

/**
 * What this viewer has of a session's journal. Events are numbered from 1 without gaps, so a page is known by its
 * number: what scrolls into sight is read, what is published is added, and the rest stays on the server.
 */
export class Journal {
  /** The number of the last event that is known to exist. */
  revision = 0;
  /** The number of the first event that is still kept; 1 unless retention dropped some. */
  first = 1;
  /** Counts changes, for whoever renders what is here. */
  version = 0;
  /** In the order in which they were last asked for. */
  private readonly pages = new Map<number, JournalEvent[]>();
  private readonly pending = new Map<number, Promise<void>>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: Client,
    private readonly sessionId: string,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** The event, when it is here. */
  get(seq: number): JournalEvent | undefined {
    return this.pages.get(pageOf(seq))?.[(seq - 1) % PAGE];
  }

  /** What the server published. */
  append(event: JournalEvent): void {
    this.revision = Math.max(this.revision, event.seq);
    const place = (event.seq - 1) % PAGE;
    const page = this.pages.get(pageOf(event.seq));
    if (isLight(event) && page) {
      page[place] = event;
    } else if (isLight(event) && place === 0) {
      this.pages.set(pageOf(event.seq), [event]);
      this.evict();
    }
    this.changed();
  }

  /** How long the journal is, from somebody who knows. */
  reach(revision: number): void {
    if (revision > this.revision) {
      this.revision = revision;
      this.changed();
    }
  }

  /** What came before `first` is no longer kept. */
  dropped(first: number): void {
    this.first = Math.max(this.first, first);
    this.changed();
  }

  /** Reads what is not here yet of the events from `from` to `to`. */
  async load(from: number, to: number): Promise<void> {
    const pages = [];
    for (let page = pageOf(Math.max(from, this.first)); page <= pageOf(Math.min(to, this.revision)); page += 1) {
      pages.push(this.loadPage(page));
    }
    try {
      await Promise.all(pages);
    } finally {
      this.evict();
    }
  }

  /**
   * Reads the events from `from` to `to` in order, or backwards from `to`, a chunk at a time; what it reads does not
   * stay here. A chunk is in the order of the journal either way. It ends early where retention dropped the rest.
   */
  async *scan(from: number, to: number, signal: AbortSignal, backwards = false): AsyncGenerator<JournalEvent[]> {
    let [low, high] = [Math.max(from, this.first), to];
    while (low <= high) {
      try {
        for await (const events of backwards ? this.back(low, high, signal) : this.forth(low, high, signal)) {
          yield events;
          [low, high] = backwards ? [low, (events[0]?.seq ?? low) - 1] : [(events.at(-1)?.seq ?? high) + 1, high];
        }
        return;
      } catch (error) {
        await this.learnFirst(error);
        if (this.first <= low) {
          throw error;
        }
        low = Math.max(low, this.first);
      }
    }
  }

  private async *back(low: number, high: number, signal: AbortSignal): AsyncGenerator<JournalEvent[]> {
    for (let end = high; end >= low; end -= SCAN) {
      yield await this.range(Math.max(low, end - SCAN + 1), end, signal);
    }
  }

  /** Reads on while what came is looked at, and asks for as much as comes without a long wait. */
  private async *forth(low: number, high: number, signal: AbortSignal): AsyncGenerator<JournalEvent[]> {
    const stopping = new AbortController();
    const stop = () => stopping.abort();
    signal.addEventListener('abort', stop);
    const asked: { end: number; answer: Promise<JournalEvent[]> }[] = [];
    let most = FIRST;
    const ask = (begin: number, end: number) => {
      const since = performance.now();
      const answer = this.page(begin, end, stopping.signal).then((events) => {
        const brisk = performance.now() - since < BRISK && (events.at(-1)?.seq ?? end) >= end;
        most = Math.min(SCAN, brisk ? most * 4 : Math.max(1, Math.ceil(events.length / 2)));
        return events;
      });
      // Who stops reading does not hear of what was still under way.
      answer.catch(() => undefined);
      return { end, answer };
    };
    try {
      signal.throwIfAborted();
      for (let next = low; next <= high || asked.length > 0; ) {
        while (next <= high && asked.length < AHEAD) {
          const end = Math.min(high, next + most - 1);
          asked.push(ask(next, end));
          next = end + 1;
        }
        const first = asked.shift();
        const events = (await first?.answer) ?? [];
        const last = events.at(-1)?.seq;
        if (first && last !== undefined && last < first.end) {
          // An answer has so many bytes at most: its rest comes before what was asked for after it.
          asked.unshift(ask(last + 1, first.end));
        }
        yield events;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  /** The number of the first event that is not older than a time; one more than the last when all are. */
  async seqAt(time: number, signal: AbortSignal): Promise<number> {
    let [low, high] = [this.first, this.revision + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const event = await this.one(middle, signal);
      if (!event) {
        // Retention went past it meanwhile.
        low = Math.max(middle + 1, this.first);
      } else if (Date.parse(event.time) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The event, read when it is not here; none when retention dropped it. */
  async one(seq: number, signal: AbortSignal): Promise<JournalEvent | undefined> {
    const known = this.get(seq);
    if (known) {
      return known;
    }
    for await (const [event] of this.scan(seq, seq, signal)) {
      return event;
    }
    return undefined;
  }

  /** The events that are here, oldest first. */
  *events(): Generator<JournalEvent> {
    for (const page of [...this.pages.keys()].sort((one, other) => one - other)) {
      for (const event of this.pages.get(page) ?? []) {
        if (event && event.seq >= this.first) {
          yield event;
        }
      }
    }
  }

  /** Reads from `from` on, as far as an answer of the server goes: it has so many bytes at most. */
  private async page(from: number, to: number, signal?: AbortSignal): Promise<JournalEvent[]> {
    const query = { after: from - 1, limit: to - from + 1 };
    const { events, revision } = await this.client.events.list(this.sessionId, query, signal ? { signal } : {});
    this.revision = Math.max(this.revision, revision);
    return events;
  }

  /** Reads all from `from` to `to`, in as many answers as it takes. */
  private async range(from: number, to: number, signal?: AbortSignal): Promise<JournalEvent[]> {
    const all = await this.page(from, to, signal);
    for (let last = all.at(-1)?.seq; last !== undefined && last < to; ) {
      const more = await this.page(last + 1, to, signal);
      all.push(...more);
      last = more.at(-1)?.seq;
    }
    return all;
  }

  private loadPage(page: number): Promise<void> {
    const known = this.pending.get(page);
    const events = this.pages.get(page);
    if (events) {
      this.pages.delete(page);
      this.pages.set(page, events);
    }
    if (known || this.isWhole(page)) {
      return known ?? Promise.resolve();
    }
    const loading = this.read(page).finally(() => this.pending.delete(page));
    this.pending.set(page, loading);
    return loading;
  }

  private isWhole(page: number): boolean {
    const events = this.pages.get(page);
    if (!events) {
      return false;
    }
    const begin = page * PAGE;
    for (let seq = Math.max(begin + 1, this.first); seq <= Math.min(begin + PAGE, this.revision); seq += 1) {
      if (!events[seq - 1 - begin]) {
        return false;
      }
    }
    return true;
  }

  private async read(page: number): Promise<void> {
    const begin = page * PAGE;
    try {
      const events = await this.range(Math.max(begin + 1, this.first), Math.min(begin + PAGE, this.revision));
      const kept = this.pages.get(page) ?? [];
      for (const event of events) {
        kept[event.seq - 1 - begin] = event;
      }
      this.pages.set(page, kept);
      this.changed();
    } catch (error) {
      await this.learnFirst(error);
      if (pageOf(this.first) === page) {
        await this.read(page);
      }
    }
  }

  /** Takes from an `event_gap` that retention has dropped events; a stream from the beginning says up to which. */
  private async learnFirst(error: unknown): Promise<void> {
    if (!(error instanceof Problem) || error.code !== 'event_gap') {
      throw error;
    }
    this.dropped(await this.firstKept());
  }

  private async firstKept(): Promise<number> {
    for await (const item of this.client.watch(this.sessionId, { after: 0 })) {
      return item.type === 'gap' ? item.first : 1;
    }
    return this.revision + 1;
  }

  /** Lets go of what was not looked at for longest; the newest page stays, because what is published goes there. */
  private evict(): void {
    const newest = pageOf(this.revision);
    for (const page of this.pages.keys()) {
      if (this.pages.size <= PAGES) {
        return;
      }
      if (page !== newest) {
        this.pages.delete(page);
      }
    }
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

const pageOf = (seq: number): number => Math.floor((seq - 1) / PAGE);

/** Whether it may be kept while nobody looks: a busy program publishes batches of calls by the thousand. */
function isLight({ data }: JournalEvent): boolean {
  return Object.values(data ?? {}).every((member) => !Array.isArray(member) || member.length <= LIGHT);
}
