// biome-ignore-all lint/a11y/useSemanticElements: a table draws all of its rows; this grid draws those in sight.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says which row is active.
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight, History } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef } from 'react';
import { microseconds } from '../../ui/duration.ts';
import { counted, dollars, grouped, short } from '../../ui/numbers.ts';
import { KindIcon, StateIcon } from './CallIcon.tsx';
import css from './CallTree.module.css';
import { KINDS, RUNNING, STATUSES, wentWrong } from './entry.ts';
import { flatten, type Marks, type Rows } from './rows.ts';
import type { CallTable } from './table.ts';

/** A row's height in pixels. */
const HEIGHT = 30;
/** How many rows Page Up and Page Down go. */
const PAGE = 15;
/** How far a child stands right of its parent, in pixels, and from which depth on it does not. */
const INDENT = 14;
const DEEP = 24;

export interface CallTreeProps {
  table: CallTable;
  version: number;
  now: number;
  marks: Marks | undefined;
  /** The open calls that wait for an answer. */
  waits: ReadonlySet<number>;
  selected: number | undefined;
  isOpen: (call: number) => boolean;
  /** Changes with what is open. */
  opened: unknown;
  onSelect: (call: number) => void;
  onToggle: (call: number, open: boolean) => void;
  /** Enter: goes to what is told of the call that is selected. */
  onEnter: () => void;
}

/** The calls as who called whom: only what is in sight is drawn, so that any number of them can be here. */
export function CallTree(props: CallTreeProps) {
  const { table, version, now, marks, waits, selected, isOpen, opened, onSelect, onToggle, onEnter } = props;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is one object, whose version says that it changed.
  const rows = useMemo(() => flatten(table, isOpen, marks), [table, version, isOpen, opened, marks]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => HEIGHT,
    overscan: 12,
    paddingStart: HEIGHT,
    scrollPaddingStart: HEIGHT,
  });
  // A call may stand in two rows, under who made it and under who took that up: the cursor knows in which it is.
  const cursor = useRef(-1);
  if (selected === undefined) {
    cursor.current = -1;
  } else if (rows.calls[cursor.current] !== selected || cursor.current >= rows.length) {
    cursor.current = rows.calls.subarray(0, rows.length).indexOf(selected);
  }
  const at = cursor.current;
  // What was chosen elsewhere, and what stands in the address, comes into sight.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (shown.current !== selected && at >= 0) {
      shown.current = selected;
      virtual.scrollToIndex(at, { align: 'auto' });
    }
  });
  const go = (index: number) => {
    const place = Math.max(0, Math.min(rows.length - 1, index));
    const call = rows.calls[place];
    if (call !== undefined && rows.length > 0) {
      cursor.current = place;
      shown.current = call;
      onSelect(call);
      virtual.scrollToIndex(place);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const call = rows.calls[at] ?? 0;
    const open = at >= 0 && isShownOpen(rows, at);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + PAGE),
      PageUp: () => go(at - PAGE),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (open ? go(at + 1) : table.below(call) > 0 && onToggle(call, true)),
      ArrowLeft: () => (open && !marks ? onToggle(call, false) : go(parentRow(rows, at))),
      Enter: onEnter,
      ' ': () => table.below(call) > 0 && onToggle(call, !open),
    };
    const move = moves[event.key];
    if (move) {
      move();
      event.preventDefault();
    }
  };
  const items = virtual.getVirtualItems();
  return (
    <div
      ref={scroller}
      className={css.tree}
      role="treegrid"
      aria-label="Calls"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={items.some(({ index }) => index === at) ? `${id}${at}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        <div role="row" aria-rowindex={1} className={`${css.row} ${css.head}`} style={{ height: HEIGHT }}>
          <span role="columnheader">Node</span>
          <span role="columnheader" className={css.when}>
            When
          </span>
          <span role="columnheader" className={css.figure}>
            Duration
          </span>
          <span role="columnheader" className={css.own} title="Without its child calls">
            Self time
          </span>
          <span role="columnheader" className={css.tokens} title="With its child calls">
            Tokens
          </span>
          <span role="columnheader" className={css.cost} title="With its child calls">
            Cost
          </span>
          <span role="columnheader" className={css.state}>
            <span className="hidden">Status</span>
          </span>
        </div>
        {items.map(({ index, start }) => (
          <Row
            key={index}
            id={`${id}${index}`}
            table={table}
            rows={rows}
            index={index}
            top={start}
            now={now}
            dim={marks !== undefined && marks.fits[rows.calls[index] ?? 0] !== 1}
            waits={waits.has(rows.calls[index] ?? 0)}
            selected={index === at}
            onSelect={() => {
              scroller.current?.focus({ preventScroll: true });
              go(index);
            }}
            onToggle={onToggle}
          />
        ))}
      </div>
      {rows.more && (
        <p className={css.more}>Only the first {grouped(rows.length)} rows are here: search, or close calls above.</p>
      )}
    </div>
  );
}

function Row({
  id,
  table,
  rows,
  index,
  top,
  now,
  dim,
  waits,
  selected,
  onSelect,
  onToggle,
}: {
  id: string;
  table: CallTable;
  rows: Rows;
  index: number;
  top: number;
  now: number;
  dim: boolean;
  waits: boolean;
  selected: boolean;
  onSelect: () => void;
  onToggle: (call: number, open: boolean) => void;
}) {
  const call = rows.calls[index] ?? 0;
  const depth = rows.depths[index] ?? 0;
  const state = table.state[call] ?? 0;
  const below = table.below(call);
  const open = isShownOpen(rows, index);
  const took = table.end(call, now) - (table.began[call] ?? 0);
  const used = table.usedWithin(call);
  const wrongBelow = open ? 0 : table.wrongBelow(call);
  const message = table.message(call);
  const input = table.input(call);
  const takenUpBy = table.takenUpBy(call);
  const recorded = rows.recorded[index] === 1;
  const indent = Math.min(depth, DEEP) * INDENT;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for all of its rows.
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-level={depth + 1}
      aria-selected={selected}
      aria-expanded={below > 0 ? open : undefined}
      className={css.row}
      data-call={call}
      data-status={STATUSES[state]}
      data-quiet={dim || table.isAside(call) || recorded || undefined}
      style={{ transform: `translateY(${top}px)`, height: HEIGHT }}
      onClick={onSelect}
      onDoubleClick={() => below > 0 && onToggle(call, !open)}
    >
      <span role="gridcell" className={css.node} style={{ paddingLeft: `min(${indent}px, 35cqi)` }}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the row says whether it is open, and keys open it. */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above. */}
        <span
          className={css.chevron}
          data-open={open || undefined}
          onClick={(event) => {
            if (below > 0) {
              event.stopPropagation();
              onToggle(call, !open);
            }
          }}
        >
          {below > 0 && <ChevronRight size={13} aria-hidden="true" />}
        </span>
        {depth > DEEP && <span className={css.deep}>{depth}</span>}
        <KindIcon of={table.kind[call] ?? 0} />
        <span className={css.name} title={table.name(call)}>
          {table.name(call)}
        </span>
        {below > 0 && (
          <span className={css.count} title={`${grouped(below)} child calls`}>
            {short(below)}
          </span>
        )}
        {wrongBelow > 0 && (
          <span className={css.wrong} title={`${grouped(wrongBelow)} calls below it failed`}>
            {counted(wrongBelow, 'error')}
          </span>
        )}
        {recorded && (
          <span className={css.tag} title="An earlier process completed this call; its result was reused">
            <History size={11} aria-hidden="true" /> from the record
          </span>
        )}
        {table.isAside(call) && <span className={css.tag}>discarded</span>}
        {takenUpBy !== undefined && <span className={css.tag}>resumed by {takenUpBy}</span>}
        {message ? (
          <span className={css.message} title={message}>
            {message}
          </span>
        ) : (
          input && (
            <span className={css.input} title={input}>
              {input}
            </span>
          )
        )}
      </span>
      <span role="gridcell" className={css.when}>
        {!recorded && <Bar table={table} call={call} now={now} />}
      </span>
      <span role="gridcell" className={css.figure}>
        {microseconds(took)}
      </span>
      <span role="gridcell" className={css.own}>
        {(table.children[call] ?? 0) > 0 ? microseconds(table.own(call, now)) : ''}
      </span>
      <span role="gridcell" className={css.tokens}>
        {used ? short(used.input + used.output) : ''}
      </span>
      <span role="gridcell" className={css.cost}>
        {used && used.cost > 0 ? dollars(used.cost) : ''}
      </span>
      <span role="gridcell" className={css.state}>
        <StateIcon of={state} waits={waits} />
      </span>
    </div>
  );
}

/** When the call was within its run. */
function Bar({ table, call, now }: { table: CallTable; call: number; now: number }) {
  const run = table.runOf(call);
  if (!run) {
    return null;
  }
  const began = table.began[call] ?? 0;
  const last = run === table.runs.at(-1) && table.running > 0 ? now : run.last;
  const whole = Math.max(1, last - run.began);
  const left = (100 * (began - run.began)) / whole;
  const wide = (100 * (table.end(call, now) - began)) / whole;
  const state = table.state[call] ?? 0;
  return (
    <span className={css.track}>
      <span
        className={css.bar}
        data-kind={KINDS[table.kind[call] ?? 0]}
        data-tone={state === RUNNING ? 'live' : wentWrong(state) ? 'bad' : state === 1 ? undefined : 'warn'}
        style={{ left: `min(${left}%, calc(100% - 2px))`, width: `${wide}%` }}
      />
    </span>
  );
}

/** Whether the rows of what is below a row follow it. */
const isShownOpen = (rows: Rows, at: number): boolean =>
  at + 1 < rows.length && (rows.depths[at + 1] ?? 0) > (rows.depths[at] ?? 0);

/** The row that a row stands under; the row itself when it is at the top. */
function parentRow(rows: Rows, at: number): number {
  for (let above = at - 1; above >= 0; above -= 1) {
    if ((rows.depths[above] ?? 0) < (rows.depths[at] ?? 0)) {
      return above;
    }
  }
  return at;
}
