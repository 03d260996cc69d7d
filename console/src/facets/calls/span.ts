/** A part of time, in microseconds since the Unix epoch. */
export interface Span {
  from: number;
  to: number;
}

/** No part that is looked at is shorter, in microseconds. */
const LEAST = 10;

/** Zooms by a factor around a time that stays where it is; never beyond `whole`. */
export function zoom(span: Span, factor: number, around: number, whole: Span): Span {
  const least = Math.min(LEAST, width(whole));
  const wide = Math.min(Math.max(width(span) * factor, least), width(whole));
  const share = width(span) > 0 ? (around - span.from) / width(span) : 0.5;
  return within({ from: around - share * wide, to: around + (1 - share) * wide }, whole);
}

/** Moves by a time, as far as `whole` goes. */
export const pan = (span: Span, by: number, whole: Span): Span =>
  within({ from: span.from + by, to: span.to + by }, whole);

/** The part, moved into `whole` and no longer than it. */
export function within(span: Span, whole: Span): Span {
  const wide = Math.min(width(span), width(whole));
  const from = Math.min(Math.max(span.from, whole.from), whole.to - wide);
  return { from, to: from + wide };
}

export const width = ({ from, to }: Span): number => to - from;

/** A part with some room around it, for a call to be seen in. */
export function around(span: Span, whole: Span): Span {
  const room = Math.max(width(span), LEAST) * 0.2;
  return within({ from: span.from - room, to: span.to + room }, whole);
}
