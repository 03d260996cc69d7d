import type { FieldError, Problem as WireProblem } from './schema.js';

/** What a {@link Problem} is made of; only what tells it apart is needed. */
export type ProblemInit = Partial<Omit<WireProblem, 'retry_after'>> & {
  code: string;
  detail: string;
  retry_after?: number | null;
};

/**
 * Anything that went wrong: the server's answer (RFC 9457, `application/problem+json`), or, with the code
 * `unreachable`, that there was none.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** The stable code, such as `session_not_found`. It has a page, which `type` links to. */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  /** What went wrong this time, and what to do next. */
  readonly detail: string;
  /** The code in words. */
  readonly title: string;
  /** A link to the page of the code. */
  readonly type: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** When to come again, in seconds, where the server says so. */
  readonly retryAfter: number | undefined;
  /** The fields that are wrong. */
  readonly errors: readonly FieldError[];

  constructor(init: ProblemInit, options?: ErrorOptions) {
    super(message(init), options);
    this.code = init.code;
    this.status = init.status ?? 500;
    this.detail = init.detail;
    this.title = init.title ?? init.code;
    this.type = init.type ?? `/docs/errors/${init.code}`;
    this.retryable = init.retryable ?? false;
    this.retryAfter = init.retry_after ?? undefined;
    this.errors = init.errors ?? [];
  }

  /** The problem of a server that cannot be reached, or of an answer that broke off. */
  static unreachable(detail: string, cause?: unknown): Problem {
    return new Problem({ code: 'unreachable', status: 503, title: 'The server cannot be reached', detail, retryable: true }, { cause });
  }

  /** The problem of an argument that is wrong before it is sent. */
  static invalid(pointer: string, detail: string): Problem {
    const title = 'Fields of the request are wrong';
    return new Problem({ code: 'invalid_input', status: 422, title, detail, errors: [{ pointer, detail }] });
  }
}

function message({ detail, code, errors }: ProblemInit): string {
  const fields = (errors ?? []).map(({ pointer, detail }) => `\n  ${pointer || 'the body'}: ${detail}`);
  return `${detail} (${code})${fields.join('')}`;
}

/** A body that is no problem is quoted up to this many characters, so that a proxy's page does not fill the screen. */
const QUOTE = 200;

/** Reads the problem that an answer without success is. */
export async function problemOf(response: Response, base: string): Promise<Problem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retry_after = Number.isFinite(retryAfter) ? retryAfter : null;
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const body = parse(text);
    if (isProblem(body)) {
      return new Problem({ ...body, retry_after: body.retry_after ?? retry_after });
    }
  }
  // What answers here is a proxy, or another program altogether.
  const code = codeOf(response.status);
  const detail = `${base} answers ${response.status} and is no sessiond: ${text.slice(0, QUOTE).trim()}`;
  return new Problem({ code, status: response.status, detail, retryable: code === 'unavailable', retry_after });
}

function codeOf(status: number): string {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not_found';
    case 413:
      return 'body_too_large';
    case 431:
      return 'headers_too_large';
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return 'internal';
  }
}

/** Whether a JSON value is a problem as the wire has it. */
export function isProblem(value: unknown): value is WireProblem {
  const problem = value as Partial<WireProblem> | null;
  return typeof problem === 'object' && typeof problem?.code === 'string' && typeof problem.detail === 'string';
}

/** The value of a JSON text; undefined when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
