import type { JournalEvent } from 'sessiond';
import type { Journal } from '../../data/journal.ts';
import { applyPatch, type Document, isObject } from './document.ts';

/** One change of the shared context, as the journal has it. */
export interface Entry {
  seq: number;
  time: string;
  actor: string;
  /** The whole document, or the merge patch that it was changed by. */
  document?: Document;
  patch?: Document;
}

/** The fold begins anew from a kept document every so many changes, so that looking at any one is quick. */
const KEPT = 64;

/** Takes from an event what it says about the shared context. */
export function entryOf(event: JournalEvent): Entry | undefined {
  const { seq, time, actor } = event;
  switch (event.type) {
    case 'session_created': {
      const { shared_context } = event.data;
      return { seq, time, actor, document: isObject(shared_context) ? shared_context : {} };
    }
    case 'context_updated': {
      const { document, patch } = event.data;
      return isObject(document)
        ? { seq, time, actor, document }
        : { seq, time, actor, patch: isObject(patch) ? patch : {} };
    }
    default:
      return undefined;
  }
}

/** All that the shared context has been, as far back as the journal is kept. */
export class History {
  /** Oldest first. */
  readonly entries: Entry[] = [];
  /** Every event up to this one has been looked at. */
  reached = 0;
  private readonly kept = new Map<number, Document>();

  /** Adds what events say, in their order; what was added already is passed over. */
  add(events: Iterable<JournalEvent>): void {
    for (const event of events) {
      if (event.seq <= this.reached) {
        continue;
      }
      this.reached = event.seq;
      const entry = entryOf(event);
      if (entry) {
        this.entries.push(entry);
      }
    }
  }

  /** Reads what is not here yet up to `to`, and tells how far it is. */
  async read(journal: Journal, to: number, signal: AbortSignal, onProgress: (seq: number) => void): Promise<void> {
    for await (const events of journal.scan(this.reached + 1, to, signal)) {
      this.add(events);
      onProgress(this.reached);
    }
  }

  /** The document after the change with this index; nothing when its beginning was dropped by retention. */
  documentAt(index: number): Document | undefined {
    let begin = index;
    while (begin >= 0 && !this.entries[begin]?.document && !this.kept.has(begin)) {
      begin -= 1;
    }
    let document: unknown = this.kept.get(begin) ?? this.entries[begin]?.document;
    if (document === undefined) {
      return undefined;
    }
    for (let next = begin + 1; next <= index; next += 1) {
      document = applyPatch(document, this.entries[next]?.patch);
      if (next % KEPT === 0) {
        this.kept.set(next, document as Document);
      }
    }
    return document as Document;
  }
}
