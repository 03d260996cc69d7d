import type { Client } from '../client.js';
import type { Problem } from '../problem.js';
import type { InboxMessage } from '../schema.js';

/** How an agent reads its inbox. */
export type Transport = 'websocket' | 'poll';

/** What comes from the server. */
export interface Incoming {
  connected(transport: Transport, fence: number | undefined): void;
  disconnected(reason: string): void;
  message(message: InboxMessage): void;
  problem(problem: Problem): void;
}

/** What every line needs. */
export interface LineOptions {
  client: Client;
  key: string | undefined;
  agentId: string;
  /** Told when the inbox is read from now on; by a WebSocket with its fencing token. */
  up: (fence?: number) => void;
  incoming: Pick<Incoming, 'message' | 'problem'>;
}

/** How a line ended that may be made again. */
export interface Lost {
  reason: string;
  /** No WebSocket came about: whatever is on the way does not let one through, or it may have been an accident. */
  noSocket?: 'certain' | 'perhaps';
  /** Nothing was lost: its time was over. */
  over?: true;
}

/** One way to the inbox. */
export interface Line {
  /** Says that messages are done with. What is not sent comes again and is acknowledged again. */
  acknowledge(messageIds: string[]): void;
  /** Says that the agent lives, and which requests wait in it. */
  heartbeat(status: 'idle' | 'busy', waiting: string[]): void;
  /** Reads the inbox until the connection is lost or `close` is aborted. Rejects when there is no use in going on. */
  serve(close: AbortSignal): Promise<Lost>;
}

/** Problems that asking again does not change. */
export const FINAL: ReadonlySet<string> = new Set([
  'unauthenticated', 'forbidden', 'agent_exists', 'invalid_input', 'origin_refused', 'limit_reached', 'malformed_request',
  'not_found', 'body_too_large',
]);
