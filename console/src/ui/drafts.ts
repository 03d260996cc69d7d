import { parseJson, toJson } from 'sessiond';

/** Of this tab, whatever closes the dialog: Escape, a click beside it, an error, or the page being loaded again. */
const drafts = new Map<string, unknown>();

const PREFIX = 'sessiond.draft.';

/** What was typed under this name and not sent. */
export function draftOf<Draft>(name: string): Draft | undefined {
  const key = PREFIX + name;
  if (!drafts.has(key)) {
    const text = sessionStorage.getItem(key);
    if (text === null) {
      return undefined;
    }
    drafts.set(key, parseJson(text));
  }
  return drafts.get(key) as Draft;
}

export function keepDraft(name: string, draft: unknown): void {
  const key = PREFIX + name;
  drafts.set(key, draft);
  try {
    sessionStorage.setItem(key, toJson(draft));
  } catch {
    // There is no room, or the browser keeps nothing: it is here as long as the page is. What is kept would be stale.
    sessionStorage.removeItem(key);
  }
}

export function dropDraft(name: string): void {
  drafts.delete(PREFIX + name);
  sessionStorage.removeItem(PREFIX + name);
}

/** Drops all of them: the person has signed out. */
export function forgetDrafts(): void {
  drafts.clear();
  for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX))) {
    sessionStorage.removeItem(key);
  }
}
