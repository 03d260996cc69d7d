import type { EventType } from 'sessiond';

/** What became of a call, by the number that the table keeps; the server says all but the first and the last. */
export const STATUSES = ['running', 'completed', 'failed', 'timeout', 'cancelled', 'abandoned', 'interrupted'] as const;
export type CallState = (typeof STATUSES)[number];

export const RUNNING = 0;
export const COMPLETED = 1;
export const CANCELLED = 4;
export const INTERRUPTED = 6;

/** Whether a call of this state went wrong: what "the next error" looks for. */
export const wentWrong = (state: number): boolean => state === 2 || state === 3 || state === 5;

/** What a node is, by the number that the table keeps. */
export const KINDS = ['function', 'agent', 'model', 'tool', 'other'] as const;
export type CallKind = (typeof KINDS)[number];

/** The events that end a session, and with it what is open. */
export const ENDS: ReadonlySet<string> = new Set<EventType>([
  'session_completed',
  'session_terminated',
  'session_failed',
  'session_expired',
]);
