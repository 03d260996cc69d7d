import { type ChangeOptions, type Http, path } from '../http.js';
import type { Advance, Session, UpdateWorkflow } from '../schema.js';

/** A session's plan. */
export class Workflows {
  constructor(private readonly http: Http) {}

  /** Sets the plan, or the state of its steps, by hand. */
  update(sessionId: string, change: UpdateWorkflow, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/workflow`, body: change, options });
  }

  /** Ends a step by hand: the only active one when none is named. */
  advance(sessionId: string, advance: Advance = {}, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/workflow/advance`, body: advance, options });
  }
}
