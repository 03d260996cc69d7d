/** A text in which a number of more digits than a `number` holds may be. */
const LONG = /\d{16}/;
/** A string, or a number outside of one. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The value of a JSON text, in which an integer that a `number` cannot hold is a `bigint`: `JSON.parse` would round it.
 * (Browsers and Node before 2025 do not tell `JSON.parse`'s caller how a number was written.)
 */
export function parseJson(text: string): unknown {
  if (!LONG.test(text)) {
    return JSON.parse(text);
  }
  const mark = markOf(text);
  const marked = text.replace(TOKENS, (token) => (isBeyond(token) ? `"${mark}${token}"` : token));
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  );
}

/** Whether a token is an integer whose digits a `number` does not keep. */
const isBeyond = (token: string): boolean => /^-?[1-9]\d{15,}$/.test(token) && String(Number(token)) !== token;

/** The JSON text of a value, in which a `bigint` is a number of all its digits; empty for what JSON does not have. */
export function toJson(value: unknown, indent?: number): string {
  if (typeof value === 'bigint') {
    return String(value);
  }
  let mark: string | undefined;
  const text = JSON.stringify(
    value,
    (_, member: unknown) => {
      if (typeof member !== 'bigint') {
        return member;
      }
      mark ??= markOf('');
      return `${mark}${member}`;
    },
    indent,
  ) as string | undefined;
  return mark === undefined ? (text ?? '') : (text ?? '').replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

/** Letters that a text does not contain. */
function markOf(text: string): string {
  for (;;) {
    const mark = `integer${Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')}:`;
    if (!text.includes(mark)) {
      return mark;
    }
  }
}
