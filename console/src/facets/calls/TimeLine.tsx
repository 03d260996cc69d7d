import { Maximize2, Rows3, ZoomIn, ZoomOut } from 'lucide-react';
import { type KeyboardEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { IconButton } from '../../ui/Button.tsx';
import { tokensOf } from '../../ui/canvas.ts';
import { microseconds } from '../../ui/duration.ts';
import { Select } from '../../ui/Field.tsx';
import { grouped } from '../../ui/numbers.ts';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { useDark } from '../../ui/theme.ts';
import { Brush } from './Brush.tsx';
import { callAt, draw, type Palette, paletteOf, SCALE, type Scene } from './draw.ts';
import { CANCELLED, INTERRUPTED, KINDS, RUNNING, STATUSES, wentWrong } from './entry.ts';
import { pack } from './lanes.ts';
import type { Marks } from './rows.ts';
import { around, pan, type Span, width, within, zoom } from './span.ts';
import css from './TimeLine.module.css';
import type { CallTable } from './table.ts';

/** How high a row is where there is room, and where there are many, in pixels. */
const HIGH = 22;
const LOW = 7;
/** Up to how many rows they are high unless somebody chose otherwise. */
const FEW = 60;
/** How far the pointer goes before it is a drag, in pixels. */
const DRAG = 3;

export interface TimeLineProps {
  table: CallTable;
  version: number;
  now: number;
  marks: Marks | undefined;
  selected: number | undefined;
  onSelect: (call: number | undefined) => void;
}

/** The calls over time: a lane per depth, calls that ran at once below each other. */
export function TimeLine({ table, version, now, marks, selected, onSelect }: TimeLineProps) {
  const dark = useDark();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ wide: 0, tall: 0 });
  const [palette, setPalette] = useState<Palette>();
  const [run, setRun] = useState<number | 'all'>();
  const [chosen, setChosen] = useState<Span>();
  const [chosenNamed, setNamed] = useState<boolean>();
  const [scrolled, setScrolled] = useState(0);
  const [hover, setHover] = useState<{ call: number; x: number; y: number }>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is one object, whose version says that it changed.
  const lanes = useMemo(() => pack(table), [table, version]);
  const whole = wholeOf(table, run, now);
  const view = chosen ? within(chosen, whole) : whole;
  const room = size.tall - SCALE;
  const named = chosenNamed ?? lanes.rows <= FEW;
  const high = named ? HIGH : Math.min(HIGH, Math.max(LOW, Math.floor(room / Math.max(1, lanes.rows))));
  const scene: Scene = { table, lanes, view, now, marks, selected, hovered: hover?.call, high, scrolled, ...size };
  const current = useRef(scene);
  current.current = scene;

  useEffect(() => {
    const element = frame.current;
    if (!element) {
      return;
    }
    setPalette(paletteOf(tokensOf(element, dark), getComputedStyle(element).fontFamily));
    const observer = new ResizeObserver(() => setSize({ wide: element.clientWidth, tall: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [dark]);

  useLayoutEffect(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx || !palette || size.wide === 0) {
      return;
    }
    const ratio = devicePixelRatio;
    const [wide, tall] = [Math.round(size.wide * ratio), Math.round(size.tall * ratio)];
    if (ctx.canvas.width !== wide || ctx.canvas.height !== tall) {
      ctx.canvas.width = wide;
      ctx.canvas.height = tall;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, scene, palette);
  });

  const zoomBy = (factor: number, at = (view.from + view.to) / 2) => {
    const next = zoom(view, factor, at, whole);
    setChosen(width(next) >= width(whole) ? undefined : next);
  };
  const panBy = (share: number) => setChosen(pan(view, share * width(view), whole));
  const zoomTo = (call: number) => setChosen(around({ from: table.began[call] ?? 0, to: table.end(call, now) }, whole));

  // Also while the focus is elsewhere on the page.
  useShortcuts({
    '+': () => zoomBy(0.6),
    '=': () => zoomBy(0.6),
    '-': () => zoomBy(1 / 0.6),
    '0': () => setChosen(undefined),
  });

  // React hears of the wheel too late to keep the page from scrolling.
  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    const element = frame.current;
    if (!element) {
      return;
    }
    event.preventDefault();
    const by = event.deltaMode === 1 ? 16 : 1;
    if (event.shiftKey) {
      element.scrollTop += (event.deltaY || event.deltaX) * by;
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      panBy((event.deltaX * by) / size.wide);
    } else {
      const x = event.clientX - element.getBoundingClientRect().left;
      zoomBy(1.0015 ** (event.deltaY * by), view.from + (x / size.wide) * width(view));
    }
  };
  useEffect(() => {
    const element = frame.current;
    const listener = (event: WheelEvent) => onWheel.current(event);
    element?.addEventListener('wheel', listener, { passive: false });
    return () => element?.removeEventListener('wheel', listener);
  }, []);

  // A call that was chosen elsewhere comes into sight.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    const element = frame.current;
    if (!element || selected === undefined || shown.current === selected || size.wide === 0 || !table.has(selected)) {
      return;
    }
    shown.current = selected;
    const top = (lanes.row[selected] ?? 0) * high;
    if (top < element.scrollTop || top + high > element.scrollTop + room) {
      element.scrollTop = top - room / 2;
    }
    const span = { from: table.began[selected] ?? 0, to: table.end(selected, now) };
    if (span.from < whole.from || span.to > whole.to) {
      setRun('all');
    }
    if (span.to < view.from || span.from > view.to) {
      setChosen(within({ from: span.from - width(view) / 2, to: span.from + width(view) / 2 }, whole));
    }
  });

  const select = (call: number | undefined) => {
    shown.current = call;
    onSelect(call);
  };
  const drag = useRef<{ x: number; y: number; view: Span; top: number; moved: boolean }>(undefined);
  const place = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button === 0) {
      drag.current = { ...place(event), view, top: event.currentTarget.scrollTop, moved: false };
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const { x, y } = place(event);
    const from = drag.current;
    if (from && (from.moved || Math.abs(x - from.x) > DRAG || Math.abs(y - from.y) > DRAG)) {
      if (!from.moved) {
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      from.moved = true;
      setHover(undefined);
      setChosen(pan(from.view, ((from.x - x) / size.wide) * width(from.view), whole));
      event.currentTarget.scrollTop = from.top + from.y - y;
      return;
    }
    const call = callAt(current.current, x, y);
    setHover(call === undefined ? undefined : { call, x, y });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>) => {
    const { x, y } = place(event);
    if (drag.current && !drag.current.moved) {
      select(callAt(current.current, x, y));
    }
    drag.current = undefined;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const element = event.currentTarget;
    const next = (by: 1 | -1) => {
      const call = (selected ?? (by === 1 ? 0 : table.size + 1)) + by;
      if (table.has(call)) {
        onSelect(call);
      }
    };
    const moves: Record<string, () => void> = {
      '+': () => zoomBy(0.6),
      '=': () => zoomBy(0.6),
      '-': () => zoomBy(1 / 0.6),
      '0': () => setChosen(undefined),
      Home: () => setChosen(undefined),
      ArrowLeft: () => panBy(-0.15),
      ArrowRight: () => panBy(0.15),
      PageDown: () => element.scrollBy(0, room * 0.8),
      PageUp: () => element.scrollBy(0, -room * 0.8),
      ArrowDown: () => next(1),
      ArrowUp: () => next(-1),
      Enter: () => selected !== undefined && zoomTo(selected),
    };
    const move = moves[event.key];
    if (move) {
      move();
      event.preventDefault();
    }
  };

  return (
    <div className={css.timeline}>
      <div className={css.bar}>
        <ul className={css.legend} aria-label="Colours">
          {legendOf(table).map((name) => (
            <li key={name} data-kind={name}>
              {name}
            </li>
          ))}
        </ul>
        <span className={css.span}>{microseconds(width(view))} in sight</span>
        {table.runs.length > 1 && (
          <Select
            label="Process"
            value={run ?? lastRun(table)}
            onChange={(event) => {
              setRun(event.target.value === 'all' ? 'all' : Number(event.target.value));
              setChosen(undefined);
            }}
          >
            <option value="all">All processes</option>
            {table.runs.map(({ writer, process, seq }, index) => (
              <option key={seq} value={index}>
                {writer}: {process}
              </option>
            ))}
          </Select>
        )}
        <IconButton
          label="Show names"
          icon={<Rows3 />}
          aria-pressed={named}
          onClick={() => {
            setNamed(!named);
            // What is selected comes into sight again, wherever its row is then.
            shown.current = undefined;
          }}
        />
        <IconButton label="Zoom in" icon={<ZoomIn />} onClick={() => zoomBy(0.6)} />
        <IconButton label="Zoom out" icon={<ZoomOut />} disabled={!chosen} onClick={() => zoomBy(1 / 0.6)} />
        <IconButton label="Show all" icon={<Maximize2 />} disabled={!chosen} onClick={() => setChosen(undefined)} />
      </div>
      {palette && (
        <Brush
          table={table}
          version={version}
          now={now}
          whole={whole}
          view={view}
          palette={palette}
          onView={(next) => setChosen(next && within(next, whole))}
        />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing that is moved by keys is no fieldset. */}
      <div
        ref={frame}
        className={css.frame}
        role="group"
        aria-label="Timeline: plus and minus zoom, left and right move, up and down select a call, Enter zooms to it. The tree has the same calls as text."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved by keys.
        tabIndex={0}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerLeave={() => setHover(undefined)}
        onDoubleClick={() => selected !== undefined && zoomTo(selected)}
        onKeyDown={onKeyDown}
      >
        <canvas
          ref={canvas}
          className={css.canvas}
          role="img"
          aria-label={`${grouped(table.size)} calls over ${microseconds(width(whole))}`}
        />
        <div style={{ height: Math.max(0, lanes.rows * high + SCALE + 4 - size.tall) }} />
      </div>
      {hover && !drag.current?.moved && table.has(hover.call) && (
        <Hint
          table={table}
          call={hover.call}
          now={now}
          at={{ x: hover.x, y: hover.y + (frame.current?.offsetTop ?? 0) }}
          wide={size.wide}
        />
      )}
      <p className="hidden" role="status">
        {selected !== undefined && table.has(selected) ? spoken(table, selected, now) : ''}
      </p>
    </div>
  );
}

/** What the pointer is at. */
function Hint({
  table,
  call,
  now,
  at,
  wide,
}: {
  table: CallTable;
  call: number;
  now: number;
  at: { x: number; y: number };
  wide: number;
}) {
  const run = table.runOf(call);
  const message = table.message(call);
  const began = table.began[call] ?? 0;
  return (
    <div
      className={css.hint}
      aria-hidden="true"
      style={{
        left: Math.max(8, Math.min(at.x + 14, wide - 290)),
        top: `calc(100% - var(--high) + ${at.y + 79 + 18}px)`,
      }}
    >
      <strong>{table.name(call)}</strong>
      <span>
        call {grouped(call)}, {STATUSES[table.state[call] ?? 0]}, {microseconds(table.end(call, now) - began)}
        {run && `, ${microseconds(began - run.began)} after the first`}
      </span>
      {message && <span className={css.message}>{message}</span>}
    </div>
  );
}

/** What the colours mean that are there. */
function legendOf(table: CallTable): string[] {
  const { counts, kinds } = table;
  const states = [
    ['running', counts[RUNNING] ?? 0],
    ['error', counts.reduce((sum, count, state) => sum + (wentWrong(state) ? count : 0), 0)],
    ['stopped', (counts[CANCELLED] ?? 0) + (counts[INTERRUPTED] ?? 0)],
  ] as const;
  return [
    ...KINDS.filter((_, kind) => (kinds[kind] ?? 0) > 0),
    ...states.filter(([, count]) => count > 0).map(([name]) => name),
  ];
}

const spoken = (table: CallTable, call: number, now: number): string =>
  `${table.name(call)}, call ${call}, ${STATUSES[table.state[call] ?? 0]}, ${microseconds(table.end(call, now) - (table.began[call] ?? 0))}`;

/** The last run that has calls. */
const lastRun = (table: CallTable): number =>
  Math.max(
    0,
    table.runs.findLastIndex(({ began }) => began > 0),
  );

/** The time of a run, the last one unless another was chosen; or of all. */
function wholeOf(table: CallTable, run: number | 'all' | undefined, now: number): Span {
  const begun = table.runs.filter(({ began }) => began > 0);
  const chosen = run === 'all' ? undefined : table.runs[run ?? lastRun(table)];
  const [first, last] = chosen?.began ? [chosen, chosen] : [begun[0], begun.at(-1)];
  if (!first || !last) {
    return { from: now - 1, to: now };
  }
  const end = last === begun.at(-1) && table.running > 0 ? Math.max(now, last.last) : last.last;
  return { from: first.began, to: Math.max(end, first.began + 1) };
}
