import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useRef } from 'react';
import type { Feed } from '../../data/feed.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import { brief, changesOf } from './document.ts';
import css from './HistoryList.module.css';
import type { Entry } from './history.ts';
import type { Reading } from './useHistory.ts';

/** A row's height in pixels. */
const HEIGHT = 56;

export interface HistoryListProps {
  feed: Feed;
  reading: Reading;
  /** The index of the change that is looked at; none when it is the document of now. */
  selected: number | undefined;
  onSelect: (index: number | undefined) => void;
}

/** Every change of the shared context, newest first, and how far back they are known. */
export function HistoryList({
  feed,
  reading: { history, reading, error, read, cancel },
  selected,
  onSelect,
}: HistoryListProps) {
  const { entries } = history;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const last = entries.length - 1;
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    // A change keeps its row when newer ones come above it.
    getItemKey: (row) => entries[last - row]?.seq ?? row,
    overscan: 8,
  });
  useEffect(() => {
    if (selected !== undefined) {
      virtual.scrollToIndex(last - selected);
    }
  }, [selected, virtual, last]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: -1, ArrowUp: 1 }[event.key];
    if (step !== undefined && last >= 0) {
      event.preventDefault();
      onSelect(Math.max(0, Math.min(last, (selected ?? last + 1) + step)));
    }
  };
  const behind = feed.journal.revision - history.reached;
  return (
    <Section title="History" actions={<Badge>{grouped(entries.length)}</Badge>} flush>
      {last > 0 && (
        <div className={css.slider}>
          <label htmlFor={id} className="hidden">
            Selected change
          </label>
          <input
            id={id}
            type="range"
            min={0}
            max={last}
            value={selected ?? last}
            aria-valuetext={`revision ${entries[selected ?? last]?.seq}`}
            onChange={({ target }) => onSelect(Number(target.value))}
          />
          <Button look="quiet" disabled={selected === undefined} onClick={() => onSelect(undefined)}>
            Now
          </Button>
        </div>
      )}
      {feed.journal.first > 1 && (
        <p className={css.note}>
          Events before {grouped(feed.journal.first)} are no longer kept (<code>keep_events</code>); what they changed
          is not known.
        </p>
      )}
      {error !== undefined && <ProblemView error={error} retry={read} />}
      {(reading || behind > 0) && (
        <div className={css.progress} role="status">
          <progress
            aria-label="History loaded"
            max={feed.journal.revision}
            value={Math.max(history.reached, feed.journal.first - 1)}
          />
          <span>
            {grouped(history.reached)} of {grouped(feed.journal.revision)} events
          </span>
          {reading ? <Button onClick={cancel}>Cancel</Button> : <Button onClick={read}>Read</Button>}
        </div>
      )}
      <div
        ref={scroller}
        className={css.list}
        role="listbox"
        aria-label="Changes of the shared context"
        tabIndex={0}
        aria-activedescendant={
          selected !== undefined && virtual.getVirtualItems().some(({ index }) => last - index === selected)
            ? `${id}${selected}`
            : undefined
        }
        onKeyDown={onKeyDown}
        style={{ blockSize: Math.min(560, Math.max(1, entries.length) * HEIGHT) }}
      >
        <div role="none" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index: row, start, key }) => {
            const index = last - row;
            const entry = entries[index];
            return (
              entry && (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys for all of its options.
                <div
                  key={key}
                  id={`${id}${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === selected}
                  className={css.entry}
                  data-seq={entry.seq}
                  style={{ top: start, height: HEIGHT }}
                  onClick={() => onSelect(index === selected ? undefined : index)}
                >
                  <span className={css.line}>
                    <span className={css.what}>{whatOf(entry)}</span>
                    <span className={css.seq}>{entry.seq}</span>
                  </span>
                  <span className={css.who}>
                    <span className={css.actor}>{entry.actor}</span> · <Ago time={entry.time} />
                  </span>
                </div>
              )
            );
          })}
        </div>
      </div>
    </Section>
  );
}

/** A change in a few words. */
function whatOf({ seq, document, patch }: Entry): string {
  if (document) {
    return `${seq === 1 ? 'created as' : 'replaced by'} ${brief(document, 80)}`;
  }
  return changesOf(patch).slice(0, 4).join(', ') || 'nothing';
}
