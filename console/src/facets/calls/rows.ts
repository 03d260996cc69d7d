import { type CallState, STATUSES } from './entry.ts';
import type { CallTable } from './table.ts';

/** How many rows there are at most: no browser makes a page much higher. */
const MOST = 500_000;

/** What the tree shows: a call per row, in columns like the table. */
export interface Rows {
  length: number;
  /** Whether there are more than can be shown. */
  more: boolean;
  calls: Uint32Array;
  depths: Uint16Array;
  /** Whether a row stands for a recorded result, under the call that took its parent up. */
  recorded: Uint8Array;
}

/** Which calls are looked for, by number: those that fit, and those on the way to them. */
export interface Marks {
  fits: Uint8Array;
  leads: Uint8Array;
  count: number;
}

export interface Filter {
  text: string;
  state: CallState | undefined;
}

/** Finds the calls whose node, input, message or number has the text and that have the state. */
export function find(table: CallTable, { text, state }: Filter): Marks {
  const marks = { fits: new Uint8Array(table.size + 1), leads: new Uint8Array(table.size + 1), count: 0 };
  const words = text.trim().toLowerCase();
  const number = Number(words.replace(/^#/, ''));
  const names = table.names.map((name) => name.toLowerCase().includes(words));
  const wanted = state === undefined ? -1 : STATUSES.indexOf(state);
  for (let call = 1; call <= table.size; call += 1) {
    if (!table.has(call) || (wanted !== -1 && table.state[call] !== wanted)) {
      continue;
    }
    const named = names[table.node[call] ?? 0] || call === number;
    if (named || [table.message(call), table.input(call)].some((text) => text?.toLowerCase().includes(words))) {
      marks.fits[call] = 1;
      marks.count += 1;
      for (let at = table.parent[call] ?? 0; at !== 0 && marks.leads[at] === 0; at = table.parent[at] ?? 0) {
        marks.leads[at] = 1;
      }
    }
  }
  return marks;
}

/** The rows of what is open; with marks, of what they mark and what leads there. */
export function flatten(table: CallTable, isOpen: (call: number) => boolean, marks?: Marks): Rows {
  let rows = room(256);
  const push = (call: number, depth: number, recorded: boolean) => {
    if (rows.length === rows.calls.length) {
      rows = wider(rows);
    }
    rows.calls[rows.length] = call;
    rows.depths[rows.length] = Math.min(depth, 65_535);
    rows.recorded[rows.length] = recorded ? 1 : 0;
    rows.length += 1;
  };
  // What is still to be walked, the innermost last: no recursion, because a program's may be deeper than ours.
  const stack: Walk[] = [{ sources: [0], place: 0, child: table.firstChild[0] ?? 0, depth: 0, recorded: false }];
  for (let walk = stack.at(-1); walk; walk = stack.at(-1)) {
    const call = walk.child;
    if (call === 0) {
      walk.place += 1;
      const source = walk.sources[walk.place];
      if (source === undefined) {
        stack.pop();
      } else {
        walk.child = table.firstChild[source] ?? 0;
      }
      continue;
    }
    walk.child = table.nextSibling[call] ?? 0;
    const reused = walk.place < walk.sources.length - 1;
    const shown = marks ? marks.fits[call] === 1 || marks.leads[call] === 1 : true;
    if (!shown || (reused && !table.isReusable(call))) {
      continue;
    }
    if (rows.length === MOST) {
      rows.more = true;
      break;
    }
    const recorded = walk.recorded || reused;
    push(call, walk.depth, recorded);
    const open = marks ? marks.leads[call] === 1 : isOpen(call);
    if (open && table.below(call) > 0) {
      const sources = table.chain(call);
      const child = table.firstChild[sources[0] ?? 0] ?? 0;
      stack.push({ sources, place: 0, child, depth: walk.depth + 1, recorded });
    }
  }
  return rows;
}

interface Walk {
  /** The calls whose lists are walked: what was taken up first, what is last is the call itself. */
  sources: number[];
  place: number;
  child: number;
  depth: number;
  recorded: boolean;
}

const room = (size: number): Rows => ({
  length: 0,
  more: false,
  calls: new Uint32Array(size),
  depths: new Uint16Array(size),
  recorded: new Uint8Array(size),
});

function wider(rows: Rows): Rows {
  const wide = room(2 * rows.length);
  wide.length = rows.length;
  wide.calls.set(rows.calls);
  wide.depths.set(rows.depths);
  wide.recorded.set(rows.recorded);
  return wide;
}

/** The next call that fits, after or before one, by number and around the end; none when there is none. */
export function nextThat(
  table: CallTable,
  fits: (call: number) => boolean,
  from: number,
  by: 1 | -1,
): number | undefined {
  const { size } = table;
  for (let steps = 1; steps <= size; steps += 1) {
    const call = ((((from - 1 + by * steps) % size) + size) % size) + 1;
    if (table.has(call) && fits(call)) {
      return call;
    }
  }
  return undefined;
}
