import { milliseconds } from './duration.js';
import type { RequestOptions } from './http.js';
import type { SendMessage } from './schema.js';

/** How long an answer may take that waits for nothing but the server, in milliseconds. */
const ANSWER = 60_000;
/** How much longer than the server waits for a message the client waits for the answer, in milliseconds. */
const MARGIN = 20_000;
/** How long the server waits for the response to a synchronous message that names no time, in milliseconds. */
const RESPONSE = 300_000;
/** How long a chat waits for its answer, in milliseconds. A request that is repeated then waits for the same turn. */
const CHAT = 600_000;

/** The time for reading an inbox, a question, signals or a turn: the server may wait for the first message, the answer, the first signal, the end. */
export function forMessages({ wait }: { wait?: string | null | undefined }): RequestOptions {
  return { timeout: ANSWER + milliseconds(wait) + MARGIN };
}

/** The time for a chat: the server waits for the end of the answer, and for the turns before it. */
export function forChat(): RequestOptions {
  return { timeout: CHAT };
}

/** The time for sending a message: the server waits for the response to a synchronous one. */
export function forResponse({ routing }: SendMessage): RequestOptions {
  if (routing?.delivery_mode !== 'sync') {
    return {};
  }
  return { timeout: ANSWER + MARGIN + (milliseconds(routing.timeout) || RESPONSE) };
}
