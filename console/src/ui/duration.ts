// How long something took or will take. The executive summary of the server has the same words:
// crates/core/src/summary/text.rs.

/** The two largest units of a length of time in milliseconds: `850 µs`, `91 ms`, `1.2 s`, `2 min 5 s`, `1 h 5 min`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1) {
    return ms === 0 ? '0 ms' : `${Math.max(1, Math.round(ms * 1_000))} µs`;
  }
  if (ms < 10) {
    return `${tenths(ms)} ms`;
  }
  if (ms < 1_000) {
    return `${Math.floor(ms)} ms`;
  }
  return ms < 60_000 ? `${tenths(ms / 1_000)} s` : inSeconds(ms);
}

/** The same of a length in microseconds. */
export const microseconds = (us: number): string => duration(us / 1_000);

/** The same in whole seconds, for what ticks. */
export function inSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [large, small] = UNITS.findLast(([[, size]]) => seconds >= size) ?? UNITS[0];
  const [unit, size] = large;
  const first = `${Math.floor(seconds / size)} ${unit}`;
  const rest = small ? Math.floor((seconds % size) / small[1]) : 0;
  return small && rest > 0 ? `${first} ${rest} ${small[0]}` : first;
}

/** A length in its largest unit alone, for how long ago something was. */
export function roughly(milliseconds: number): string {
  return milliseconds < 1_000 ? duration(milliseconds) : inSeconds(milliseconds).split(' ', 2).join(' ');
}

type Unit = readonly [name: string, seconds: number];
const [S, MIN, H, D]: readonly [Unit, Unit, Unit, Unit] = [
  ['s', 1],
  ['min', 60],
  ['h', 3_600],
  ['d', 86_400],
];
const UNITS: readonly [readonly [Unit, Unit?], ...(readonly [Unit, Unit?])[]] = [[S], [MIN, S], [H, MIN], [D, H]];

/** One digit after the point, unless it is zero; never rounded up to what has not passed yet. */
const tenths = (value: number): string => String(Math.floor(value * 10) / 10);
