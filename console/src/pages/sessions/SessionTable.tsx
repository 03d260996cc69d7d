// biome-ignore-all lint/a11y/useSemanticElements: rows of a table element cannot have places of their own.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowUp } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { SessionsSearch } from '../../app/router.tsx';
import type { SessionList } from '../../data/sessionList.ts';
import { Button } from '../../ui/Button.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { COLUMNS, SessionRow } from './SessionRow.tsx';
import css from './SessionTable.module.css';
import { useRefresh } from './useSessionList.ts';

/** Rows are of one height, so that any of them has its place before it is read. */
const HEIGHT = { wide: 44, narrow: 64 };
/** Rows that stand for those whose number is not known yet. */
const MORE = 20;

/** Any number of sessions: only the rows in sight are in the page. */
export function SessionTable({
  list,
  place,
  search,
}: {
  list: SessionList;
  place: { offset: number };
  search: SessionsSearch;
}) {
  const navigate = useNavigate();
  const grid = useRef<HTMLDivElement>(null);
  const height = useNarrow() ? HEIGHT.narrow : HEIGHT.wide;
  const [active, setActive] = useState(-1);
  const count = list.length + (list.whole ? 0 : MORE);
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
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => void list.show(first, last), [list, first, last]);
  const inSight = useCallback(() => [rows.range?.startIndex ?? 0, rows.range?.endIndex ?? 0] as const, [rows]);
  useRefresh(list, inSight);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(index, list.length - 1));
    setActive(next);
    rows.scrollToIndex(next);
    grid.current?.focus({ preventScroll: true });
  };
  const open = () => {
    const session = list.get(active);
    if (session) {
      void navigate({ to: '/sessions/$sessionId', params: { sessionId: session.session_id } });
    }
  };
  const page = Math.max(1, Math.floor((grid.current?.clientHeight ?? 0) / height) - 2);
  useShortcuts({ j: () => go(active + 1), k: () => go(active - 1) });

  return (
    <div className={css.frame}>
      <div
        ref={grid}
        role="grid"
        aria-label="Sessions"
        aria-rowcount={list.whole ? list.length + 1 : -1}
        aria-colcount={COLUMNS.length}
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
          {COLUMNS.map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
        <div role="rowgroup" className={css.body} style={{ height: rows.getTotalSize() }}>
          {items.map((item) => (
            <SessionRow
              key={item.key}
              session={list.get(item.index)}
              index={item.index}
              active={item.index === active}
              top={item.start}
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
