import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, Scissors } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { JournalEvent } from 'sessiond';
import type { Journal } from '../../data/journal.ts';
import { Button } from '../../ui/Button.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { day, useZone, zoneName } from '../../ui/time.ts';
import { EventRow } from './EventRow.tsx';
import css from './Timeline.module.css';
import { windowOf } from './window.ts';

/** How near to its end the list must be to stick to it, in pixels. */
const NEAR = 40;
/** How long the list must rest before what is in sight is read, in milliseconds. */
const REST = 60;

const narrow = matchMedia('(max-width: 760px)');
const onNarrow = (listener: () => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

export interface TimelineProps {
  journal: Journal;
  /** What is shown; the whole journal when absent. */
  events: readonly JournalEvent[] | undefined;
  selected: number | undefined;
  onSelect: (seq: number) => void;
  /** Whether more will come. */
  live: boolean;
}

/**
 * Events in their order, the newest last. Rows have one height, so any of a million is found by its number, and it is
 * read when it comes into sight. The list sticks to its end until somebody scrolls up.
 */
export function Timeline({ journal, events, selected, onSelect, live }: TimelineProps) {
  const id = useId();
  useZone();
  const height = useSyncExternalStore(onNarrow, () => (narrow.matches ? 50 : 36));
  const scroller = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(selected === undefined);
  const [error, setError] = useState<unknown>();
  // The last event of the part of a very long journal that is looked at; the newest part when absent.
  const [end, setEnd] = useState<number | undefined>(selected);
  const part = windowOf(journal.first, journal.revision, end);
  const [first, last] = events ? [events[0]?.seq ?? 1, events.at(-1)?.seq ?? 0] : part;
  const gap = first === journal.first && journal.first > 1 && !events ? 1 : 0;
  const count = (events ? events.length : last - first + 1) + gap;
  const seqAt = (row: number): number => (events ? (events[row]?.seq ?? 0) : first + row - gap);
  const eventAt = (row: number) => (events ? events[row] : journal.get(first + row - gap));
  const rowOf = (seq: number) => (events ? events.findIndex((event) => event.seq === seq) : seq - first + gap);

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 10,
    initialOffset: () => (selected === undefined ? 0 : Math.max(0, (rowOf(selected) - 6) * height)),
  });
  const items = virtual.getVirtualItems();
  const [top, bottom] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows have another height now.
  useEffect(() => virtual.measure(), [virtual, height]);

  // What is in sight is read, once the list rests there.
  const [from, to] = [seqAt(Math.max(top - 1, gap)), seqAt(bottom)];
  useEffect(() => {
    if (events) {
      return;
    }
    const timer = setTimeout(() => {
      journal.load(from, to).then(() => setError(undefined), setError);
    }, REST);
    return () => clearTimeout(timer);
  }, [journal, events, from, to]);

  // The end is held while it is followed; older hits that come in above move nothing that is in sight.
  const before = useRef({ first, count });
  useLayoutEffect(() => {
    const added = events ? rowOf(before.current.first) : 0;
    before.current = { first, count };
    if (!scroller.current || count === 0) {
      return;
    }
    if (follow) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    } else if (added > 0) {
      scroller.current.scrollTop += added * height;
    }
  });

  // An event that is named in the address is brought into sight.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (selected === undefined || shown.current === selected || (events && rowOf(selected) < 0)) {
      return;
    }
    shown.current = selected;
    if (!events && (selected < first || selected > last)) {
      setEnd(selected);
    }
    const list = scroller.current;
    const place = rowOf(selected) * height;
    if (list && (place < list.scrollTop || place + height > list.scrollTop + list.clientHeight)) {
      const isNext = place > list.scrollTop - 2 * height && place < list.scrollTop + list.clientHeight + 2 * height;
      const above = place < list.scrollTop;
      const margin = list.clientHeight - height;
      list.scrollTop = place - (isNext ? (above ? 0 : margin) : margin / 2);
    }
  });

  // A list that becomes lower, because the event is shown beside or above it, keeps what it had in sight: its end while it
  // follows, else the row that is selected.
  const kept = useRef({ follow, at: -1 });
  useEffect(() => {
    const list = scroller.current;
    if (!list) {
      return;
    }
    const observer = new ResizeObserver(() => {
      const { follow, at } = kept.current;
      if (follow) {
        list.scrollTop = list.scrollHeight;
      } else if (at >= 0) {
        const place = at * height;
        const bottom = list.scrollTop + list.clientHeight;
        if (place + height > bottom && place < bottom + list.clientHeight) {
          list.scrollTop = place + height - list.clientHeight;
        }
      }
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, [height]);

  // What came since the end was last in sight.
  const [seen, setSeen] = useState(journal.revision);
  useEffect(() => {
    if (follow) {
      setSeen(journal.revision);
    }
  }, [follow, journal.revision]);
  const fresh = events ? events.filter(({ seq }) => seq > seen).length : journal.revision - seen;

  const onScroll = () => {
    const list = scroller.current;
    if (list) {
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
      setFollow(atEnd && (events !== undefined || last === journal.revision));
    }
  };
  const toNewest = () => {
    setEnd(undefined);
    setFollow(true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'End') {
      toNewest();
    } else if (event.key === 'Home') {
      virtual.scrollToIndex(0);
    } else if (by === undefined) {
      return;
    } else {
      const row = selected === undefined ? bottom : rowOf(selected) + by;
      if (row >= gap && row < count) {
        onSelect(seqAt(row));
      }
    }
    event.preventDefault();
  };

  const at = selected === undefined ? -1 : rowOf(selected);
  kept.current = { follow, at };
  const since = eventAt(Math.max(top, gap))?.time;
  return (
    <div className={css.timeline}>
      <div className={css.bar}>
        <span>{since && `${day(since)} · ${zoneName(since)}`}</span>
        {!events && part[2] && (
          <span className={css.part}>
            {grouped(first)}–{grouped(last)} of {grouped(journal.revision)}
            <Button look="quiet" disabled={first <= journal.first} onClick={() => setEnd(first)}>
              Earlier
            </Button>
            <Button look="quiet" disabled={last >= journal.revision} onClick={toNewest}>
              Newest
            </Button>
          </span>
        )}
      </div>
      {error !== undefined && (
        <ProblemView
          error={error}
          retry={() => void journal.load(from, to).then(() => setError(undefined), setError)}
        />
      )}
      <div
        ref={scroller}
        className={css.list}
        role="listbox"
        aria-label="Events"
        tabIndex={0}
        aria-activedescendant={items.some(({ index }) => index === at) ? `${id}${selected}` : undefined}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        data-follow={follow}
      >
        <div role="none" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {items.map(({ index: row, start }) => {
            if (row < gap) {
              return (
                <div
                  key="gap"
                  className={css.gap}
                  role="option"
                  aria-selected={false}
                  tabIndex={-1}
                  data-gap={journal.first}
                  style={{ top: start, height }}
                >
                  <Scissors size={14} aria-hidden="true" />
                  Events before {grouped(journal.first)} are no longer kept.
                </div>
              );
            }
            const seq = seqAt(row);
            const event = eventAt(row);
            const earlier = row > gap ? eventAt(row - 1) : undefined;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys for all of its options.
              <div
                key={seq}
                id={`${id}${seq}`}
                role="option"
                tabIndex={-1}
                aria-selected={seq === selected}
                aria-setsize={count}
                aria-posinset={row + 1}
                className={css.row}
                data-seq={seq}
                data-type={event?.type}
                data-begins={begins(event, earlier)}
                style={{ top: start, height }}
                onClick={() => onSelect(seq)}
              >
                <EventRow seq={seq} event={event} before={earlier} />
              </div>
            );
          })}
        </div>
      </div>
      {!follow && (live || fresh > 0) && <Newest count={fresh} onClick={toNewest} />}
    </div>
  );
}

/** A button back to what happens now. */
function Newest({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <div className={css.newest}>
      <Button icon={<ArrowDown />} onClick={onClick} data-new={count}>
        {count > 0 ? `${grouped(count)} new ${count === 1 ? 'event' : 'events'}` : 'Newest event'}
      </Button>
    </div>
  );
}

/** Whether an event is the first of its day or minute. */
function begins(event: JournalEvent | undefined, before: JournalEvent | undefined): string | undefined {
  if (!event || !before || event.time.slice(0, 16) === before.time.slice(0, 16)) {
    return undefined;
  }
  return event.time.slice(0, 10) === before.time.slice(0, 10) ? 'minute' : 'day';
}
