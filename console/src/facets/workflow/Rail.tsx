import { Link } from '@tanstack/react-router';
import { type CSSProperties, useEffect, useState } from 'react';
import type { Feed } from '../../data/feed.ts';
import { useJournal } from '../../data/useFeed.ts';
import { Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import { useWords } from '../words.ts';
import css from './Rail.module.css';
import type { TaskBook } from './tasks.ts';

/** So many of the newest events are shown. */
const LAST = 15;

/** What happens now, in words; the newest first. */
export function Rail({ feed, book }: { feed: Feed; book: TaskBook }) {
  const { journal } = feed;
  const words = useWords();
  useJournal(journal);
  const newest = journal.revision;
  // What comes from now on appears; what was there already is just there.
  const [opened] = useState(newest);
  const from = Math.max(journal.first, newest - LAST + 1);
  useEffect(() => {
    // What cannot be read here is told on the journal's own page.
    journal.load(from, newest).catch(() => undefined);
  }, [journal, from, newest]);
  const events = [];
  for (let seq = newest; seq >= from; seq -= 1) {
    const event = journal.get(seq);
    if (event) {
      events.push(event);
    }
  }
  return (
    <div className={css.rail}>
      <Section
        title="Activity"
        flush
        actions={
          <Link
            to="/sessions/$sessionId/$panel"
            params={{ sessionId: feed.sessionId, panel: 'journal' }}
            className={css.all}
          >
            Journal
          </Link>
        }
      >
        <ol
          className={css.events}
          aria-label="Newest events"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
          tabIndex={0}
          style={{ '--digits': String(newest).length } as CSSProperties}
        >
          {events.map((event) => (
            <li key={event.seq} className={css.event} data-event={event.type} data-new={event.seq > opened}>
              <span className={css.seq}>{event.seq}</span>
              <span className={css.words}>{words.of(event, { task: book.named })}</span>
              <span className={css.time}>
                <Ago time={event.time} />
              </span>
            </li>
          ))}
        </ol>
      </Section>
    </div>
  );
}
