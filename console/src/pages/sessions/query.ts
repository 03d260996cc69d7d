import type { SessionsSearch } from '../../app/search.ts';
import type { SessionsQuery } from '../../data/sessionList.ts';

/** The spans that the list offers, as the address has them; each ends now. */
export const SPANS = [
  { span: '1h', words: 'in the last hour' },
  { span: '24h', words: 'in the last 24 hours' },
  { span: '7d', words: 'in the last 7 days' },
  { span: '30d', words: 'in the last 30 days' },
] as const;

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The length of a span such as `24h`, in milliseconds; undefined when the text is none. */
function lengthOf(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}

/** Whether the address may have this text as the beginning or the end of a range: a span or a time. */
export const isTime = (text: string): boolean => lengthOf(text) !== undefined || !Number.isNaN(Date.parse(text));

/** A time of the address as the server takes it: a span is as long ago as it says. */
function timeOf(text: string, now: number): string | undefined {
  const length = lengthOf(text);
  const at = length === undefined ? Date.parse(text) : now - length;
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** What the server is asked for a search. A range that is relative to now moves on with the time. */
export function sessionsQuery({ time, since, until, new: _, ...rest }: SessionsSearch, now: number): SessionsQuery {
  const from = since && timeOf(since, now);
  const to = until && timeOf(until, now);
  const by = time ?? 'created';
  return {
    ...rest,
    ...(from ? { [`${by}_since`]: from } : {}),
    ...(to ? { [`${by}_until`]: to } : {}),
  };
}
