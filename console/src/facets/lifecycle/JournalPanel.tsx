import { useEffect } from 'react';
import { useJournal } from '../../data/useFeed.ts';
import { Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';
import { wordsOf } from '../index.ts';

/** The journal, newest last. */
export default function JournalPanel({ session, feed }: PanelProps) {
  useJournal(feed.journal);
  useEffect(() => void feed.journal.load(session.revision - 100, session.revision), [feed, session.revision]);
  return (
    <Section title="Journal">
      <ol>
        {[...feed.journal.events()].map((event) => (
          <li key={event.seq}>
            {event.seq} {event.type} {wordsOf(event)}
          </li>
        ))}
      </ol>
    </Section>
  );
}
