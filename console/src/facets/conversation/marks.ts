/** Numbers in brackets, as the server reads them: `[1]`, `[1, 2]` and `【1】`. */
const MARKS = /[[【]([\d\s,;]*\d[\d\s,;]*)[\]】]/g;

/** The parts of a text: a number is the mark of a citation, and all else is text. A mark loses its brackets. */
export function marksIn(text: string, isCited: (number: number) => boolean): (string | number)[] {
  const parts: (string | number)[] = [];
  const add = (part: string) => {
    const last = parts.at(-1);
    if (typeof last === 'string') {
      parts[parts.length - 1] = last + part;
    } else if (part !== '') {
      parts.push(part);
    }
  };
  let end = 0;
  for (const mark of text.matchAll(MARKS)) {
    const numbers = (mark[1] ?? '').split(/[,;]/).map((number) => number.trim());
    const isMark = numbers.every((number) => /^\d+$/.test(number)) && numbers.some((number) => isCited(Number(number)));
    if (!isMark) {
      continue;
    }
    add(text.slice(end, mark.index));
    end = mark.index + mark[0].length;
    for (const number of numbers) {
      if (isCited(Number(number))) {
        parts.push(Number(number));
      } else {
        add(`[${number}]`);
      }
    }
  }
  add(text.slice(end));
  return parts;
}
