import type { Http, Request } from './http.js';
import { path } from './http.js';
import { isProblem, Problem } from './problem.js';
import type { ToolUse, Turn } from './schema.js';
import type { Frame } from './sse.js';
import { Delays, sleep } from './time.js';
import { frames } from './watch.js';

/** What a reader of a turn sees. */
export type TurnItem =
  /** It waits, after so many others. */
  | { type: 'queued'; before: number }
  /** More of the answer. `offset` is the number of UTF-8 bytes before it; with 0 it replaces all that came before. */
  | { type: 'text'; offset: number; text: string }
  /** More of the model's reasoning, in the same way. */
  | { type: 'reasoning'; offset: number; text: string }
  /** The model calls a tool, or the tool gave a result. It comes after the text that stands before the call. */
  | { type: 'tool'; tool: ToolUse }
  /** Its end: the last item. */
  | { type: 'end'; turn: Turn };

/** How to follow a turn. */
export interface FollowTurnOptions {
  /** Ends the stream, which then rejects with the signal's reason. The turn is not stopped. */
  signal?: AbortSignal | undefined;
  /** Told when the stream stands, and when it was lost and why; it is made again by itself. */
  onConnection?: ((state: { connected: true } | { connected: false; problem: Problem }) => void) | undefined;
  /** How long the server may be away before the stream gives up, in milliseconds; 300,000 when absent. */
  patience?: number | undefined;
}

const AWAY = 300_000;

/** Follows a turn to its end. A connection that breaks is made again after the last frame that came. */
export async function* followTurn(
  http: Http,
  sessionId: string,
  turnId: string,
  options: FollowTurnOptions,
): AsyncGenerator<TurnItem, void, undefined> {
  const request: Request = { method: 'GET', path: path`/sessions/${sessionId}/turns/${turnId}`, accept: 'text/event-stream' };
  const delays = new Delays(100, 5_000);
  let cursor: string | undefined;
  let lost: number | undefined;
  for (;;) {
    let problem: Problem;
    try {
      for await (const frame of frames(http, request, cursor, options)) {
        if (frame === 'open') {
          options.onConnection?.({ connected: true });
          continue;
        }
        const item = read(http, frame);
        lost = undefined;
        delays.reset();
        cursor = frame.id ?? cursor;
        if (item) {
          yield item;
        }
        if (item?.type === 'end') {
          return;
        }
      }
      problem = Problem.unreachable('the stream ended before the turn did');
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Problem) || !error.retryable) {
        throw error;
      }
      problem = error;
    }
    lost ??= Date.now();
    options.onConnection?.({ connected: false, problem });
    if (Date.now() - lost > (options.patience ?? AWAY)) {
      throw problem;
    }
    await sleep(Math.max(delays.next(), 1_000 * Math.min(problem.retryAfter ?? 0, 30)), options.signal);
  }
}

/** What a frame says; nothing for one of a newer server. */
function read(http: Http, { event, data }: Frame): TurnItem | undefined {
  const value = http.parse(data);
  switch (event) {
    case 'problem':
      throw isProblem(value) ? new Problem(value) : Problem.unreachable('the stream names a problem that cannot be read');
    case 'queued':
      return { type: 'queued', before: (value as { before: number }).before };
    case 'text':
    case 'reasoning':
      return { type: event, ...(value as { offset: number; text: string }) };
    case 'tool':
      return { type: 'tool', tool: value as ToolUse };
    case 'end':
      return { type: 'end', turn: value as Turn };
    default:
      return undefined;
  }
}
