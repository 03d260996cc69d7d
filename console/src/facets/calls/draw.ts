import { microseconds } from '../../ui/duration.ts';
import { exactClock } from '../../ui/time.ts';
import { KINDS, RUNNING, wentWrong } from './entry.ts';
import { step } from './figures.ts';
import type { Lanes } from './lanes.ts';
import type { Marks } from './rows.ts';
import { type Span, width } from './span.ts';
import type { CallTable } from './table.ts';

/** The height of the scale above the rows, in pixels. */
export const SCALE = 24;
/** The least width of a call that has its name on it, in pixels. */
const NAMED = 34;

/** The colours of a canvas, as it takes them. */
export interface Palette {
  font: string;
  text: string;
  muted: string;
  line: string;
  strong: string;
  surface: string;
  accent: string;
  live: string;
  liveTint: string;
  bad: string;
  warn: string;
  onBar: string;
  kinds: string[];
}

export function paletteOf(token: (name: string) => string, font: string): Palette {
  return {
    font,
    text: token('--text'),
    muted: token('--faint'),
    line: token('--line'),
    strong: token('--line-strong'),
    surface: token('--surface'),
    accent: token('--accent'),
    live: token('--live'),
    liveTint: token('--live-tint'),
    bad: token('--bad'),
    warn: token('--warn'),
    onBar: token('--on-bar'),
    kinds: KINDS.map((kind) => token(kind === 'other' ? '--idle' : `--${kind}`)),
  };
}

export interface Scene {
  table: CallTable;
  lanes: Lanes;
  view: Span;
  now: number;
  marks: Marks | undefined;
  selected: number | undefined;
  hovered: number | undefined;
  /** The height of a row in pixels, and how far the rows are scrolled. */
  high: number;
  scrolled: number;
  wide: number;
  tall: number;
}

/** Draws the calls that are in sight. */
export function draw(ctx: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { wide, tall } = scene;
  ctx.clearRect(0, 0, wide, tall);
  ctx.font = `11px ${palette.font}`;
  ctx.textBaseline = 'middle';
  drawRuns(ctx, scene, palette);
  drawBars(ctx, scene, palette);
  drawScale(ctx, scene, palette);
}

/** The colour of a call that has ended: what went wrong before what it is. */
function colourOf(table: CallTable, call: number, palette: Palette): string {
  const state = table.state[call] ?? 0;
  if (wentWrong(state)) {
    return palette.bad;
  }
  return (state === 1 ? palette.kinds[table.kind[call] ?? 0] : palette.warn) ?? palette.warn;
}

function drawBars(ctx: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { table, lanes, view, now, marks, selected, hovered, high, scrolled, wide, tall } = scene;
  const scale = wide / Math.max(1, width(view));
  const firstRow = Math.floor(scrolled / high);
  const lastRow = Math.ceil((scrolled + tall - SCALE) / high);
  // Where each row is filled up to: of thousands of calls within one pixel, one is drawn.
  const filled = new Float64Array(Math.max(1, lastRow - firstRow + 1)).fill(-1);
  const thick = Math.max(1, high - (high > 8 ? 2 : 1));
  for (let call = 1; call <= table.size; call += 1) {
    const row = lanes.row[call] ?? 0;
    const began = table.began[call] ?? 0;
    if (row < firstRow || row > lastRow || began > view.to || !table.has(call)) {
      continue;
    }
    const end = table.end(call, now);
    const left = Math.max(-2, (began - view.from) * scale);
    const right = Math.min(wide + 2, Math.max((end - view.from) * scale, left + 1));
    const special = call === selected || call === hovered;
    if (right < 0 || (!special && right <= (filled[row - firstRow] ?? 0))) {
      continue;
    }
    filled[row - firstRow] = Math.ceil(right);
    const top = SCALE + row * high - scrolled + 1;
    const dim = (marks && marks.fits[call] !== 1) || table.isAside(call);
    ctx.globalAlpha = dim ? 0.22 : 1;
    ctx.fillStyle = colourOf(table, call, palette);
    const gap = right - left > 4 ? 0.75 : 0;
    const runs = table.state[call] === RUNNING;
    if (runs) {
      // What is not done yet is hollow.
      ctx.fillStyle = palette.liveTint;
      ctx.strokeStyle = palette.live;
      ctx.lineWidth = 1;
      box(ctx, left + 0.5, top + 0.5, right - left - gap - 1, thick - 1);
      ctx.stroke();
    } else {
      box(ctx, left, top, right - left - gap, thick);
    }
    ctx.globalAlpha = 1;
    if (special) {
      ctx.strokeStyle = call === selected ? palette.text : palette.muted;
      ctx.lineWidth = call === selected ? 2 : 1;
      ctx.strokeRect(left, top, Math.max(3, right - left - gap), thick);
    }
    const room = Math.min(right, wide) - Math.max(left, 0) - 12;
    if (room + 12 > NAMED && thick > 12) {
      ctx.fillStyle = dim ? palette.muted : runs ? palette.live : palette.onBar;
      const words = [`${table.name(call)}  ${microseconds(end - began)}`, table.name(call)] as const;
      write(ctx, words, Math.max(left, 0) + 6, top + thick / 2 + 0.5, room);
    }
  }
}

/** Fills a bar, with round corners where there is room for them. */
function box(ctx: CanvasRenderingContext2D, x: number, y: number, wide: number, high: number): void {
  ctx.beginPath();
  ctx.roundRect(x, y, Math.max(1, wide), high, wide > 6 && high > 7 ? 3 : 0);
  ctx.fill();
}

/** Writes the first of the texts that there is room for, or as much of the last as there is. */
function write(ctx: CanvasRenderingContext2D, texts: readonly string[], x: number, y: number, room: number): void {
  const fits = texts.find((text) => ctx.measureText(text).width <= room);
  if (fits !== undefined) {
    ctx.fillText(fits, x, y);
    return;
  }
  const last = texts.at(-1) ?? '';
  const letter = ctx.measureText(last).width / Math.max(1, last.length);
  ctx.fillText(`${last.slice(0, Math.max(1, Math.floor(room / letter) - 1))}…`, x, y, room);
}

/** Where each process began. */
function drawRuns(ctx: CanvasRenderingContext2D, { table, view, wide, tall }: Scene, palette: Palette): void {
  for (const run of table.runs.slice(1)) {
    const x = Math.round(((run.began - view.from) * wide) / Math.max(1, width(view))) + 0.5;
    if (run.began > 0 && x >= 0 && x <= wide) {
      ctx.setLineDash([3, 3]);
      ctx.strokeStyle = palette.strong;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(x, SCALE);
      ctx.lineTo(x, tall);
      ctx.stroke();
      ctx.setLineDash([]);
    }
  }
}

/** The time, from when the first call that is in the part began. */
function drawScale(ctx: CanvasRenderingContext2D, { table, view, wide }: Scene, palette: Palette): void {
  ctx.fillStyle = palette.surface;
  ctx.fillRect(0, 0, wide, SCALE);
  ctx.strokeStyle = palette.line;
  ctx.beginPath();
  ctx.moveTo(0, SCALE - 0.5);
  ctx.lineTo(wide, SCALE - 0.5);
  ctx.stroke();
  const run =
    table.runs.findLast(({ began }) => began > 0 && began <= view.from) ?? table.runs.find(({ began }) => began > 0);
  const zero = run?.began ?? view.from;
  const every = step(width(view), wide / 110);
  ctx.fillStyle = palette.muted;
  for (let mark = Math.ceil((view.from - zero) / every) * every; zero + mark <= view.to; mark += every) {
    const x = ((zero + mark - view.from) * wide) / Math.max(1, width(view));
    ctx.fillRect(Math.round(x), SCALE - 6, 1, 5);
    const words = mark === 0 ? exactClock(zero / 1_000) : `${mark < 0 ? '−' : '+'}${microseconds(Math.abs(mark))}`;
    ctx.fillText(words, x + 4, SCALE / 2);
  }
}

/** How many calls ran at once, in each of `wide` slices of a part of time. */
export function density(table: CallTable, whole: Span, now: number, wide: number): Float64Array {
  const slices = new Float64Array(wide + 1);
  const scale = wide / Math.max(1, width(whole));
  for (let call = 1; call <= table.size; call += 1) {
    if (table.has(call)) {
      const from = Math.max(0, Math.min(wide - 1, Math.floor(((table.began[call] ?? 0) - whole.from) * scale)));
      const to = Math.max(from, Math.min(wide - 1, Math.floor((table.end(call, now) - whole.from) * scale)));
      slices[from] = (slices[from] ?? 0) + 1;
      slices[to + 1] = (slices[to + 1] ?? 0) - 1;
    }
  }
  for (let at = 1; at <= wide; at += 1) {
    slices[at] = (slices[at] ?? 0) + (slices[at - 1] ?? 0);
  }
  return slices.subarray(0, wide);
}

/** Draws how many calls ran when, and which part is looked at. */
export function drawOverview(
  ctx: CanvasRenderingContext2D,
  slices: Float64Array,
  whole: Span,
  view: Span,
  size: { wide: number; tall: number },
  palette: Palette,
): void {
  const { wide, tall } = size;
  ctx.clearRect(0, 0, wide, tall);
  const most = slices.reduce((most, count) => Math.max(most, count), 1);
  ctx.fillStyle = palette.kinds[0] ?? palette.accent;
  for (const [x, count] of slices.entries()) {
    if (count > 0) {
      // Few among many are still seen.
      const high = Math.max(1.5, (tall - 6) * Math.sqrt(count / most));
      ctx.fillRect(x, tall - high, 1, high);
    }
  }
  const scale = wide / Math.max(1, width(whole));
  const [left, right] = [(view.from - whole.from) * scale, (view.to - whole.from) * scale];
  if (right - left < wide - 1) {
    ctx.globalAlpha = 0.72;
    ctx.fillStyle = palette.surface;
    ctx.fillRect(0, 0, left, tall);
    ctx.fillRect(right, 0, wide - right, tall);
    ctx.globalAlpha = 1;
    ctx.fillStyle = palette.accent;
    ctx.fillRect(Math.max(0, left - 1), 0, 2, tall);
    ctx.fillRect(Math.min(wide - 2, right - 1), 0, 2, tall);
  }
}

/** The call at a place of the drawing, with a little room around the short ones. */
export function callAt(scene: Scene, x: number, y: number): number | undefined {
  const { table, lanes, view, now, high, scrolled, wide } = scene;
  const row = Math.floor((y - SCALE + scrolled) / high);
  if (y < SCALE || row < 0 || row >= lanes.rows) {
    return undefined;
  }
  const pixel = width(view) / Math.max(1, wide);
  const at = view.from + x * pixel;
  let best: number | undefined;
  let nearest = 3 * pixel;
  for (let call = 1; call <= table.size; call += 1) {
    if (lanes.row[call] === row && table.has(call)) {
      const began = table.began[call] ?? 0;
      const away = Math.max(0, began - at, at - table.end(call, now));
      if (away < nearest) {
        best = call;
        nearest = away;
      }
    }
  }
  return best;
}
