import type { Target } from './Editor.tsx';
import type { Base } from './save.ts';

/** What somebody typed and has not sent, and the document that it is meant for. */
export interface Draft {
  base: Base;
  text: string;
  asText: boolean;
  name: string;
}

/** For as long as the page is open, whatever closes the editor: a key that ran out, or Escape. */
const drafts = new Map<string, Draft>();

const keyOf = (sessionId: string, { path, adds }: Target) => JSON.stringify([sessionId, path, adds === true]);

export const draftOf = (sessionId: string, target: Target): Draft | undefined => drafts.get(keyOf(sessionId, target));

export const keepDraft = (sessionId: string, target: Target, draft: Draft): void =>
  void drafts.set(keyOf(sessionId, target), draft);

export const dropDraft = (sessionId: string, target: Target): void => void drafts.delete(keyOf(sessionId, target));
