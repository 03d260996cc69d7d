import { type ChangeOptions, type Http, path } from '../http.js';
import type { AddParticipant, ClaimedLease, ClaimLease, RenewLease, Session } from '../schema.js';

/** Who takes part in a session, and the leases under which processes write in their names. */
export class Participants {
  constructor(private readonly http: Http) {}

  /** Lets an agent take part. */
  add(sessionId: string, participant: AddParticipant, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/participants`, body: participant, options });
  }

  /** Lets an agent take part no more. */
  remove(sessionId: string, agentId: string, options?: ChangeOptions): Promise<Session> {
    return this.http.json({ method: 'DELETE', path: path`/sessions/${sessionId}/participants/${agentId}`, options });
  }

  /** Takes the right to write in a participant's name. */
  claimLease(sessionId: string, agentId: string, lease: ClaimLease, options?: ChangeOptions): Promise<ClaimedLease> {
    return this.http.json({ method: 'POST', path: leaseOf(sessionId, agentId), body: lease, options });
  }

  /** Keeps that right. */
  renewLease(sessionId: string, agentId: string, lease: RenewLease, options?: ChangeOptions): Promise<ClaimedLease> {
    return this.http.json({ method: 'PUT', path: leaseOf(sessionId, agentId), body: lease, options });
  }

  /** Gives that right back; `options.fence` is its token. */
  releaseLease(sessionId: string, agentId: string, options?: ChangeOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: leaseOf(sessionId, agentId), options });
  }
}

function leaseOf(sessionId: string, agentId: string): string {
  return path`/sessions/${sessionId}/participants/${agentId}/lease`;
}
