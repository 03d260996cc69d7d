import dagre from '@dagrejs/dagre';
import { arrowsOf, type Box, type Direction, type Shape, sizeOf } from './layout.ts';

/** A point of the canvas. */
export interface Point {
  x: number;
  y: number;
}

/** Where the steps are, and the way of each arrow around the other steps. */
export interface Arrangement {
  boxes: Map<string, Box>;
  /** By {@link arrowId}: corners, of which each is right of, left of, above or below the one before. */
  ways: Map<string, Point[]>;
  /** What all of it takes. */
  bounds: Box;
}

/** The room that a plan has on the screen, in pixels. */
export interface Frame {
  width: number;
  height: number;
}

export const arrowId = (from: string, to: string): string => JSON.stringify([from, to]);

/** Between steps of a row and of a column, and between the bands of a plan that is wrapped. */
const BESIDE = 18;
const BETWEEN = 46;
const BAND = 44;
/** Around a wrapped plan: arrows lead through it from the end of a band to the beginning of the next. */
const EDGE = 36;
/** Between arrows that share a channel. */
const LANE = 5;
const LANES = 5;

/** A plan that would be smaller than this cannot be read. */
export const LEGIBLE = 0.64;
/** The frame is known by steps, and there is a margin around the plan. */
const SLACK = 60;

/** A place for each step, and a way for each arrow. A plan that is longer than its frame is wrapped like a text. */
export function arrange(steps: readonly Shape[], direction: Direction, frame?: Frame): Arrangement {
  const grid = ranked(steps, direction);
  if (!frame || direction === 'TB' || grid.columns.length < 3) {
    return placed(grid, 1, direction);
  }
  let best = placed(grid, 1, direction);
  let scale = scaleIn(best, frame);
  for (let bands = 2; bands <= Math.min(6, grid.columns.length) && scale < 1; bands += 1) {
    const next = placed(grid, bands, direction);
    const larger = scaleIn(next, frame);
    // Wrapping costs the eye something: it has to be worth it.
    if (larger > scale * 1.08) {
      best = next;
      scale = larger;
    }
  }
  return scale < LEGIBLE ? (wholeRows(grid, direction, frame) ?? best) : best;
}

/** Where the whole plan cannot be read at once: its rows are whole, so that one moves in it only up and down. */
function wholeRows(grid: Grid, direction: Direction, { width }: Frame): Arrangement | undefined {
  const least = Math.floor((placed(grid, 1, direction).bounds.width * LEGIBLE) / width);
  for (let bands = Math.max(1, least); bands <= grid.columns.length; bands += 1) {
    const next = placed(grid, bands, direction);
    if ((width - SLACK) / next.bounds.width >= LEGIBLE) {
      return next;
    }
  }
  return undefined;
}

/** How large a plan is when all of it is in the frame. */
const scaleIn = ({ bounds }: Arrangement, { width, height }: Frame): number =>
  Math.min(1, width / bounds.width, height / bounds.height);

/** What steps and arrows take together. */
function boundsOf(boxes: Iterable<Box>, ways: Iterable<readonly Point[]>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x: number, y: number) => {
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  };
  for (const { x, y, width, height } of boxes) {
    take(x, y);
    take(x + width, y + height);
  }
  for (const way of ways) {
    for (const { x, y } of way) {
      take(x, y);
    }
  }
  return left === Infinity
    ? { x: 0, y: 0, width: 1, height: 1 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * The plan in columns, one for each step of the longest way that leads there. `along` is the direction of the plan and
 * `across` the other one, so that a plan downwards is the same.
 */
interface Grid {
  /** For each column, where it begins and ends along the plan. */
  columns: { begin: number; end: number }[];
  nodes: { name: string; column: number; across: number; along: number; size: Frame }[];
  /** For each arrow, where it is across the plan in each column from its source to its target. */
  arrows: { from: string; to: string; first: number; across: number[] }[];
}

function ranked(steps: readonly Shape[], direction: Direction): Grid {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: direction, nodesep: BESIDE, ranksep: BETWEEN, edgesep: BESIDE, marginx: 4, marginy: 4 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const step of steps) {
    graph.setNode(step.name, { ...sizeOf(step) });
  }
  const arrows = arrowsOf(steps);
  for (const { from, to } of arrows) {
    graph.setEdge(from, to);
  }
  dagre.layout(graph);
  const wide = direction === 'LR';
  const nodes = steps.map(({ name }) => {
    const { x, y, width, height } = graph.node(name) as Box;
    return { name, along: wide ? x : y, across: wide ? y : x, size: { width, height } };
  });
  // Steps of a rank have their middles in a line.
  const middles = [...new Set(nodes.map(({ along }) => Math.round(along)))].sort((one, other) => one - other);
  const columnOf = new Map(middles.map((middle, column) => [middle, column]));
  const inColumns = nodes.map((node) => ({ ...node, column: columnOf.get(Math.round(node.along)) ?? 0 }));
  const columns = middles.map((_, column) => {
    const own = inColumns.filter((node) => node.column === column);
    const half = Math.max(...own.map(({ size }) => (wide ? size.width : size.height))) / 2;
    const middle = own[0]?.along ?? 0;
    return { begin: middle - half, end: middle + half };
  });
  const byName = new Map(inColumns.map((node) => [node.name, node]));
  return {
    columns,
    nodes: inColumns,
    arrows: arrows.flatMap(({ from, to }) => {
      const [source, target] = [byName.get(from), byName.get(to)];
      const { points = [] } = graph.edge(from, to) as { points?: Point[] };
      if (!source || !target) {
        return [];
      }
      const across: number[] = [source.across];
      for (let column = source.column + 1; column < target.column; column += 1) {
        across.push(acrossAt(points, ((columns[column]?.begin ?? 0) + (columns[column]?.end ?? 0)) / 2, wide));
      }
      across.push(target.across);
      return [{ from, to, first: source.column, across }];
    }),
  };
}

/** Where a way is across the plan at a place along it: dagre keeps room for it in every rank that it passes. */
function acrossAt(points: readonly Point[], along: number, wide: boolean): number {
  const at = (point: Point) => (wide ? [point.x, point.y] : [point.y, point.x]) as [number, number];
  for (let place = 1; place < points.length; place += 1) {
    const [before, after] = [points[place - 1], points[place]];
    if (!before || !after) {
      continue;
    }
    const [[from, one], [to, other]] = [at(before), at(after)];
    if (along >= from && along <= to) {
      return to === from ? other : one + ((other - one) * (along - from)) / (to - from);
    }
  }
  return points.length > 0 ? at(points.at(-1) as Point)[1] : 0;
}

/** The grid on the canvas, cut into bands that are below each other. */
function placed({ columns, nodes, arrows }: Grid, bands: number, direction: Direction): Arrangement {
  const perBand = Math.ceil(columns.length / bands);
  const bandOf = (column: number) => Math.floor(column / perBand);
  const count = bandOf(columns.length - 1) + 1;
  const wrapped = count > 1;
  const wide = direction === 'LR';
  // How far each band is moved along and across, and how wide it is across.
  const extents = Array.from({ length: count }, () => ({
    low: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  }));
  const take = (band: number, low: number, high: number) => {
    const extent = extents[band];
    if (extent) {
      extent.low = Math.min(extent.low, low);
      extent.high = Math.max(extent.high, high);
    }
  };
  for (const { column, across, size } of nodes) {
    const half = (wide ? size.height : size.width) / 2;
    take(bandOf(column), across - half, across + half);
  }
  for (const { first, across } of arrows) {
    for (const [index, place] of across.entries()) {
      take(bandOf(first + index), place, place);
    }
  }
  const margin = wrapped ? EDGE : 4;
  let next = 4;
  const moves = extents.map(({ low, high }, band) => {
    const across = next - low;
    next += high - low + BAND;
    return { along: margin - (columns[band * perBand]?.begin ?? 0), across, top: low + across, bottom: high + across };
  });
  const shift = (column: number, along: number) => along + (moves[bandOf(column)]?.along ?? 0);
  const down = (column: number, across: number) => across + (moves[bandOf(column)]?.across ?? 0);
  const point = (along: number, across: number): Point => (wide ? { x: along, y: across } : { x: across, y: along });
  const right = Math.max(...columns.map(({ end }, column) => shift(column, end))) + EDGE / 2;
  const boxes = new Map(
    nodes.map(({ name, column, along, across, size }) => {
      const middle = point(shift(column, along), down(column, across));
      return [name, { x: middle.x - size.width / 2, y: middle.y - size.height / 2, ...size }];
    }),
  );
  const sources = [...new Set(arrows.map(({ from }) => from))];
  const lane = (from: string) => ((sources.indexOf(from) % LANES) - (LANES - 1) / 2) * LANE;
  const borderOf = (name: string, side: 'end' | 'begin') => {
    const box = boxes.get(name) ?? { x: 0, y: 0, width: 0, height: 0 };
    const begin = wide ? box.x : box.y;
    return side === 'begin' ? begin : begin + (wide ? box.width : box.height);
  };
  const ways = new Map(
    arrows.map(({ from, to, first, across }) => {
      const way: Point[] = [point(borderOf(from, 'end'), down(first, across[0] ?? 0))];
      for (let index = 1; index < across.length; index += 1) {
        const [column, before] = [first + index, first + index - 1];
        const at = down(before, across[index - 1] ?? 0);
        const then = down(column, across[index] ?? 0);
        if (bandOf(column) === bandOf(before)) {
          const channel =
            (shift(before, columns[before]?.end ?? 0) + shift(column, columns[column]?.begin ?? 0)) / 2 + lane(from);
          way.push(point(channel, at), point(channel, then));
        } else {
          // From the end of a band back to the beginning of the next, between the two.
          const middle = (moves[bandOf(before)]?.bottom ?? 0) + BAND / 2 + lane(from);
          const [far, near] = [right + lane(from), margin / 2 + lane(from)];
          way.push(point(far, at), point(far, middle), point(near, middle), point(near, then));
        }
      }
      way.push(point(borderOf(to, 'begin'), down(first + across.length - 1, across.at(-1) ?? 0)));
      return [arrowId(from, to), straight(way)];
    }),
  );
  return { boxes, ways, bounds: boundsOf(boxes.values(), ways.values()) };
}

/** A way without corners at which it does not turn. */
function straight(way: readonly Point[]): Point[] {
  return way.filter((corner, place) => {
    const [before, after] = [way[place - 1], way[place + 1]];
    return !(
      before &&
      after &&
      ((before.x === corner.x && corner.x === after.x) || (before.y === corner.y && corner.y === after.y))
    );
  });
}

/** How round the corners are, in pixels. */
const ROUND = 8;

/** A way as a path of SVG, with round corners. */
export function pathOf(way: readonly Point[]): string {
  return way
    .map((corner, place) => {
      const [before, after] = [way[place - 1], way[place + 1]];
      if (!before) {
        return `M ${corner.x} ${corner.y}`;
      }
      if (!after) {
        return `L ${corner.x} ${corner.y}`;
      }
      const enter = towards(corner, before);
      const leave = towards(corner, after);
      return `L ${enter.x} ${enter.y} Q ${corner.x} ${corner.y} ${leave.x} ${leave.y}`;
    })
    .join(' ');
}

/** The point a little away from a corner, and no farther than half the way. */
function towards(corner: Point, to: Point): Point {
  const length = Math.hypot(to.x - corner.x, to.y - corner.y);
  const by = length === 0 ? 0 : Math.min(ROUND, length / 2) / length;
  return { x: corner.x + (to.x - corner.x) * by, y: corner.y + (to.y - corner.y) * by };
}
