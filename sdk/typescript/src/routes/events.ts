import { type Http, path, type RequestOptions } from '../http.js';
import { pagesAfter } from '../pages.js';
import type { Event, EventPage, operations } from '../schema.js';

/** Which events to read. */
export type ListEvents = NonNullable<operations['list_events']['parameters']['query']>;

/** A session's journal; `client.watch` follows it live. */
export class Events {
  constructor(private readonly http: Http) {}

  /** A page of events after a number. */
  list(sessionId: string, query: ListEvents = {}, options?: RequestOptions): Promise<EventPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/events`, query, options });
  }

  /** All events up to the last, page by page. */
  all(sessionId: string, query: ListEvents = {}, options?: RequestOptions): AsyncGenerator<Event, void, undefined> {
    return pagesAfter((after) => this.list(sessionId, { ...query, ...after }, options), (page) => page.events);
  }
}
