import { type Client, Problem, parseJson, type Session, toJson } from 'sessiond';

/** A session that works moves on all the time; so often a change is sent again when it did. */
const TRIES = 8;

/**
 * Makes a change that somebody decided on while looking at `seen`. It names the revision, so that nothing is
 * overwritten that they did not see. When the session has moved on, but what the change is about is as it was, it is
 * sent again; when that changed too, the problem `revision_stale` says so.
 */
export async function changeOf<Answer, Seen extends Pick<Session, 'session_id' | 'revision'>>(
  client: Client,
  seen: Seen,
  about: { what: string; of: (session: Session | Seen) => unknown },
  change: (revision: number) => Promise<Answer>,
): Promise<Answer> {
  const before = toJson(about.of(seen));
  let revision = seen.revision;
  for (let tries = 1; ; tries += 1) {
    try {
      return await change(revision);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'revision_stale' || tries === TRIES) {
        throw error;
      }
    }
    const now = await client.sessions.get(seen.session_id);
    if (toJson(about.of(now)) !== before) {
      throw new Problem({
        code: 'revision_stale',
        status: 412,
        title: 'Somebody else changed it first',
        detail: `${about.what} has changed: you saw revision ${seen.revision}, and it is now at ${now.revision}. Nothing was overwritten.`,
      });
    }
    revision = now.revision;
  }
}

/** Whether a problem says that somebody else was first. */
export const isStale = (error: unknown): boolean => error instanceof Problem && error.code === 'revision_stale';

/** A field of JSON; empty is `undefined`. What cannot be read is a problem of that field. */
export function jsonOf(text: string, field: string): unknown {
  if (text.trim() === '') {
    return undefined;
  }
  try {
    return parseJson(text);
  } catch (error) {
    throw new Problem({
      code: 'invalid_input',
      status: 422,
      detail: `The ${field} cannot be read as JSON.`,
      errors: [{ pointer: `/${field}`, detail: (error as Error).message }],
    });
  }
}

/** The same where plain words will do: what is no JSON is a text. */
export function jsonOrText(text: string): unknown {
  if (text.trim() === '') {
    return undefined;
  }
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
