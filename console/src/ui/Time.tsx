import { useEffect, useState } from 'react';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** A span in its largest unit, `3 min`; milliseconds below a second. */
export function span(milliseconds: number): string {
  const seconds = Math.abs(milliseconds) / 1000;
  for (const [unit, size] of UNITS) {
    if (seconds >= size) {
      return `${Math.floor(seconds / size)} ${unit}`;
    }
  }
  return `${Math.round(Math.abs(milliseconds))} ms`;
}

/** How long ago, or how far ahead, a time is. */
export function ago(time: string, now: number): string {
  const past = now - Date.parse(time);
  if (Math.abs(past) < 1000) {
    return 'now';
  }
  return past > 0 ? `${span(past)} ago` : `in ${span(past)}`;
}

const clocks = new Set<(now: number) => void>();
setInterval(() => {
  const now = Date.now();
  for (const tick of clocks) {
    tick(now);
  }
}, 1000);

/** The time, once a second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    clocks.add(setNow);
    return () => void clocks.delete(setNow);
  }, []);
  return now;
}

/** How long ago something was; the time itself is its tooltip. */
export function Ago({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={new Date(time).toLocaleString()}>
      {ago(time, now)}
    </time>
  );
}
