// Times as people read them: one form, in one zone, which is named.
import { useSyncExternalStore } from 'react';
import { inSeconds, roughly } from './duration.ts';

/** The zone in which times are shown: the one of this machine, or UTC as the server's own texts have it. */
export type Zone = 'local' | 'utc';

const KEY = 'sessiond.zone';
const listeners = new Set<() => void>();
let zone: Zone = globalThis.localStorage?.getItem(KEY) === 'utc' ? 'utc' : 'local';

export function setZone(next: Zone): void {
  zone = next;
  localStorage.setItem(KEY, next);
  for (const listener of listeners) {
    listener();
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The zone; the component renders its times again when it changes. */
export const useZone = (): Zone => useSyncExternalStore(subscribe, () => zone);

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([zone, options]);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone === 'utc' ? { timeZone: 'UTC' } : {}) });
    formats.set(key, made);
  }
  return made;
}

/** A time as the server tells it, or in milliseconds since 1970. */
type At = string | number;

/** `29 Nov 2026`. */
export const date = (at: At): string => format({ dateStyle: 'medium' }).format(new Date(at));

/** `Sunday, 29 November 2026`. */
export const day = (at: At): string => format({ dateStyle: 'full' }).format(new Date(at));

/** `05:00:11`. */
export const clock = (at: At): string => format({ timeStyle: 'medium' }).format(new Date(at));

/** `05:00:11.042`. */
export const exactClock = (at: At): string => `${clock(at)}.${String(new Date(at).getMilliseconds()).padStart(3, '0')}`;

/** The name of the zone at a time: `UTC`, `GMT+1`. */
export function zoneName(at: At = Date.now()): string {
  const parts = format({ hour: 'numeric', timeZoneName: 'short' }).formatToParts(new Date(at));
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}

/** A whole time, with its zone: `29 Nov 2026, 05:00:11 UTC`. */
export const dateTime = (at: At): string => `${date(at)}, ${clock(at)} ${zoneName(at)}`;

/** A time as a field of type `datetime-local` has it, in the zone in which times are shown; empty when there is none. */
export function inputOfTime(time: string | undefined): string {
  const at = Date.parse(time ?? '');
  if (Number.isNaN(at)) {
    return '';
  }
  const offset = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset();
  return new Date(at - offset * 60_000).toISOString().slice(0, 16);
}

/** The time that such a field has, as the server takes it; undefined when it has none. */
export function timeOfInput(value: string): string | undefined {
  const at = Date.parse(zone === 'utc' && value !== '' ? `${value}Z` : value);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** How long ago, or how far ahead, a time is: `3 min ago`, `in 1 h 59 min`. */
export function ago(time: string, now: number): string {
  const past = now - Date.parse(time);
  if (Math.abs(past) < 1_000) {
    return 'now';
  }
  return past > 0 ? `${roughly(past)} ago` : `in ${inSeconds(-past)}`;
}
