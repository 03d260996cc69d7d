import type { Client, ListSessions, SessionSummary } from 'sessiond';

/** Rows that are asked for at once. */
const PAGE = 200;
/** Rows that are looked at for news while the top is out of sight. */
const HEAD = 50;
/** Pages on either side of those in sight whose rows stay here; of the others only the number of rows is kept. */
const NEAR = 10;

/** What the server told of the rows between two cursors. */
interface Page {
  /** Where it begins; the first has none. */
  cursor: string | undefined;
  /** Where the next begins; undefined when this is the last. */
  next: string | undefined;
  /** Absent when it was scrolled far out of sight: it is read again when it comes back. */
  rows: SessionSummary[] | undefined;
  /** How many rows there are, or were. */
  count: number;
}

/** What the server answers. */
interface Answer {
  rows: SessionSummary[];
  next: string | undefined;
}

/** Which sessions a list shows, and in which order. */
export type SessionsQuery = Omit<ListSessions, 'limit' | 'cursor'>;

/**
 * A list of any number of sessions, of which a viewer has the pages around what is in sight. Each page is what stands
 * between two cursors, so that each can be read again by itself: only those in sight are. New rows at the top are
 * held back and counted while the top is out of sight, so that nothing moves under the reader.
 */
export class SessionList {
  /** Counts changes, for whoever renders what is here. */
  version = 0;
  /** How many rows the top would have that are not shown. */
  news = 0;
  /** Whether `news` is only the least that it could be. */
  moreNews = false;
  /** What went wrong with the last reading; what was read before stays. */
  problem: unknown;
  private pages: Page[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly pending = new Map<number, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly client: Client,
    /** What is asked for; a range that ends now is another with each question. */
    private readonly query: () => SessionsQuery,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getVersion = (): number => this.version;

  /** Whether anything has been read. */
  get ready(): boolean {
    return this.pages.length > 0;
  }

  /** How many rows are known of. */
  get length(): number {
    return this.pages.reduce((sum, page) => sum + page.count, 0);
  }

  /** Whether there are no more rows than are known of. */
  get whole(): boolean {
    return this.pages.at(-1)?.next === undefined;
  }

  /** The session in a row, when it is here. */
  get(index: number): SessionSummary | undefined {
    let begin = 0;
    for (const page of this.pages) {
      if (index < begin + page.count) {
        return page.rows?.[index - begin];
      }
      begin += page.count;
    }
    return undefined;
  }

  /** Reads what is missing for the rows from `first` to `last`, and lets go of what is far from them. */
  async show(first: number, last: number): Promise<void> {
    const [from, to] = this.pagesOf(first, last);
    for (const [place, page] of this.pages.entries()) {
      if (page.rows && (place < from - NEAR || place > to + NEAR) && place !== 0) {
        page.rows = undefined;
      }
    }
    for (let place = from; place <= to; place += 1) {
      if (!this.pages[place]?.rows) {
        await this.read(place, false);
      }
    }
    // The page after the last is read before it comes into sight.
    if (!this.whole && last > this.length - PAGE / 2) {
      await this.read(this.pages.length, false);
    }
  }

  /** Reads what is in sight again. With the top in sight, new rows are let in, unless `held`: somebody is about to choose one. */
  async refresh(first: number, last: number, held = false): Promise<void> {
    const [from, to] = this.pagesOf(first, last);
    const top = first === 0 && !held;
    for (let place = from; place <= to; place += 1) {
      await this.read(place, place > 0 || top);
    }
    if (from > 0) {
      await this.lookForNews();
    }
  }

  /** Begins again at the top. */
  async restart(): Promise<void> {
    this.pages = [];
    await this.read(0, true);
  }

  stop(): void {
    this.stopping.abort();
  }

  private pagesOf(first: number, last: number): [from: number, to: number] {
    let begin = 0;
    let from: number | undefined;
    let to = 0;
    for (const [place, page] of this.pages.entries()) {
      if (begin + page.count > first) {
        from ??= place;
      }
      if (begin <= last) {
        to = place;
      }
      begin += page.count;
    }
    return [Math.min(from ?? to, to), to];
  }

  /** Reads a page, known or the one after the last; `insert` lets in what was not there before. */
  private read(place: number, insert: boolean): Promise<void> {
    const known = this.pending.get(place);
    if (known) {
      return known;
    }
    const reading = this.ask(place, insert).finally(() => this.pending.delete(place));
    this.pending.set(place, reading);
    return reading;
  }

  private async ask(place: number, insert: boolean): Promise<void> {
    const page = this.pages[place];
    const cursor = page ? page.cursor : this.pages[place - 1]?.next;
    const answer = await this.list(cursor, PAGE);
    if (!answer) {
      return;
    }
    const now = this.pages[place];
    if (now?.cursor === cursor && now) {
      this.update(place, now, answer, insert);
    } else if (!now && place === this.pages.length && this.pages[place - 1]?.next === cursor) {
      this.pages.push({ cursor, ...answer, count: answer.rows.length });
    }
    this.changed();
  }

  private update(place: number, page: Page, answer: Answer, insert: boolean): void {
    if (page.rows && !insert) {
      this.count(answer.rows);
      page.rows = merge(page.rows, answer.rows, false).rows;
    } else if (page.next === undefined) {
      page.rows = answer.rows;
      page.next = answer.next;
    } else if (page.rows && !this.follows(place, answer.rows)) {
      // In the order of time nothing can come between: without a row in common all have gone to the top or away.
      const gone = place > 0 && this.query().sort !== 'name' && !inCommon(page.rows, answer.rows);
      page.rows = gone ? [] : merge(page.rows, answer.rows, true).rows;
    } else {
      page.rows = answer.rows.slice(0, this.until(place, answer.rows));
    }
    page.count = page.rows.length;
    if (place === 0 && insert) {
      this.news = 0;
      if (page.count > 2 * PAGE) {
        // So much has come that the top is better begun anew than grown.
        this.pages = [{ cursor: undefined, ...answer, count: answer.rows.length }];
      }
    }
  }

  /** Whether the rows reach the page after `place`. */
  private follows(place: number, rows: SessionSummary[]): boolean {
    return this.until(place, rows) < rows.length;
  }

  /** How many of these rows come before the page after `place`. */
  private until(place: number, rows: SessionSummary[]): number {
    const following = this.pages[place + 1]?.rows?.[0]?.session_id;
    const end = rows.findIndex(({ session_id }) => session_id === following);
    return end === -1 ? rows.length : end;
  }

  private async lookForNews(): Promise<void> {
    const answer = await this.list(undefined, HEAD);
    if (answer) {
      this.count(answer.rows);
      this.changed();
    }
  }

  private count(head: SessionSummary[]): void {
    if (this.query().reverse) {
      // What is new is at the end.
      return;
    }
    const first = this.pages[0]?.rows ?? [];
    this.news = merge(first, head, false).news;
    this.moreNews = this.news >= head.length && this.news > 0;
  }

  private async list(cursor: string | undefined, limit: number): Promise<Answer | undefined> {
    try {
      const query = { ...this.query(), limit, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.client.sessions.list(query, { signal: this.stopping.signal });
      this.problem = undefined;
      return { rows: page.sessions, next: page.next_cursor ?? undefined };
    } catch (error) {
      if (!this.stopping.signal.aborted) {
        this.problem = error;
        this.changed();
      }
      return undefined;
    }
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

const inCommon = (known: readonly SessionSummary[], answer: readonly SessionSummary[]): boolean => {
  const ids = new Set(known.map(({ session_id }) => session_id));
  return answer.some(({ session_id }) => ids.has(session_id));
};

/**
 * Brings a page's rows up to what is read from its beginning. The answer may be shorter in reach than the page, because
 * new rows took places in it, or longer, because rows left: what it does not reach stays as it was, and what it reaches
 * beyond the page belongs to the next.
 */
export function merge(
  known: readonly SessionSummary[],
  answer: readonly SessionSummary[],
  insert: boolean,
): { rows: SessionSummary[]; news: number } {
  const before = new Set(known.map(({ session_id }) => session_id));
  const now = new Map(answer.map((row) => [row.session_id, row]));
  const reached = known.findLastIndex(({ session_id }) => now.has(session_id));
  const end = answer.findLastIndex(({ session_id }) => before.has(session_id));
  const read = answer.slice(0, end + 1);
  // Without a row in common, all that the answer has is from before the page.
  const fresh = (end === -1 ? answer : read).filter(({ session_id }) => !before.has(session_id));
  const rest = known.slice(reached + 1);
  if (insert) {
    return { rows: end === -1 ? [...answer, ...rest] : [...read, ...rest], news: 0 };
  }
  const kept = known.slice(0, reached + 1).flatMap(({ session_id }) => now.get(session_id) ?? []);
  return { rows: [...kept, ...rest], news: fresh.length };
}
