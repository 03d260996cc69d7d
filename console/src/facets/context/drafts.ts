import * as drafts from '../../ui/drafts.ts';
import type { Target } from './document.ts';
import type { Base } from './save.ts';

/** What somebody typed and has not sent, and the document that it is meant for. */
export interface Draft {
  base: Base;
  text: string;
  asText: boolean;
  name: string;
}

const nameOf = (sessionId: string, { path, adds }: Target) =>
  JSON.stringify(['context', sessionId, path, adds === true]);

export const draftOf = (sessionId: string, target: Target): Draft | undefined =>
  drafts.draftOf(nameOf(sessionId, target));

export const keepDraft = (sessionId: string, target: Target, draft: Draft): void =>
  drafts.keepDraft(nameOf(sessionId, target), draft);

export const dropDraft = (sessionId: string, target: Target): void => drafts.dropDraft(nameOf(sessionId, target));
