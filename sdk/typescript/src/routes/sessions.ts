import { type ChangeOptions, type CreateOptions, type Http, path, type RequestOptions } from '../http.js';
import { pages } from '../pages.js';
import type {
  Complete, Counts, CreateSession, FailSession, Fork, Imported, operations, Session, SessionPage, SessionSummary, Terminate, UpdateSession,
} from '../schema.js';

/** Which sessions to list. */
export type ListSessions = NonNullable<operations['list_sessions']['parameters']['query']>;

/** Sessions: their beginning, their end, and lists of them. */
export class Sessions {
  constructor(private readonly http: Http) {}

  /** Begins a session. */
  create(session: CreateSession, options?: CreateOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: '/sessions', body: session, options });
  }

  /** A session and its state. */
  get(sessionId: string, options?: RequestOptions): Promise<Session> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}`, options });
  }

  /** A page of sessions. */
  list(query: ListSessions = {}, options?: RequestOptions): Promise<SessionPage> {
    return this.http.json({ method: 'GET', path: '/sessions', query, options });
  }

  /** All sessions that the query names, page by page. */
  all(query: ListSessions = {}, options?: RequestOptions): AsyncGenerator<SessionSummary, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.sessions);
  }

  /** How many there are by kind and status; for an administrator. */
  counts(options?: RequestOptions): Promise<Counts> {
    return this.http.json({ method: 'GET', path: '/sessions/counts', options });
  }

  /** Changes a session's name, labels or expiry; what is absent stays. */
  update(sessionId: string, change: UpdateSession, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'PATCH', path: path`/sessions/${sessionId}`, body: change, options });
  }

  /** Removes a session and all that belongs to it. */
  delete(sessionId: string, options?: ChangeOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}`, options });
  }

  /** Ends a session well. */
  complete(sessionId: string, outcome: Complete = {}, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/complete`, body: outcome, options });
  }

  /** Stops a session, and with it those that belong to it. */
  terminate(sessionId: string, reason: Terminate, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/terminate`, body: reason, options });
  }

  /** Ends a session whose work could not be done, and with it those that belong to it. */
  fail(sessionId: string, reason: FailSession, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fail`, body: reason, options });
  }

  /** Goes on with a copy of a session. */
  fork(sessionId: string, fork: Fork = {}, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fork`, body: fork, options });
  }

  /** A session's whole journal as JSON Lines. */
  export(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({
      method: 'GET',
      path: path`/sessions/${sessionId}/export`,
      accept: 'application/jsonl',
      options: { timeout: Infinity, ...options },
    });
  }

  /** Makes a session of an exported journal, under its own id or another. */
  import(lines: string, query: { session_id?: string } = {}, options?: CreateOptions): Promise<Imported> {
    return this.http.json({
      method: 'POST',
      path: '/sessions/import',
      query,
      body: lines,
      contentType: 'application/jsonl',
      options: { timeout: Infinity, ...options },
    });
  }

  /** An executive summary in Markdown. */
  summary(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/sessions/${sessionId}/summary`, accept: 'text/markdown', options });
  }
}
