import type { Client, Session } from 'sessiond';
import { Problem } from 'sessiond';
import { type Document, patchBetween } from './document.ts';

/** How often a busy session's other events may come in between before it is given up. */
const TRIES = 25;

/** The document that an edit began with. */
export interface Base {
  document: Document;
  /** The session's revision then. */
  revision: number;
  /** The revision at which the document had last changed. */
  contextRevision: number;
}

/** Somebody else changed the document while it was edited; a person decides what holds. */
export class Overtaken extends Error {
  constructor(readonly now: Base) {
    super('somebody else changed the shared context');
  }
}

/** What an edit of this session begins with. */
export const baseOf = (session: Session): Base => ({
  document: session.shared_context as Document,
  revision: session.revision,
  contextRevision: session.context_revision ?? 0,
});

/**
 * Writes an edited document, only on the document that it was made of. The server's guard is the session's revision,
 * which every event moves; when only something else has happened, the same change is sent again with the new revision.
 */
export async function save(client: Client, sessionId: string, base: Base, edited: Document): Promise<void> {
  const patch = patchBetween(base.document, edited);
  let expectedRevision = base.revision;
  for (let left = TRIES; ; left -= 1) {
    try {
      if (patch) {
        await client.context.patch(sessionId, patch, { expectedRevision });
      } else {
        await client.context.replace(sessionId, edited, { expectedRevision });
      }
      return;
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'revision_stale' || left <= 0) {
        throw error;
      }
      const now = baseOf(await client.sessions.get(sessionId));
      if (now.contextRevision !== base.contextRevision) {
        throw new Overtaken(now);
      }
      expectedRevision = now.revision;
    }
  }
}
