import { type Client, type JournalEvent, Problem, type ToolUse, type Turn, type TurnPage } from 'sessiond';
import type { Feed } from '../../data/feed.ts';
import { Tree } from './tree.ts';

/** How many turns one request reads. */
const PAGE = 1_000;

/** What is known of a conversation. It is another object whenever something has changed. */
export interface Known {
  /** Whether all turns have been read. */
  loaded: boolean;
  error: unknown;
  turns: ReadonlyMap<string, Turn>;
  /** The turn that the next one follows. */
  head: string | null;
  tree: Tree;
  /** What was said, along the branch that was chosen. */
  path: readonly Turn[];
  /** The turns that wait, as far as the events say: the next one first. */
  queued: readonly Turn[];
  running: Turn | undefined;
  /** The last summary along the branch, which a model is sent in place of the turns before it. */
  summary: Summary | undefined;
}

/** A summary of the turns that lead to one, itself included. */
export interface Summary {
  /** How many turns it summarises. */
  turns: number;
  /** The event that has its text. */
  revision: number;
}

/**
 * The turns of a session: read once, then kept up to date by the session's events, which have the whole texts. So every tab
 * that follows the session shows the same.
 */
export class Turns {
  private turns = new Map<string, Turn>();
  private queue: string[] = [];
  private head: string | null = null;
  private summaries = new Map<string, number>();
  private loaded = false;
  private error: unknown;
  private known: Known | undefined;
  private buffered: JournalEvent[] | undefined;
  private stopping = new AbortController();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly client: Client,
    private readonly sessionId: string,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  get = (): Known => {
    if (!this.known) {
      const tree = new Tree(this.turns);
      const open = [...this.turns.values()];
      const path = tree.path(this.head);
      this.known = {
        loaded: this.loaded,
        error: this.error,
        turns: this.turns,
        head: this.head,
        tree,
        path,
        queued: this.queue.flatMap((id) => this.turns.get(id) ?? []),
        running: open.find(({ status }) => status === 'running'),
        summary: this.lastSummary(path),
      };
    }
    return this.known;
  };

  /** Reads all turns and follows the events from then on; the result ends it. */
  follow(feed: Pick<Feed, 'onEvent'>): () => void {
    const unhear = feed.onEvent((event) => {
      if (this.buffered) {
        this.buffered.push(event);
      } else if (this.apply(event)) {
        this.changed();
      }
    });
    void this.load();
    return () => {
      unhear();
      this.stopping.abort();
    };
  }

  /** Reads all turns anew. What happens meanwhile is added to them. */
  async load(): Promise<void> {
    this.stopping.abort();
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    this.buffered = [];
    try {
      const turns = new Map<string, Turn>();
      let head: string | null = null;
      let summaries: TurnPage['summaries'];
      let after: number | undefined;
      do {
        const query = after === undefined ? { limit: PAGE } : { limit: PAGE, after };
        const page = await this.client.conversation.listTurns(this.sessionId, query, { signal });
        for (const turn of page.turns) {
          turns.set(turn.turn_id, turn);
        }
        head = page.head ?? null;
        summaries = page.summaries;
        after = page.next_after ?? undefined;
      } while (after !== undefined);
      this.turns = turns;
      this.head = head;
      this.summaries = new Map(summaries?.map(({ through, revision }) => [through, revision]));
      this.queue = [...turns.values()].filter(({ status }) => status === 'queued').map(({ turn_id }) => turn_id);
      this.loaded = true;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      this.error = error;
    }
    for (const event of this.buffered.splice(0)) {
      this.apply(event);
    }
    this.buffered = undefined;
    this.changed();
  }

  /** A turn as an answer of the server has it. One that has ended is not opened again by an answer that was slower. */
  put(turn: Turn): void {
    const before = this.turns.get(turn.turn_id);
    if (before && rank(before) > rank(turn)) {
      return;
    }
    this.turns = new Map(this.turns).set(turn.turn_id, turn);
    this.place(turn);
    this.changed();
  }

  /** Shows another branch before the server has said so. */
  moveHead(turn: string | null): void {
    this.head = turn;
    this.changed();
  }

  /** Whether the session's own figures are the same as those here. */
  agrees(count: number, head: string | null | undefined): boolean {
    return !this.loaded || this.buffered !== undefined || (this.turns.size === count && this.head === (head ?? null));
  }

  /** Takes an event in; whether it changed something. */
  private apply(event: JournalEvent): boolean {
    switch (event.type) {
      case 'turn_queued': {
        const { turn_id, parent, text, instructions, files, mode, settings, next } = event.data;
        if (this.turns.has(turn_id)) {
          this.order(turn_id, next === true);
          return true;
        }
        const turn: Turn = {
          turn_id,
          session_id: this.sessionId,
          parent: parent ?? null,
          status: 'queued',
          text,
          ...(instructions == null ? {} : { instructions }),
          ...(files === undefined ? {} : { files }),
          ...(mode === undefined ? {} : { mode }),
          ...(settings === undefined ? {} : { settings }),
          answer: '',
          asked_by: event.actor,
          queued_at: event.time,
          began_at: null,
          ended_at: null,
          revision: event.seq,
        };
        this.turns = new Map(this.turns).set(turn_id, turn);
        this.order(turn_id, next === true);
        return true;
      }
      case 'turn_began': {
        const { turn_id, parent } = event.data;
        return this.change(turn_id, (turn) => ({
          ...turn,
          parent: parent ?? null,
          began_at: event.time,
          status: turn.status === 'queued' ? 'running' : turn.status,
        }));
      }
      case 'tool_called': {
        const { turn_id, runner: _, ...call } = event.data;
        return this.change(turn_id, (turn) => ({
          ...turn,
          tools: [
            ...(turn.tools ?? []).filter(({ number }) => number !== call.number),
            { ...call, status: 'called', text: '' },
          ],
        }));
      }
      case 'tool_answered': {
        const { turn_id, number, status, text, duration_ms } = event.data;
        const answered = (tool: ToolUse) => (tool.number === number ? { ...tool, status, text, duration_ms } : tool);
        return this.change(turn_id, (turn) => ({ ...turn, tools: (turn.tools ?? []).map(answered) }));
      }
      case 'turn_ended': {
        const { turn_id, status, text, reasoning, finish, reason, usage, sources, citations } = event.data;
        return this.change(turn_id, (turn) => ({
          ...turn,
          status,
          text: status === 'rolled_back' ? '' : turn.text,
          answer: text ?? '',
          reasoning: reasoning || null,
          finish: finish ?? null,
          reason: reason ?? null,
          usage: usage ?? null,
          sources: sources ?? [],
          citations: citations ?? [],
          ended_at: event.time,
        }));
      }
      case 'head_moved':
        this.head = event.data.turn_id ?? null;
        return true;
      case 'conversation_compacted':
        this.summaries.set(event.data.through, event.seq);
        return true;
      case 'conversation_cleared':
        this.summaries.clear();
        this.turns = new Map([...this.turns].filter(([, turn]) => turn.revision > event.seq));
        this.queue = this.queue.filter((id) => this.turns.has(id));
        this.head = this.head !== null && this.turns.has(this.head) ? this.head : null;
        return true;
      default:
        return false;
    }
  }

  private lastSummary(path: readonly Turn[]): Summary | undefined {
    const last = path.findLastIndex(({ turn_id }) => this.summaries.has(turn_id));
    const revision = this.summaries.get(path[last]?.turn_id ?? '');
    return revision === undefined ? undefined : { turns: last + 1, revision };
  }

  private change(id: string, to: (turn: Turn) => Turn): boolean {
    const before = this.turns.get(id);
    if (!before) {
      return false;
    }
    const turn = to(before);
    this.turns = new Map(this.turns).set(id, turn);
    this.place(turn);
    return true;
  }

  /** A turn that waits is in the queue, and no other is. */
  private place(turn: Turn): void {
    if (turn.status !== 'queued') {
      this.queue = this.queue.filter((id) => id !== turn.turn_id);
    } else if (!this.queue.includes(turn.turn_id)) {
      this.queue = [...this.queue, turn.turn_id];
    }
  }

  private order(id: string, first: boolean): void {
    if (this.turns.get(id)?.status !== 'queued') {
      return;
    }
    if (first) {
      this.queue = [id, ...this.queue.filter((other) => other !== id)];
    } else if (!this.queue.includes(id)) {
      this.queue = [...this.queue, id];
    }
  }

  private changed(): void {
    this.known = undefined;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

/** A turn waits, then runs, then has ended. */
const rank = ({ status }: Turn): number => (status === 'queued' ? 0 : status === 'running' ? 1 : 2);

/** A problem that a turn which has gone leaves behind is no problem: the conversation was cleared meanwhile. */
export const isGone = (error: unknown): boolean => error instanceof Problem && error.code === 'turn_not_found';
