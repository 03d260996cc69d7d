import { CircleDashed, type LucideIcon } from 'lucide-react';
import type { JournalEvent } from 'sessiond';
import { span } from '../../ui/Time.tsx';
import { useWords } from '../words.ts';
import css from './EventRow.module.css';

/** The picture of an event's facet. */
export function FacetIcon({ type, size = 14 }: { type: string; size?: number }) {
  const facet = useWords().facetOf(type);
  const Icon: LucideIcon = facet?.panels[0]?.icon ?? facet?.icon ?? CircleDashed;
  return (
    <span className={css.icon} data-facet={facet?.name} data-tone={facet?.tone}>
      <Icon size={size} aria-hidden="true" />
    </span>
  );
}

/** A time of the day to the millisecond. */
export function clock(time: string): string {
  const at = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
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
  if (!event) {
    return (
      <>
        <span className={css.seq}>{seq.toLocaleString()}</span>
        <span className={css.waiting} />
      </>
    );
  }
  return (
    <>
      <span className={css.seq}>{event.seq.toLocaleString()}</span>
      <time className={css.time} dateTime={event.time} title={new Date(event.time).toLocaleString()}>
        {clock(event.time)}
      </time>
      <span className={css.since}>{before ? `+${span(Date.parse(event.time) - Date.parse(before.time))}` : ''}</span>
      <FacetIcon type={event.type} />
      <span className={css.what}>
        <span className={css.type}>{event.type.replaceAll('_', ' ')}</span>
        <span className={css.words}>{words.of(event)}</span>
      </span>
      <span className={css.actor}>{event.actor}</span>
    </>
  );
}
