/** What a request gets that is held back until its key is no longer in use. */
const REJECTED = {
  code: 'unauthenticated',
  status: 401,
  title: 'A valid key is required',
  detail: 'Enter a key first.',
};

/**
 * What the requests of one key go through. When the server rejects the key, it says so once and holds further requests
 * back: pages that read periodically would otherwise make a rejected request every few seconds. Another key has another
 * gate, so an answer that arrives late does not ask for a key again.
 */
export class Gate {
  private state: 'open' | 'closed' | 'retired' = 'open';
  private waiting: (() => void)[] = [];

  constructor(private readonly onRejected: () => void) {}

  /** Ends the use of this key: what was held back fails. */
  retire(): void {
    this.state = 'retired';
    for (const release of this.waiting.splice(0)) {
      release();
    }
  }

  /** Passes requests on while the key is accepted. */
  through =
    (fetch: typeof globalThis.fetch): typeof globalThis.fetch =>
    async (input, init) => {
      if (this.state === 'open') {
        const response = await fetch(input, init);
        if (response.status === 401) {
          this.close();
        }
        return response;
      }
      if (this.state === 'closed') {
        await new Promise<void>((resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason), { once: true });
          this.waiting.push(resolve);
        });
      }
      return Response.json(REJECTED, { status: 401, headers: { 'content-type': 'application/problem+json' } });
    };

  private close(): void {
    if (this.state === 'open') {
      this.state = 'closed';
      this.onRejected();
    }
  }
}
