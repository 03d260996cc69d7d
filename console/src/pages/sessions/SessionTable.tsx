// biome-ignore-all lint/a11y/useSemanticElements: rows of a table element cannot have places of their own.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { SessionSummary } from 'sessiond';
import type { SessionsSearch } from '../../app/search.ts';
import type { SessionList } from '../../data/sessionList.ts';
import { Button } from '../../ui/Button.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { COLUMNS, SessionRow } from './SessionRow.tsx';
import css from './SessionTable.module.css';
import { useRefresh } from './useSessionList.ts';

/** Rows are of one height, so that any of them has its place before it is read. */
const HEIGHT = { wide: 44, narrow: 64 };
/** Browsers make nothing much higher than this, in pixels: of a longer list a part is in the page. */
const HIGHEST = 16_000_000;
/** Rows that stand for those whose number is not known yet. */
const MORE = 20;

/** Any number of sessions: only the rows in sight are in the page. */
export function SessionTable({
  list,
  place,
  search,
  selected,
  onSelect,
  onSort,
}: {
  list: SessionList;
  place: { base: number; offset: number };
  search: SessionsSearch;
  /** The sessions that are selected, by their ids. */
  selected: ReadonlyMap<string, SessionSummary>;
  onSelect: (selected: ReadonlyMap<string, SessionSummary>) => void;
  onSort: (order: Order) => void;
}) {
  const navigate = useNavigate();
  const grid = useRef<HTMLDivElement>(null);
  const height = useNarrow() ? HEIGHT.narrow : HEIGHT.wide;
  const [active, setActive] = useState(-1);
  const chosen = useRef(false);
  chosen.current = active >= 0 || selected.size > 0;
  const most = Math.floor(HIGHEST / height);
  // The number of the row at the top of what is in the page.
  const [base, setBase] = useState(place.base);
  const count = Math.min(list.length + (list.whole ? 0 : MORE) - base, most);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => grid.current,
    estimateSize: () => height,
    overscan: 10,
    initialOffset: place.offset,
    scrollPaddingEnd: 36,
    onChange: ({ scrollOffset }) => {
      place.offset = scrollOffset ?? 0;
    },
  });
  useEffect(() => {
    if (height) {
      rows.measure();
    }
  }, [rows, height]);

  const items = rows.getVirtualItems();
  const first = base + (items[0]?.index ?? 0);
  const last = base + (items.at(-1)?.index ?? 0);
  useEffect(() => void list.show(first, last), [list, first, last]);
  const inSight = useCallback(
    () =>
      [
        base + (rows.range?.startIndex ?? 0),
        base + (rows.range?.endIndex ?? 0),
        // Nothing moves under the pointer, nor under the row that keys or boxes have chosen.
        list.length > 0 && (chosen.current || (grid.current?.matches(':hover') ?? false)),
      ] as const,
    [rows, base, list],
  );
  const move = useCallback(
    (to: number) => {
      place.base = to;
      setBase(to);
    },
    [place],
  );
  // Near an end of the part that is in the page, the part moves by half of itself, and what is in sight stays.
  const half = Math.floor(most / 2);
  const near = Math.floor(most / 20);
  const onward = last > base + most - near && list.length > base + most - near;
  const back = base > 0 && first < base + near;
  // Until the scrolling has been told of, what is in sight is still reckoned from where it was.
  const moving = useRef(false);
  useLayoutEffect(() => {
    if (!onward && !back) {
      moving.current = false;
    } else if (!moving.current) {
      moving.current = true;
      const by = onward ? half : -Math.min(half, base);
      move(base + by);
      rows.scrollToOffset((rows.scrollOffset ?? 0) - by * height);
    }
  }, [onward, back, base, half, height, move, rows]);
  useRefresh(list, inSight);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(index, list.length - 1));
    setActive(next);
    const inPage = next >= base && next < base + most;
    const to = inPage ? base : Math.max(0, next - half);
    move(to);
    rows.scrollToIndex(next - to);
    grid.current?.focus({ preventScroll: true });
  };
  const open = () => {
    const session = list.get(active);
    if (session) {
      void navigate({ to: '/sessions/$sessionId', params: { sessionId: session.session_id } });
    }
  };
  // Where a range begins that is selected with Shift.
  const anchor = useRef(-1);
  const select = (index: number, range: boolean) => {
    const session = list.get(index);
    if (!session) {
      return;
    }
    const next = new Map(selected);
    const on = !selected.has(session.session_id);
    const [low, high] =
      range && anchor.current >= 0
        ? [Math.min(anchor.current, index), Math.max(anchor.current, index)]
        : [index, index];
    for (let row = low; row <= high; row += 1) {
      const one = list.get(row);
      if (one && on) {
        next.set(one.session_id, one);
      } else if (one) {
        next.delete(one.session_id);
      }
    }
    anchor.current = index;
    onSelect(next);
  };
  const known = Array.from({ length: list.length }, (_, row) => list.get(row)).filter((one) => one !== undefined);
  const all = known.length > 0 && selected.size >= known.length;
  const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / height) - 2);
  useShortcuts({
    j: () => go(active + 1),
    k: () => go(active - 1),
    x: () => active >= 0 && select(active, false),
  });

  return (
    <div className={css.frame}>
      <div
        ref={grid}
        role="grid"
        aria-label="Sessions"
        aria-rowcount={list.whole ? list.length + 1 : -1}
        aria-colcount={COLUMNS.length + 1}
        aria-activedescendant={active >= first && active <= last ? `row-${active}` : undefined}
        tabIndex={0}
        className={css.grid}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) {
            return;
          }
          const next = afterKey(event.key, active, page, list.length - 1);
          if (next !== undefined || event.key === 'Enter') {
            event.preventDefault();
          }
          if (next !== undefined) {
            go(next);
          } else if (event.key === 'Enter') {
            open();
          }
        }}
      >
        <div role="row" aria-rowindex={1} className={css.header}>
          <span role="columnheader" className={css.tick}>
            <input
              type="checkbox"
              aria-label="Select all sessions that are loaded"
              tabIndex={-1}
              checked={all}
              ref={(box) => {
                if (box) {
                  box.indeterminate = selected.size > 0 && !all;
                }
              }}
              onChange={() => onSelect(all ? new Map() : new Map(known.map((one) => [one.session_id, one])))}
            />
          </span>
          {COLUMNS.map((title) => (
            <Head key={title} title={title} order={search} onSort={onSort} />
          ))}
        </div>
        <div role="rowgroup" className={css.body} style={{ height: rows.getTotalSize() }}>
          {items.map((item) => (
            <SessionRow
              key={item.key}
              session={list.get(base + item.index)}
              index={base + item.index}
              active={base + item.index === active}
              top={item.start}
              selected={selected.has(list.get(base + item.index)?.session_id ?? '')}
              onSelect={select}
            />
          ))}
        </div>
      </div>
      <div className={css.news} role="status" data-news={list.news || undefined}>
        {list.news > 0 && (
          <Button
            look="primary"
            icon={<ArrowUp />}
            onClick={() => {
              move(0);
              rows.scrollToOffset(0);
              setActive(-1);
              void list.restart();
            }}
          >
            {newsText(list, search.sort)}
          </Button>
        )}
      </div>
    </div>
  );
}

type Order = Pick<SessionsSearch, 'sort' | 'reverse'>;

/** What the list is sorted by when somebody chooses the head of a column. */
const SORTED: Partial<Record<(typeof COLUMNS)[number], NonNullable<SessionsSearch['sort']>>> = {
  Session: 'name',
  Updated: 'updated',
};

/** The head of a column; one that the server can sort by is a button: for its order, the opposite, and none. */
function Head({
  title,
  order: { sort, reverse },
  onSort,
}: {
  title: (typeof COLUMNS)[number];
  order: Order;
  onSort: (order: Order) => void;
}) {
  const by = SORTED[title];
  if (!by) {
    return <span role="columnheader">{title}</span>;
  }
  const on = sort === by;
  const ascending = (by === 'name') !== (reverse === true);
  const next: Order = !on ? { sort: by } : reverse ? {} : { sort: by, reverse: true };
  return (
    <span role="columnheader" aria-sort={on ? (ascending ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className={css.sort} tabIndex={-1} onClick={() => onSort(next)}>
        {title}
        {on && (ascending ? <ArrowUp size={12} aria-hidden="true" /> : <ArrowDown size={12} aria-hidden="true" />)}
      </button>
    </span>
  );
}

/** The row that a key leads to. */
function afterKey(key: string, active: number, page: number, end: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active - 1;
    case 'PageDown':
      return active + page;
    case 'PageUp':
      return active - page;
    case 'Home':
      return 0;
    case 'End':
      return end;
    default:
      return undefined;
  }
}

function newsText({ news, moreNews }: SessionList, sort: SessionsSearch['sort']): string {
  const what = sort === 'updated' ? 'changed' : 'new';
  return `${news}${moreNews ? '+' : ''} ${what} session${news === 1 ? '' : 's'} – show`;
}

const narrow = window.matchMedia('(max-width: 760px)');
const onNarrow = (listener: () => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};
const useNarrow = () => useSyncExternalStore(onNarrow, () => narrow.matches);
