import './tokens.css';
import { useSearch } from '@tanstack/react-router';
import { ChartGantt, ChevronDown, ChevronUp, FoldVertical, ListTree, Search, UnfoldVertical } from 'lucide-react';
import { useCallback, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Chips } from '../../ui/Chips.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { stateOf } from '../../ui/states.ts';
import type { PanelProps } from '../facet.ts';
import { usePanelSearch, useSearchText, useSearchValue } from '../usePanelSearch.ts';
import type { CallBook } from './book.ts';
import { CallDetail } from './CallDetail.tsx';
import css from './CallsPanel.module.css';
import { CallTree } from './CallTree.tsx';
import { STATUSES, wentWrong } from './entry.ts';
import { find, nextThat } from './rows.ts';
import { Summary } from './Summary.tsx';
import { TimeLine } from './TimeLine.tsx';
import { useCallBook, useMicroseconds } from './useCalls.ts';
import { useOpen } from './useOpen.ts';
import { useWaiting } from './useWaiting.ts';

/** Up to how many events a journal is read without a word: it takes no time, and nothing shall flicker. */
const BRIEF = 20;

/** What a program did, live: as a tree, or on a time line, with all about one call beside it. */
export default function CallsPanel({ session, feed }: PanelProps) {
  const book = useCallBook(feed);
  const { table, version } = book;
  const waits = useWaiting(session, table, version);
  // What waits for an answer needs no process: its time stands still.
  const now = useMicroseconds(table.running > waits.size, table.runs.at(-1)?.last ?? 0);
  const search = useSearch({ strict: false }) as { call?: number | string; look?: string };
  const change = usePanelSearch();
  const [text, setText] = useSearchText('q');
  const [asked, setState] = useSearchValue('state');
  const state = STATUSES.find((one) => one === asked);
  const [focused, setFocused] = useState(0);
  const input = useRef<HTMLDivElement>(null);
  const opened = useOpen(table, book.reading.at === 'current');

  const selected = search.call === undefined ? undefined : Number(search.call);
  const there = selected !== undefined && table.has(selected);
  const asTree = search.look !== 'time';
  const select = useCallback(
    (call: number | undefined) => {
      change({ call });
      setFocused(0);
    },
    [change],
  );

  const wanted = useDeferredValue(text);
  const filtered = wanted.trim() !== '' || state !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is one object, whose version says that it changed.
  const marks = useMemo(
    () => (filtered ? find(table, { text: wanted, state }) : undefined),
    [table, version, filtered, wanted, state],
  );
  const wrong = table.counts.reduce((sum, count, state) => sum + (wentWrong(state) ? count : 0), 0);
  const toError = (by: 1 | -1) => {
    const call = nextThat(table, (call) => wentWrong(table.state[call] ?? 0), selected ?? (by === 1 ? 0 : 1), by);
    if (call !== undefined) {
      goTo(call);
    }
  };
  /** Selects a call and opens the way to it. */
  const goTo = (call: number) => {
    opened.reveal(call);
    select(call);
  };
  useShortcuts({
    e: () => toError(1),
    E: () => toError(-1),
    '/': () => input.current?.querySelector('input')?.focus(),
  });

  if (table.size === 0 && book.reading.at === 'current') {
    return (
      <Section>
        <Nothing sessionId={session.session_id} ended={session.status !== 'active'} />
      </Section>
    );
  }
  return (
    <div className={css.panel} data-detail={there || undefined} data-reading={book.reading.at}>
      <div className={css.main}>
        <Summary session={session} table={table} waits={waits.size} now={now} />
        <Section
          flush
          title={
            // biome-ignore lint/a11y/useSemanticElements: two buttons in a row are no fieldset.
            <span className={css.looks} role="group" aria-label="Show the calls as">
              <Button
                look="quiet"
                icon={<ListTree />}
                aria-pressed={asTree}
                onClick={() => change({ look: undefined })}
              >
                Tree
              </Button>
              <Button
                look="quiet"
                icon={<ChartGantt />}
                aria-pressed={!asTree}
                onClick={() => change({ look: 'time' })}
              >
                Timeline
              </Button>
            </span>
          }
          actions={
            <>
              {wrong > 0 && (
                <span className={css.errors}>
                  {grouped(wrong)} {wrong === 1 ? 'error' : 'errors'}
                  <IconButton label="Previous error (E)" icon={<ChevronUp />} onClick={() => toError(-1)} />
                  <IconButton label="Next error (e)" icon={<ChevronDown />} onClick={() => toError(1)} />
                </span>
              )}
              {asTree && (
                <>
                  <IconButton label="Expand all calls" icon={<UnfoldVertical />} onClick={() => opened.all(true)} />
                  <IconButton label="Collapse all calls" icon={<FoldVertical />} onClick={() => opened.all(false)} />
                </>
              )}
            </>
          }
        >
          <div className={css.filters} ref={input}>
            <SearchField
              label="Search calls"
              icon={<Search aria-hidden="true" />}
              placeholder="Node, input, number or error"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Chips
              label="Status"
              value={state}
              options={[
                { value: undefined, title: 'All' },
                ...STATUSES.map((value, place) => ({
                  value,
                  title: stateOf('call', value).word,
                  count: table.counts[place] ?? 0,
                })).filter(({ value, count }) => count > 0 || value === state),
              ]}
              onChange={setState}
            />
            {marks && (
              <span className={css.found} role="status">
                {grouped(marks.count)} found
              </span>
            )}
          </div>
          <ReadingBar book={book} />
          {feed.journal.first > 1 && (
            <p className={css.reading}>
              Events before {grouped(feed.journal.first)} are no longer kept: calls that began there are not here.
            </p>
          )}
          {marks?.count === 0 ? (
            <Empty title="No matching call">
              Change the search or the status. New matching calls appear automatically.
            </Empty>
          ) : asTree ? (
            <CallTree
              table={table}
              version={version}
              now={now}
              marks={marks}
              waits={waits}
              selected={selected}
              isOpen={opened.isOpen}
              opened={opened.version}
              onSelect={select}
              onToggle={opened.toggle}
              onEnter={() => setFocused((times) => times + 1)}
            />
          ) : (
            <TimeLine
              table={table}
              version={version}
              now={now}
              marks={marks}
              selected={selected}
              onSelect={(call) => (call === undefined ? select(undefined) : goTo(call))}
            />
          )}
        </Section>
      </div>
      {there && (
        <CallDetail
          feed={feed}
          table={table}
          call={selected}
          waits={waits.has(selected)}
          now={now}
          focused={focused}
          onSelect={goTo}
          onClose={() => select(undefined)}
        />
      )}
    </div>
  );
}

/** How far the journal is read, while that takes its time. */
function ReadingBar({ book }: { book: CallBook }) {
  const { at, seq, of, problem } = book.reading;
  if (at === 'failed') {
    return <ProblemView error={problem} retry={() => book.resume()} />;
  }
  if (at === 'current' || (at === 'reading' && of <= BRIEF)) {
    return null;
  }
  return (
    <div className={css.reading} role="status">
      <progress aria-label="Journal loaded" max={of || 1} value={seq} />
      <span>
        {grouped(book.table.size)} calls of {grouped(seq)} of {grouped(of)} events
        {at === 'paused' && ' are shown'}
      </span>
      {at === 'paused' ? (
        <Button onClick={() => book.resume()}>Load more</Button>
      ) : (
        <Button onClick={() => book.pause()}>Stop</Button>
      )}
    </div>
  );
}

function Nothing({ sessionId, ended }: { sessionId: string; ended: boolean }) {
  return ended ? (
    <Empty title="No call was recorded">The session ended before a program made one.</Empty>
  ) : (
    <Empty
      title="No call yet"
      command={`curl -X POST ${location.origin}/sessions/${sessionId}/execution -H 'content-type: application/json' -d '{"process":"my-program"}'`}
    >
      A program that uses the Rust crate or the Python package records its calls here. Without a library, a process
      begins with this request and then records batches of calls:
    </Empty>
  );
}
