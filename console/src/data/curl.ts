/** What a change gets that is only to be shown. */
const SHOWN = { code: 'only_shown', status: 400, title: 'Only shown', detail: 'The request was not sent.' };

/** A text as one word of a shell. */
const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Headers that belong to one request alone, or to this page. */
const LEFT_OUT = new Set(['accept', 'authorization', 'idempotency-key']);

/** A request as a command. The key is in the environment, so that no command has it. */
export function curlOf(url: string, init: RequestInit): string {
  const headers = new Headers(init.headers);
  const parts = [`curl -X ${init.method ?? 'GET'} ${quoted(url)}`];
  if (headers.has('authorization')) {
    parts.push('-H "authorization: Bearer $SESSIOND_API_KEY"');
  }
  headers.forEach((value, name) => {
    if (!LEFT_OUT.has(name)) {
      parts.push(`-H ${quoted(`${name}: ${value}`)}`);
    }
  });
  if (typeof init.body === 'string') {
    parts.push(`-d ${quoted(init.body)}`);
  }
  return parts.join(' \\\n  ');
}

/** Shows the requests that an action would make, without making them: what only reads is sent. */
export class Curl {
  private captured: string[] | undefined;

  through =
    (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
    (input, init) => {
      if (!this.captured || !init?.method || init.method === 'GET') {
        return fetch(input, init);
      }
      this.captured.push(curlOf(String(input), init));
      const headers = { 'content-type': 'application/problem+json' };
      return Promise.resolve(Response.json(SHOWN, { status: SHOWN.status, headers }));
    };

  /** The commands of an action. What the action itself rejects, such as text that is not JSON, it rejects here too. */
  async of(action: () => Promise<unknown>): Promise<string> {
    const captured: string[] = [];
    this.captured = captured;
    try {
      await action();
    } catch (error) {
      if (captured.length === 0) {
        throw error;
      }
    } finally {
      this.captured = undefined;
    }
    return captured.join('\n');
  }
}

/** Of this page. */
export const curl = new Curl();
