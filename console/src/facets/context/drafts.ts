import type { Target } from './document.ts';
import type { Base } from './save.ts';

/** What somebody typed and has not sent, and the document that it is meant for. */
export interface Draft {
  base: Base;
  text: string;
  asText: boolean;
  name: string;
}

/** Of this tab, whatever closes the editor: a key that ran out, Escape, or the page being loaded again. */
const drafts = new Map<string, Draft>();

const PREFIX = 'sessiond.draft.';
const keyOf = (sessionId: string, { path, adds }: Target) => PREFIX + JSON.stringify([sessionId, path, adds === true]);

export function draftOf(sessionId: string, target: Target): Draft | undefined {
  const key = keyOf(sessionId, target);
  const kept = drafts.get(key) ?? stored(key);
  if (kept) {
    drafts.set(key, kept);
  }
  return kept;
}

export function keepDraft(sessionId: string, target: Target, draft: Draft): void {
  const key = keyOf(sessionId, target);
  drafts.set(key, draft);
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // There is no room, or the browser keeps nothing: it is here as long as the page is. What is kept would be stale.
    sessionStorage.removeItem(key);
  }
}

export function dropDraft(sessionId: string, target: Target): void {
  const key = keyOf(sessionId, target);
  drafts.delete(key);
  sessionStorage.removeItem(key);
}

/** Drops all of them: whoever typed them has taken leave. */
export function forgetDrafts(): void {
  drafts.clear();
  for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) {
    sessionStorage.removeItem(key);
  }
}

function stored(key: string): Draft | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as Draft);
}
