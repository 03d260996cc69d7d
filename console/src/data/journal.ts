import type { Client, JournalEvent } from 'sessiond';
import { Problem } from 'sessiond';

/** How many events a page holds; the server's own limit is larger. */
const PAGE = 500;

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
    if (page) {
      page[place] = event;
    } else if (place === 0) {
      this.pages.set(pageOf(event.seq), [event]);
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
    await Promise.all(pages);
  }

  /** Reads the whole journal, page after page, and tells how far it is. */
  async loadAll(onProgress: (seq: number) => void, signal: AbortSignal): Promise<void> {
    for (let page = pageOf(this.first); page <= pageOf(this.revision); page += 1) {
      signal.throwIfAborted();
      await this.loadPage(page);
      onProgress(Math.min((page + 1) * PAGE, this.revision));
    }
  }

  /** The events that are here, oldest first. */
  *events(): Generator<JournalEvent> {
    for (let seq = this.first; seq <= this.revision; seq += 1) {
      const event = this.get(seq);
      if (event) {
        yield event;
      }
    }
  }

  private loadPage(page: number): Promise<void> {
    const known = this.pending.get(page);
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
      const after = Math.max(begin, this.first - 1);
      const { events, revision } = await this.client.events.list(this.sessionId, { after, limit: PAGE });
      const kept = this.pages.get(page) ?? [];
      for (const event of events) {
        if (pageOf(event.seq) === page) {
          kept[event.seq - 1 - begin] = event;
        }
      }
      this.pages.set(page, kept);
      this.revision = Math.max(this.revision, revision);
      this.changed();
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'event_gap') {
        throw error;
      }
      // Retention has dropped events of this page; a live stream from the beginning says which is the first.
      this.dropped(await this.firstKept());
      if (pageOf(this.first) === page) {
        await this.read(page);
      }
    }
  }

  private async firstKept(): Promise<number> {
    for await (const item of this.client.watch(this.sessionId, { after: 0 })) {
      return item.type === 'gap' ? item.first : 1;
    }
    return this.revision + 1;
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

const pageOf = (seq: number): number => Math.floor((seq - 1) / PAGE);
