import { CircleDashed, type LucideIcon } from 'lucide-react';
import type { JournalEvent } from 'sessiond';
import { duration } from '../../ui/duration.ts';
import { grouped } from '../../ui/numbers.ts';
import type { Tone } from '../../ui/states.ts';
import { dateTime, exactClock, useZone } from '../../ui/time.ts';
import { useWords } from '../words.ts';
import css from './EventRow.module.css';

/** How an event is marked that is not as all of its facet are: what failed is seen without reading. */
function toneOf(event: JournalEvent): Tone | undefined {
  switch (event.type) {
    case 'session_failed':
    case 'lease_expired':
      return 'bad';
    case 'session_terminated':
    case 'session_expired':
      return 'warn';
    case 'session_completed':
      return 'good';
    case 'task_updated': {
      const { status, error } = event.data;
      return error != null && status !== 'completed' ? (status === 'cancelled' ? 'warn' : 'bad') : undefined;
    }
    case 'workflow_advanced':
      return event.data.steps.some(({ status }) => status === 'failed') ? 'bad' : undefined;
    default:
      return undefined;
  }
}

/** The picture of an event's facet. */
export function FacetIcon({ type, event, size = 14 }: { type: string; event?: JournalEvent; size?: number }) {
  const facet = useWords().facetOf(type);
  const Icon: LucideIcon = facet?.panels[0]?.icon ?? facet?.icon ?? CircleDashed;
  return (
    <span className={css.icon} data-facet={facet?.name} data-tone={(event && toneOf(event)) ?? facet?.tone}>
      <Icon size={size} aria-hidden="true" />
    </span>
  );
}

/** What an event says, in a line; grey bars while it is read. */
export function EventRow({
  seq,
  event,
  before,
}: {
  seq: number;
  event: JournalEvent | undefined;
  before: JournalEvent | undefined;
}) {
  const words = useWords();
  useZone();
  if (!event) {
    return (
      <>
        <span className={css.seq}>{grouped(seq)}</span>
        <span className={css.waiting} />
      </>
    );
  }
  return (
    <>
      <span className={css.seq}>{grouped(event.seq)}</span>
      <time className={css.time} dateTime={event.time} title={dateTime(event.time)}>
        {exactClock(event.time)}
      </time>
      <span className={css.since}>
        {before ? `+${duration(Date.parse(event.time) - Date.parse(before.time))}` : ''}
      </span>
      <FacetIcon type={event.type} event={event} />
      <span className={css.what}>
        <span className={css.type}>{event.type.replaceAll('_', ' ')}</span>
        <span className={css.words}>{words.of(event)}</span>
      </span>
      <span className={css.actor}>{event.actor}</span>
    </>
  );
}
