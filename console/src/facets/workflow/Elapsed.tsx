import { useNow } from '../../ui/Time.tsx';
import { stopwatch } from './text.ts';

/** How long something takes, or took. */
export function Elapsed({ from, to }: { from: string; to?: string | null | undefined }) {
  return to ? <time dateTime={from}>{stopwatch(Date.parse(to) - Date.parse(from))}</time> : <Ticking from={from} />;
}

function Ticking({ from }: { from: string }) {
  const now = useNow();
  return <time dateTime={from}>{stopwatch(now - Date.parse(from))}</time>;
}
