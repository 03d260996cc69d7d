import { type CreateOptions, type Http, path, type RequestOptions } from '../http.js';
import { pagesAfter } from '../pages.js';
import type { operations, PointPage, PutPoints, Reading } from '../schema.js';

/** Which points to read. */
export type ListPoints = NonNullable<operations['list_points']['parameters']['query']>;

/** A session's telemetry: points that decide nothing. */
export class Telemetry {
  constructor(private readonly http: Http) {}

  /** Adds points, 1000 at most. */
  put(sessionId: string, points: PutPoints['points'], options?: CreateOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/sessions/${sessionId}/telemetry`, body: { points }, options });
  }

  /** A page of points, oldest first. */
  list(sessionId: string, query: ListPoints = {}, options?: RequestOptions): Promise<PointPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/telemetry`, query, options });
  }

  /** All points up to the newest, page by page. */
  all(sessionId: string, query: ListPoints = {}, options?: RequestOptions): AsyncGenerator<Reading, void, undefined> {
    return pagesAfter((after) => this.list(sessionId, { ...query, ...after }, options), (page) => page.points);
  }
}
