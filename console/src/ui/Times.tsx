import { useEffect, useState } from 'react';
import { ago, dateTime, useZone } from './time.ts';

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
  useZone();
  return (
    <time dateTime={time} title={dateTime(time)}>
      {ago(time, now)}
    </time>
  );
}

/** A whole time; how long ago it was is its tooltip. */
export function At({ time }: { time: string }) {
  const now = useNow();
  useZone();
  return (
    <time dateTime={time} title={ago(time, now)}>
      {dateTime(time)}
    </time>
  );
}
