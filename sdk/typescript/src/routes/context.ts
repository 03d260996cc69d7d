import { type ChangeOptions, type Http, path, type RequestOptions } from '../http.js';

/** The shared context: one JSON object. */
export type SharedContext = Record<string, unknown>;

/** A session's shared context. */
export class Contexts {
  constructor(private readonly http: Http) {}

  /** The whole document. */
  get(sessionId: string, options?: RequestOptions): Promise<SharedContext> {
    return this.http.json({ method: 'GET', path: contextOf(sessionId), options });
  }

  /** Replaces it. */
  replace(sessionId: string, context: SharedContext, options?: ChangeOptions): Promise<SharedContext> {
    return this.http.json({ method: 'PUT', path: contextOf(sessionId), body: context, options });
  }

  /** Changes some of it by a JSON merge patch (RFC 7396): `null` removes a member. */
  patch(sessionId: string, patch: SharedContext, options?: ChangeOptions): Promise<SharedContext> {
    return this.http.json({
      method: 'PATCH',
      path: contextOf(sessionId),
      body: patch,
      contentType: 'application/merge-patch+json',
      options,
    });
  }
}

function contextOf(sessionId: string): string {
  return path`/sessions/${sessionId}/context`;
}
