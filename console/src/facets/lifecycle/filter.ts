import { type JournalEvent, toJson } from 'sessiond';
import type { Words } from '../words.ts';

/** Which events of a journal are shown; in the address, so that it can be kept and passed on. */
export interface Filter {
  type?: string | undefined;
  actor?: string | undefined;
  /** A text in what the event says, in words or as JSON. */
  q?: string | undefined;
  /** From this time on, as a browser's field has it: local, without a zone. */
  from?: string | undefined;
  /** Up to the end of this minute. */
  to?: string | undefined;
}

const MINUTE = 60_000;

/** What the address says about the filter. */
export function filterOf(search: Record<string, unknown>): Filter {
  const filter: Filter = {};
  for (const name of ['type', 'actor', 'q', 'from', 'to'] as const) {
    const value = search[name];
    if (value !== undefined && value !== '') {
      filter[name] = String(value);
    }
  }
  return filter;
}

export const isEmpty = (filter: Filter): boolean => Object.values(filter).every((value) => !value);

/** The span of time in milliseconds since 1970; open where nothing, or no time, is named. */
export function spanOf({ from, to }: Filter): [begin: number, end: number] {
  const begin = from ? Date.parse(from) : Number.NaN;
  const end = to ? Date.parse(to) + MINUTE : Number.NaN;
  return [Number.isNaN(begin) ? Number.NEGATIVE_INFINITY : begin, Number.isNaN(end) ? Number.POSITIVE_INFINITY : end];
}

/** Whether an event passes. */
export function passes(event: JournalEvent, filter: Filter, words: Words): boolean {
  if ((filter.type && event.type !== filter.type) || (filter.actor && event.actor !== filter.actor)) {
    return false;
  }
  const [begin, end] = spanOf(filter);
  const time = Date.parse(event.time);
  if (time < begin || time >= end) {
    return false;
  }
  const wanted = filter.q?.toLowerCase();
  return !wanted || words.of(event).toLowerCase().includes(wanted) || toJson(event.data).toLowerCase().includes(wanted);
}
