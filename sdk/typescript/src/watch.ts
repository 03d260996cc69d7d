import type { Http, Request } from './http.js';
import { path } from './http.js';
import { isProblem, Problem } from './problem.js';
import type { Event, Session } from './schema.js';
import { type Frame, FrameParser } from './sse.js';
import { Delays, linked, sleep } from './time.js';

/** What a watcher sees. */
export type WatchItem =
  /** The whole session: the first item of a watch that named no place to begin. */
  | { type: 'snapshot'; session: Session; revision: number }
  /** The next event. */
  | { type: 'event'; event: Event; revision: number }
  /** The events after `after` and before `first` are no longer kept; read the session anew. */
  | { type: 'gap'; after: number; first: number; revision: number };

/** How to watch a session. */
export interface WatchOptions {
  /** Goes on after this event; 0 begins with the first one. When absent, a snapshot comes first. */
  after?: number | undefined;
  /** Ends the watch, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Told when the stream stands, and when it was lost and why; it is made again by itself. */
  onConnection?: ((state: { connected: true } | { connected: false; problem: Problem }) => void) | undefined;
  /** How long the server may be away before the watch gives up, in milliseconds; 300,000 when absent. */
  patience?: number | undefined;
}

/** The server sends something at least every 15 seconds; after three times that the connection is dead. */
const SILENCE = 45_000;
/** How long the server may be away before a watcher gives up. */
const AWAY = 300_000;
/** A connection that stood this long was good, even when nothing happened in the session. */
const STEADY = 5_000;

/** The stream holds what cannot be: the same bytes would come again, so trying again does not help. */
const unreadable = (detail: string) => new Problem({ code: 'internal', detail: `the event stream ${detail}` });

/**
 * Follows a session to its end. A connection that breaks is made again where it broke, so every event is seen once and
 * in order; what cannot be shown any more is a `gap`.
 */
export async function* watch(http: Http, sessionId: string, options: WatchOptions): AsyncGenerator<WatchItem, void, undefined> {
  const request: Request = { method: 'GET', path: path`/sessions/${sessionId}/events`, accept: 'text/event-stream' };
  const delays = new Delays(100, 5_000);
  let cursor = options.after;
  let lost: number | undefined;
  for (;;) {
    let problem: Problem;
    let opened: number | undefined;
    const good = () => {
      lost = undefined;
      delays.reset();
    };
    try {
      for await (const frame of frames(http, request, cursor, options)) {
        if (frame === 'open') {
          opened = Date.now();
          options.onConnection?.({ connected: true });
          continue;
        }
        if (frame.event === 'end') {
          return;
        }
        const item = read(http, frame, cursor);
        if (item) {
          good();
          cursor = item.revision;
          yield item;
        }
      }
      problem = Problem.unreachable('the event stream ended before the session did');
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof Problem) || !error.retryable) {
        throw error;
      }
      problem = error;
    }
    if (opened !== undefined && Date.now() - opened > STEADY) {
      good();
    }
    lost ??= Date.now();
    options.onConnection?.({ connected: false, problem });
    if (Date.now() - lost > (options.patience ?? AWAY)) {
      throw problem;
    }
    await sleep(Math.max(delays.next(), 1_000 * Math.min(problem.retryAfter ?? 0, 30)), options.signal);
  }
}

/** The frames of one connection after a cursor, the first one said to be open. */
export async function* frames(
  http: Http,
  request: Request,
  cursor: number | string | undefined,
  { signal }: { signal?: AbortSignal | undefined },
): AsyncGenerator<Frame | 'open', void, undefined> {
  const headers = cursor === undefined ? {} : { 'last-event-id': String(cursor) };
  const { controller, unlink } = linked(signal, Infinity);
  let alive: ReturnType<typeof setTimeout> | undefined;
  const heard = () => {
    clearTimeout(alive);
    alive = setTimeout(() => controller.abort(Problem.unreachable('the event stream fell silent')), SILENCE);
  };
  try {
    heard();
    const stream = await http.stream({ ...request, headers }, controller.signal);
    const reader = stream.getReader();
    const parser = new FrameParser();
    heard();
    yield 'open';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      heard();
      const complete = parser.feed(value);
      // A consumer that takes its time is no sign of a dead connection.
      clearTimeout(alive);
      yield* complete;
      heard();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Problem ? error : Problem.unreachable('the event stream broke', error);
  } finally {
    clearTimeout(alive);
    unlink();
    controller.abort();
  }
}

/** What a frame says; nothing for an event that was seen already. */
function read(http: Http, { event: name, data }: Frame, cursor: number | undefined): WatchItem | undefined {
  let value: unknown;
  try {
    value = http.parse(data);
  } catch (cause) {
    throw unreadable(`holds a ${name} that is no JSON (${String(cause)})`);
  }
  switch (name) {
    case 'problem':
      throw isProblem(value) ? new Problem(value) : unreadable('names a problem that cannot be read');
    case 'snapshot': {
      const session = value as Session;
      return { type: 'snapshot', session, revision: session.revision };
    }
    case 'gap': {
      const { after, first } = value as { after: number; first: number };
      return { type: 'gap', after, first, revision: first - 1 };
    }
    default: {
      const event = value as Event;
      if (typeof event.seq !== 'number') {
        throw unreadable(`holds a ${name} without a number`);
      }
      if (cursor !== undefined && event.seq <= cursor) {
        return undefined;
      }
      if (cursor !== undefined && event.seq > cursor + 1) {
        // Something on the way lost events; from the cursor on they come again.
        throw Problem.unreachable(`the event stream jumped from ${cursor} to ${event.seq}`);
      }
      return { type: 'event', event, revision: event.seq };
    }
  }
}
