/** Members that hold what an object says, in the order in which they are looked for. */
const SAYS = [
  'text',
  'message',
  'note',
  'detail',
  'summary',
  'title',
  'prompt',
  'question',
  'query',
  'content',
  'name',
];

/**
 * A value in one line of at most `room` characters, of which the beginning tells it apart: a text as it is, JSON without
 * the quotes that say nothing. Looks at no more of the value than it shows.
 */
export function preview(value: unknown, room = 120): string {
  const line = write(value, room, 0).replace(/\s+/g, ' ').trim();
  return line.length > room ? `${line.slice(0, room - 1).trimEnd()}…` : line;
}

function write(value: unknown, room: number, depth: number): string {
  if (typeof value === 'string') {
    return value.slice(0, room + 1);
  }
  if (typeof value !== 'object' || value === null) {
    return value === undefined ? '' : String(value);
  }
  if (depth > 3) {
    return Array.isArray(value) ? '[…]' : '{…}';
  }
  const isList = Array.isArray(value);
  let text = '';
  for (const name of Object.keys(value)) {
    if (text.length > room) {
      break;
    }
    const member = (value as Record<string, unknown>)[name];
    const inner = write(member, room - text.length, depth + 1);
    const separate = text === '' ? '' : ', ';
    text += isList ? `${separate}${inner}` : `${separate}${name}: ${inner}`;
  }
  return depth === 0 ? text : isList ? `[${text}]` : `{${text}}`;
}

/** What an object says by itself, where it has a member for that; else a preview of it. */
export function sayingOf(value: unknown, room = 120): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const name of SAYS) {
      const said = (value as Record<string, unknown>)[name];
      if (typeof said === 'string' && said.trim() !== '') {
        return preview(said, room);
      }
    }
  }
  return preview(value, room);
}
