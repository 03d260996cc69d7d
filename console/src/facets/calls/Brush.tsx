import { type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { density, drawOverview, type Palette } from './draw.ts';
import { pan, type Span, width } from './span.ts';
import css from './TimeLine.module.css';
import type { CallTable } from './table.ts';

const TALL = 40;
/** What is drawn narrower than this was a click, in pixels. */
const CLICK = 4;

/** The whole time in little: how many calls ran when. A part is drawn with the pointer, or moved. */
export function Brush({
  table,
  version,
  now,
  whole,
  view,
  palette,
  onView,
}: {
  table: CallTable;
  version: number;
  now: number;
  whole: Span;
  view: Span;
  palette: Palette;
  onView: (view: Span | undefined) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [wide, setWide] = useState(0);
  useEffect(() => {
    const element = canvas.current;
    if (!element) {
      return;
    }
    const observer = new ResizeObserver(() => setWide(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const moving = table.running > 0 ? now : 0;
  const { from, to } = whole;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is one object, whose version says that it changed.
  const slices = useMemo(() => density(table, { from, to }, now, wide), [table, version, from, to, moving, wide]);
  useLayoutEffect(() => {
    const ctx = canvas.current?.getContext('2d');
    if (!ctx || wide === 0) {
      return;
    }
    const ratio = devicePixelRatio;
    ctx.canvas.width = Math.round(wide * ratio);
    ctx.canvas.height = Math.round(TALL * ratio);
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawOverview(ctx, slices, whole, view, { wide, tall: TALL }, palette);
  });

  const drag = useRef<{ x: number; moves: boolean; view: Span }>(undefined);
  const at = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const time = (x: number) => whole.from + (Math.max(0, Math.min(wide, x)) / Math.max(1, wide)) * width(whole);
  return (
    <canvas
      ref={canvas}
      className={css.brush}
      style={{ height: TALL }}
      role="img"
      aria-label="Concurrent calls over time"
      onPointerDown={(event) => {
        const x = at(event);
        const zoomed = width(view) < width(whole);
        drag.current = { x, view, moves: zoomed && time(x) > view.from && time(x) < view.to };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const from = drag.current;
        const x = at(event);
        if (from?.moves) {
          onView(pan(from.view, time(x) - time(from.x), whole));
        } else if (from && Math.abs(x - from.x) > CLICK) {
          onView({ from: time(Math.min(x, from.x)), to: time(Math.max(x, from.x)) });
        }
      }}
      onPointerUp={() => {
        drag.current = undefined;
      }}
      onDoubleClick={() => onView(undefined)}
    />
  );
}
