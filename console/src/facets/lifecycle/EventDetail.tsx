import { ChevronDown, ChevronUp, Link as LinkIcon, X } from 'lucide-react';
import { type JournalEvent, toJson } from 'sessiond';
import { IconButton } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { copy } from '../../ui/clipboard.ts';
import { Json } from '../../ui/Json.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Facts, Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import { toast } from '../../ui/Toast.tsx';
import { date, exactClock, useZone, zoneName } from '../../ui/time.ts';
import { useWords } from '../words.ts';
import css from './EventDetail.module.css';
import { FacetIcon } from './EventRow.tsx';

export interface EventDetailProps {
  event: JournalEvent;
  /** Goes to the event before or after it, where there is one. */
  step: (by: -1 | 1) => void;
  onClose: () => void;
}

/** One event as the journal has it. */
export function EventDetail({ event, step, onClose }: EventDetailProps) {
  const words = useWords();
  useZone();
  const link = () => {
    const address = new URL(location.href);
    address.search = `?seq=${event.seq}`;
    void copy(address.href).then((copied) => copied && toast(`Link to event ${event.seq} copied`));
  };
  return (
    <div className={css.detail} data-seq={event.seq}>
      <Section
        title={
          <span className={css.title}>
            <FacetIcon type={event.type} event={event} />
            {event.type.replaceAll('_', ' ')}
          </span>
        }
        actions={
          <>
            <IconButton label="Previous event" icon={<ChevronUp />} onClick={() => step(-1)} />
            <IconButton label="Next event" icon={<ChevronDown />} onClick={() => step(1)} />
            <IconButton label="Copy a link to this event" icon={<LinkIcon />} onClick={link} />
            <CopyButton label="Copy the event as JSON" text={toJson(event, 2)} />
            <IconButton label="Close the event" icon={<X />} onClick={onClose} />
          </>
        }
      >
        <p className={css.words}>{words.of(event)}</p>
        <Facts
          of={[
            ['Number', grouped(event.seq)],
            ['Type', <code key="type">{event.type}</code>],
            ['Actor', event.actor],
            [
              'Time',
              <span key="time">
                {date(event.time)}, {exactClock(event.time)} {zoneName(event.time)} · <Ago time={event.time} />
              </span>,
            ],
          ]}
        />
        <div className={css.data}>
          <Json key={event.seq} value={event.data} open={4} />
        </div>
      </Section>
    </div>
  );
}
