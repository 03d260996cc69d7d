import { useSearch } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo } from 'react';
import type { Session } from 'sessiond';
import { useJournal } from '../../data/useFeed.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';
import { usePanelSearch } from '../usePanelSearch.ts';
import { KnownContext } from '../words.ts';
import { useTasks } from '../workflow/useTasks.ts';
import { EventDetail } from './EventDetail.tsx';
import { filterOf } from './filter.ts';
import { JournalFilters } from './JournalFilters.tsx';
import css from './JournalPanel.module.css';
import { Timeline } from './Timeline.tsx';
import { useHits } from './useHits.ts';

/** The journal: all of it by number, or what a filter finds in it. */
export default function JournalPanel(props: PanelProps) {
  // Events name a task by its id; its type and its step are those of the task.
  const { named, version, complete } = useTasks(props.feed);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the book is one object, whose version says that it changed.
  const known = useMemo(() => ({ task: named, complete }), [named, version, complete]);
  return (
    <KnownContext value={known}>
      <Journal {...props} />
    </KnownContext>
  );
}

function Journal({ session, feed }: PanelProps) {
  const { journal } = feed;
  useJournal(journal);
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const change = usePanelSearch();
  const filter = filterOf(search);
  const hits = useHits(feed, filter);
  const seq = Number(search.seq) || undefined;
  const actors = useMemo(() => actorsOf(session), [session]);
  const select = useCallback((next: number | undefined) => change({ seq: next }), [change]);

  useEffect(() => {
    if (seq !== undefined) {
      void journal.load(seq - 1, seq).catch(() => undefined);
    }
  }, [journal, seq]);
  const event = seq === undefined ? undefined : (hits?.events.find((hit) => hit.seq === seq) ?? journal.get(seq));
  const step = (by: -1 | 1) => {
    if (seq === undefined) {
      return;
    }
    const next = hits ? hits.events[hits.events.findIndex((hit) => hit.seq === seq) + by]?.seq : seq + by;
    if (next !== undefined && next >= journal.first && next <= journal.revision) {
      select(next);
    }
  };

  return (
    <div className={css.panel} data-detail={event ? '' : undefined}>
      <Section
        title="Journal"
        flush
        actions={
          <JournalFilters filter={filter} actors={actors} onChange={(next) => change({ ...next, seq: undefined })} />
        }
      >
        {hits && (
          <div className={css.progress} role="status" data-scanning={hits.scanning}>
            {hits.scanning && <progress aria-label="Journal searched" max={hits.of || 1} value={hits.looked} />}
            <span>
              {grouped(hits.events.length)} found in {grouped(hits.looked)}
              {hits.looked < hits.of && ` of ${grouped(hits.of)}`} events
            </span>
            {hits.scanning && <Button onClick={hits.cancel}>Cancel</Button>}
          </div>
        )}
        {hits?.error !== undefined && <ProblemView error={hits.error} />}
        {hits && !hits.scanning && hits.events.length === 0 ? (
          <Empty title="No matching event">Matching events will appear here.</Empty>
        ) : (
          <Timeline
            key={hits ? JSON.stringify(filter) : 'all'}
            journal={journal}
            events={hits?.events}
            selected={seq}
            onSelect={select}
            live={session.status === 'active'}
          />
        )}
      </Section>
      {event && <EventDetail event={event} step={step} onClose={() => select(undefined)} />}
    </div>
  );
}

function actorsOf({ participants, owner, orchestrator }: Session): string[] {
  const all = [owner, orchestrator, ...(participants ?? []).map(({ agent_id }) => agent_id), 'sessiond'];
  return [...new Set(all.filter((actor): actor is string => Boolean(actor)))];
}
