import { parseJson, toJson } from './json.js';
import { Problem, problemOf } from './problem.js';
import { Delays, linked, sleep } from './time.js';

/** How a {@link Client} reaches its server. */
export interface ClientOptions {
  /** The server's address. In a browser the page's own origin when absent, elsewhere `http://127.0.0.1:8080`. */
  url?: string | undefined;
  /** The key, sent as `Authorization: Bearer`. */
  key?: string | undefined;
  /** How long one try of a request may take, in milliseconds; 60,000 when absent. */
  timeout?: number | undefined;
  /** How often a request is tried again when that is safe and may help; 4 when absent. */
  retries?: number | undefined;
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /**
   * Whether an integer in an answer that a `number` would round is a `bigint`; such a number is rounded when absent. The
   * types do not name it: only values of your own, such as a task's payload, can be so large.
   */
  exactIntegers?: boolean | undefined;
}

/** What every request takes. */
export interface RequestOptions {
  /** Gives the request up; it then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How long one try may take, in milliseconds. */
  timeout?: number | undefined;
}

/** What a request that creates something takes. */
export interface CreateOptions extends RequestOptions {
  /** The same key sent again has no second effect and gets the first answer. One is made up when absent. */
  idempotencyKey?: string | undefined;
}

/** What a request that changes a session takes. */
export interface ChangeOptions extends CreateOptions {
  /** Only when the session is at this revision, else the problem `revision_stale` (`If-Match`). */
  expectedRevision?: number | undefined;
  /** The token of the lease under which it is done (`Fencing-Token`). */
  fence?: number | undefined;
  /** The agent in whose name it is done (`x-agent-id`). */
  agentId?: string | undefined;
}

/** What is asked of the server. */
export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /**
   * Whether it may be sent again when nobody knows what became of it: `keyed` with the same idempotency key, which is made up
   * when the caller gives none. When absent, a GET may and nothing else.
   */
  repeat?: 'safe' | 'keyed' | 'unsafe';
  query?: object | undefined;
  /** Sent as JSON, or as it is when it is a string or a form. */
  body?: unknown;
  contentType?: string;
  accept?: string;
  headers?: Record<string, string>;
  options?: ChangeOptions | undefined;
}

/** How long an answer may take that waits for nothing but the server. */
const ANSWER = 60_000;
/** A server that asks for more patience than this gets it from the caller, not from here. */
const PATIENCE = 5_000;
/** Problems that are likely to have passed in a moment; about a full inbox or a held lease the caller decides. */
const PASSING = new Set(['unreachable', 'unavailable', 'conflict', 'internal']);
/** What Node says when no connection came about, so that nothing was sent. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Makes requests, again where that is safe. */
export class Http {
  readonly base: string;
  readonly key: string | undefined;
  private readonly timeout: number;
  private readonly retries: number;
  private readonly fetch: typeof fetch;
  /** Reads the JSON of an answer. */
  readonly parse: (text: string) => unknown;

  constructor(options: ClientOptions) {
    this.base = baseOf(options.url);
    this.key = options.key || undefined;
    this.timeout = options.timeout ?? ANSWER;
    this.retries = options.retries ?? 4;
    this.parse = options.exactIntegers ? parseJson : JSON.parse;
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  /** Sends it and reads the JSON that answers. */
  json<Answer>(request: Request): Promise<Answer> {
    return this.send(request, async (response) => {
      const text = await response.text();
      try {
        return this.parse(text) as Answer;
      } catch (cause) {
        const detail = `${request.path} answers what this client cannot read: is ${this.base} a sessiond, and as new?`;
        throw new Problem({ code: 'internal', detail }, { cause });
      }
    });
  }

  /** Sends it and reads the text that answers. */
  text(request: Request): Promise<string> {
    return this.send(request, (response) => response.text());
  }

  /** Sends it and reads the bytes that answer. */
  blob(request: Request): Promise<Blob> {
    return this.send(request, (response) => response.blob());
  }

  /** Sends it; there is nothing to read. */
  done(request: Request): Promise<void> {
    return this.send(request, async (response) => {
      await response.body?.cancel();
    });
  }

  /** Opens a stream, once; `signal` ends it. */
  async stream(request: Request, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.once(request, this.headers(request), bodyOf(request), signal);
    if (!response.body) {
      throw Problem.unreachable('the answer has no body');
    }
    return response.body;
  }

  private async send<Answer>(request: Request, read: (response: Response) => Promise<Answer>): Promise<Answer> {
    const signal = request.options?.signal;
    const headers = this.headers(request);
    const body = bodyOf(request);
    const delays = new Delays(100, 2_000);
    for (let left = this.retries; ; left -= 1) {
      const { controller, unlink } = linked(signal, request.options?.timeout ?? this.timeout);
      let problem: Problem;
      try {
        return await read(await this.once(request, headers, body, controller.signal));
      } catch (error) {
        signal?.throwIfAborted();
        problem = error instanceof Problem ? error : this.unreachable(error);
      } finally {
        unlink();
      }
      const wait = 1_000 * (problem.retryAfter ?? 0);
      if (left <= 0 || wait > PATIENCE || !mayRepeat(request, problem)) {
        throw problem;
      }
      await sleep(Math.max(wait, delays.next()), signal);
    }
  }

  private async once(
    request: Request,
    headers: Headers,
    body: string | FormData | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    signal.throwIfAborted();
    const init: RequestInit = { method: request.method, headers, signal, cache: 'no-store' };
    if (body !== undefined) {
      init.body = body;
    }
    let response: Response;
    try {
      response = await this.fetch(this.base + request.path + queryOf(request.query), init);
    } catch (error) {
      signal.throwIfAborted();
      throw this.unreachable(error);
    }
    if (!response.ok) {
      throw await problemOf(response, this.base);
    }
    return response;
  }

  private headers({ repeat, accept, body, contentType, headers, options }: Request): Headers {
    const all = new Headers(headers);
    all.set('accept', accept ?? 'application/json');
    // The header of a form has the boundary of its parts, which `fetch` chooses.
    if (body !== undefined && !(body instanceof FormData)) {
      all.set('content-type', contentType ?? 'application/json');
    }
    if (this.key !== undefined) {
      all.set('authorization', `Bearer ${this.key}`);
    }
    // One key for all tries, so that a try whose answer was lost has no second effect.
    const idempotencyKey = options?.idempotencyKey ?? (repeat === 'keyed' ? randomId() : undefined);
    if (idempotencyKey !== undefined) {
      all.set('idempotency-key', idempotencyKey);
    }
    if (options?.expectedRevision !== undefined) {
      all.set('if-match', `"${options.expectedRevision}"`);
    }
    if (options?.fence !== undefined) {
      all.set('fencing-token', String(options.fence));
    }
    if (options?.agentId !== undefined) {
      all.set('x-agent-id', options.agentId);
    }
    return all;
  }

  private unreachable(error: unknown): Problem {
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      return Problem.unreachable(`${this.base} did not answer in time`, error);
    }
    let cause = error;
    while (cause instanceof Error && cause.cause instanceof Error) {
      cause = cause.cause;
    }
    const why = cause instanceof Error && cause.message ? cause.message : codeOf(error) || String(cause);
    return Problem.unreachable(`no answer from ${this.base} (${why}): is \`sessiond serve\` running there?`, error);
  }
}

/** The body as it is sent. What cannot be JSON is the caller's error, not the network's: no other try would fare better. */
function bodyOf({ body }: Request): string | FormData | undefined {
  if (body === undefined || typeof body === 'string' || body instanceof FormData) {
    return body;
  }
  try {
    return toJson(body);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const detail = `the request cannot be written as JSON: ${why}`;
    throw new Problem({ code: 'invalid_input', status: 422, title: 'The request is not JSON', detail }, { cause });
  }
}

/** A request that must not be repeated is sent again only when it certainly had no effect. */
function mayRepeat({ method, repeat = method === 'GET' ? 'safe' : 'unsafe' }: Request, problem: Problem): boolean {
  if (!problem.retryable || !PASSING.has(problem.code)) {
    return false;
  }
  return repeat !== 'unsafe' || problem.code === 'conflict' || UNSENT.has(codeOf(problem.cause));
}

function codeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') {
      return cause.code;
    }
  }
  return '';
}

function baseOf(url: string | undefined): string {
  const base = url ?? globalThis.location?.origin ?? 'http://127.0.0.1:8080';
  if (!/^https?:\/\//.test(base)) {
    throw Problem.invalid('url', `'${base}' is not an http:// or https:// address`);
  }
  return base.replace(/\/+$/, '');
}

function queryOf(query: object | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

/** Builds a path from a template, each value percent-encoded: ``path`/agents/${id}` ``. */
export function path(parts: TemplateStringsArray, ...values: string[]): string {
  return parts.reduce((built, part, index) => {
    const value = values[index - 1] ?? '';
    if (value === '' || value === '.' || value === '..') {
      // An address has no way to say these.
      throw Problem.invalid('', `'${value}' is no id`);
    }
    return built + encodeURIComponent(value) + part;
  });
}

/** 128 random bits. `crypto.randomUUID` is missing in pages that came over plain HTTP. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
