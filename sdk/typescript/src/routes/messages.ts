import { type CreateOptions, type Http, type RequestOptions } from '../http.js';
import { pages } from '../pages.js';
import { milliseconds } from '../duration.js';
import type { MessageInfo, MessagePage, operations, SendMessage, Sent } from '../schema.js';

/** Which messages to list. */
export type ListMessages = NonNullable<operations['list_messages']['parameters']['query']>;

/** How long the server waits for the response to a synchronous message that names no time, in milliseconds. */
const RESPONSE = 300_000;

/** Messages between agents. */
export class Messages {
  constructor(private readonly http: Http) {}

  /** Sends a message; the same one again has no second effect. */
  send(message: SendMessage, options?: CreateOptions): Promise<Sent> {
    const { delivery_mode, timeout } = message.routing ?? {};
    const wait = delivery_mode === 'sync' ? { timeout: 80_000 + (milliseconds(timeout) || RESPONSE) } : {};
    return this.http.json({ method: 'POST', path: '/messages/send', body: message, options: { ...wait, ...options } });
  }

  /** A page of messages, newest first. */
  list(query: ListMessages = {}, options?: RequestOptions): Promise<MessagePage> {
    return this.http.json({ method: 'GET', path: '/messages', query, options });
  }

  /** All of them, page by page. */
  all(query: ListMessages = {}, options?: RequestOptions): AsyncGenerator<MessageInfo, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.messages);
  }
}
