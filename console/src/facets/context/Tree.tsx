import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { type KeyboardEvent, useId, useRef } from 'react';
import type { Change } from './document.ts';
import { brief, kindOf } from './document.ts';
import type { Row } from './rows.ts';
import css from './Tree.module.css';

/** A row's height in pixels. */
const HEIGHT = 26;
/** How many rows Page Up and Page Down go. */
const PAGE = 15;

export interface TreeProps {
  label: string;
  rows: readonly Row[];
  /** What changed last, by JSON pointer. */
  marks: ReadonlyMap<string, Change['kind']>;
  selected: string | undefined;
  onSelect: (row: Row) => void;
  onToggle: (row: Row, open: boolean) => void;
  /** Enter, or a double click, on a value. */
  onOpen: (row: Row) => void;
}

/** A JSON document as a tree, of which only what is in sight is drawn. */
export function Tree({ label, rows, marks, selected, onSelect, onToggle, onOpen }: TreeProps) {
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 12,
  });
  const at = rows.findIndex((row) => row.id === selected);
  const go = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row) {
      onSelect(row);
      virtual.scrollToIndex(rows.indexOf(row));
    }
  };
  const fold = (row: Row | undefined) => {
    if (row?.open) {
      onToggle(row, false);
    } else if (row && row.depth > 0) {
      go(rows.slice(0, at).findLastIndex(({ depth }) => depth < row.depth));
    }
  };
  const unfold = (row: Row | undefined) => {
    if (row?.open) {
      go(at + 1);
    } else if (row?.size) {
      onToggle(row, true);
    }
  };
  const act = (row: Row | undefined) => {
    if (row?.size) {
      onToggle(row, !row.open);
    } else if (row) {
      onOpen(row);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const row = rows[at];
    switch (event.key) {
      case 'ArrowDown':
        go(at + 1);
        break;
      case 'ArrowUp':
        go(at - 1);
        break;
      case 'PageDown':
        go(at + PAGE);
        break;
      case 'PageUp':
        go(at - PAGE);
        break;
      case 'Home':
        go(0);
        break;
      case 'End':
        go(rows.length - 1);
        break;
      case 'ArrowRight':
        unfold(row);
        break;
      case 'ArrowLeft':
        fold(row);
        break;
      case 'Enter':
        act(row);
        break;
      default:
        return;
    }
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className={css.tree}
      role="tree"
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={virtual.getVirtualItems().some(({ index }) => index === at) ? `${id}${at}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="none" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for all of its items.
              <div
                key={row.id}
                id={`${id}${index}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={row.depth + 1}
                aria-selected={row.id === selected}
                aria-expanded={row.size ? row.open : undefined}
                className={css.row}
                data-mark={markOf(row, marks)}
                style={{ top: start, height: HEIGHT, paddingLeft: 8 + row.depth * 16 }}
                onClick={() => {
                  onSelect(row);
                  if (row.size) {
                    onToggle(row, !row.open);
                  }
                }}
                onDoubleClick={() => !row.size && onOpen(row)}
              >
                <span className={css.chevron} aria-hidden="true">
                  {row.size ? <ChevronRight size={12} /> : null}
                </span>
                <span className={css.name}>{String(row.path.at(-1))}</span>
                <Value row={row} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

function Value({ row }: { row: Row }) {
  if (row.size === undefined) {
    return <span className={css[kindOf(row.value)]}>{brief(row.value, 300)}</span>;
  }
  const [open, close] = Array.isArray(row.value) ? ['[', ']'] : ['{', '}'];
  const words = row.size === 0 || row.open ? '' : brief(row.value, 120).slice(1, -1);
  return (
    <span className={css.null}>
      {open}
      {words}
      {row.open ? '' : close}
      {row.size > 0 && <span className={css.size}>{row.size}</span>}
    </span>
  );
}

/** A place that changed is marked; so is a closed one that something changed in. */
function markOf(row: Row, marks: TreeProps['marks']): string | undefined {
  const own = marks.get(row.id);
  if (own) {
    return own;
  }
  if (row.size && !row.open) {
    for (const place of marks.keys()) {
      if (place.startsWith(`${row.id}/`)) {
        return 'within';
      }
    }
  }
  return undefined;
}
