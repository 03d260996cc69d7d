import { parseJson } from 'sessiond';
/** Where a text stops being JSON. */
export interface Fault {
  /** Counted from 1. */
  line: number;
  /** Counted from 1. */
  column: number;
  /** What is wrong there. */
  detail: string;
}

const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;

/** The value of a JSON text, or where it is none: what browsers say about that differs, and not all name the place. */
export function readJson(text: string): { value: unknown } | { fault: Fault } {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    const { at, detail } = findFault(text) ?? { at: text.length, detail: String(error) };
    const before = text.slice(0, at).split('\n');
    return { fault: { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, detail } };
  }
}

class Wrong extends Error {
  constructor(
    readonly at: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

function findFault(text: string): { at: number; detail: string } | undefined {
  try {
    const end = space(text, value(text, space(text, 0)));
    return end < text.length ? { at: end, detail: 'No more text is allowed here.' } : undefined;
  } catch (error) {
    if (error instanceof Wrong) {
      return error;
    }
    throw error;
  }
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const space = (text: string, at: number): number => match(SPACE, text, at) ?? at;

/** Passes over a value that begins at `at`, and says where it ends. */
function value(text: string, at: number): number {
  switch (text[at]) {
    case '{':
      return members(text, at, '}', (at) => {
        const colon = space(text, string(text, at, 'The name of a member is expected, in double quotes.'));
        if (text[colon] !== ':') {
          throw new Wrong(colon, 'A colon is expected after the name.');
        }
        return value(text, space(text, colon + 1));
      });
    case '[':
      return members(text, at, ']', (at) => value(text, at));
    case '"':
      return string(text, at, '');
    default: {
      const end = match(SCALAR, text, at);
      if (end === undefined) {
        throw new Wrong(at, at >= text.length ? 'The text ends too early.' : 'A value is expected here.');
      }
      return end;
    }
  }
}

function members(text: string, begin: number, close: string, member: (at: number) => number): number {
  let at = space(text, begin + 1);
  if (text[at] === close) {
    return at + 1;
  }
  for (;;) {
    at = space(text, member(at));
    if (text[at] === close) {
      return at + 1;
    }
    if (text[at] !== ',') {
      throw new Wrong(
        at,
        at >= text.length ? `The text ends before the ${close}.` : `A comma or ${close} is expected.`,
      );
    }
    const comma = at;
    at = space(text, at + 1);
    if (text[at] === close) {
      throw new Wrong(comma, `A comma is not allowed before the ${close}.`);
    }
  }
}

function string(text: string, at: number, otherwise: string): number {
  if (text[at] !== '"') {
    throw new Wrong(at, at >= text.length ? 'The text ends too early.' : otherwise);
  }
  const end = match(STRING, text, at);
  if (end === undefined) {
    throw new Wrong(at, 'This text does not end, or holds what must be escaped.');
  }
  return end;
}
