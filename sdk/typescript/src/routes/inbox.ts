import { type Http, path, type RequestOptions } from '../http.js';
import type { AckMessages, Acknowledged, InboxPage, operations } from '../schema.js';
import { milliseconds } from '../duration.js';

/** How to read an inbox. */
export type ReceiveMessages = NonNullable<operations['receive_messages']['parameters']['query']>;

/** How much longer than the server waits for a message the client waits for the answer, in milliseconds. */
const MARGIN = 20_000;

/** An agent's inbox by HTTP; the {@link Agent} class reads it by itself. */
export class Inbox {
  constructor(private readonly http: Http) {}

  /** Takes messages; with `wait` the answer comes with the first one. */
  receive(agentId: string, query: ReceiveMessages = {}, options?: RequestOptions): Promise<InboxPage> {
    const timeout = 60_000 + milliseconds(query.wait) + MARGIN;
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}/inbox`, query, options: { timeout, ...options } });
  }

  /** Says that messages are done with: they do not come again. */
  acknowledge(agentId: string, request: AckMessages, options?: RequestOptions): Promise<Acknowledged> {
    return this.http.json({ method: 'POST', path: path`/agents/${agentId}/inbox/ack`, body: request, options });
  }

  /** Puts a dead letter back into the inbox. */
  requeue(agentId: string, messageId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/inbox/${messageId}/requeue`, options });
  }
}
