import { duration, inSeconds } from '../../ui/duration.ts';
import { useNow } from '../../ui/Times.tsx';

/** How long something takes, or took. */
export function Elapsed({ from, to }: { from: string; to?: string | null | undefined }) {
  return to ? <time dateTime={from}>{duration(Date.parse(to) - Date.parse(from))}</time> : <Ticking from={from} />;
}

function Ticking({ from }: { from: string }) {
  const now = useNow();
  return <time dateTime={from}>{inSeconds(now - Date.parse(from))}</time>;
}
