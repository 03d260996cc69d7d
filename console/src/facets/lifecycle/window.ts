/** More rows than this make a list higher than browsers can draw. */
const ROWS = 300_000;

/**
 * The part of a journal that a list can hold: from and to which event, and whether it is a part at all. It ends with
 * `end`, or a little after it so that what follows is in sight too, or with the newest event.
 */
export function windowOf(
  first: number,
  revision: number,
  end: number | undefined,
): [first: number, last: number, part: boolean] {
  if (revision - first + 1 <= ROWS) {
    return [first, revision, false];
  }
  const last = end === undefined ? revision : Math.min(revision, Math.max(end + ROWS / 10, first + ROWS - 1));
  return [Math.max(first, last - ROWS + 1), last, true];
}
