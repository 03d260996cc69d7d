import { RUNNING } from './entry.ts';
import type { CallTable } from './table.ts';

/** Where each call stands in the time line: a lane per depth, of as many rows as calls of it ran at once. */
export interface Lanes {
  /** The row of a call, by its number. */
  row: Uint32Array;
  /** How many rows there are. */
  rows: number;
  /** The first row of each lane. */
  starts: number[];
}

/** Packs the calls: each takes the highest row of its lane that is free when it begins. */
export function pack(table: CallTable): Lanes {
  const row = new Uint32Array(table.size + 1);
  const lanes = Array.from({ length: table.size === 0 ? 0 : table.deepest + 1 }, () => new Lane());
  for (const call of byBeginning(table)) {
    const end = table.state[call] === RUNNING ? Number.POSITIVE_INFINITY : table.end(call, 0);
    row[call] = lanes[table.depth[call] ?? 0]?.place(table.began[call] ?? 0, end) ?? 0;
  }
  const starts: number[] = [];
  let rows = 0;
  for (const lane of lanes) {
    starts.push(rows);
    rows += lane.rows;
  }
  for (let call = 1; call <= table.size; call += 1) {
    row[call] = (row[call] ?? 0) + (starts[table.depth[call] ?? 0] ?? 0);
  }
  return { row, rows, starts };
}

/** The calls by when they began: nearly always by number, and sorted when the clocks of threads say otherwise. */
function byBeginning(table: CallTable): Iterable<number> {
  const calls = new Uint32Array(table.size);
  let count = 0;
  let sorted = true;
  let last = 0;
  for (let call = 1; call <= table.size; call += 1) {
    if (table.has(call)) {
      const began = table.began[call] ?? 0;
      sorted &&= began >= last;
      last = began;
      calls[count] = call;
      count += 1;
    }
  }
  const known = calls.subarray(0, count);
  return sorted
    ? known
    : known.sort((one, other) => (table.began[one] ?? 0) - (table.began[other] ?? 0) || one - other);
}

/** The rows of one depth: those in use by when they get free, and the free ones by their number. */
class Lane {
  rows = 0;
  private readonly ends = new Heap();
  private readonly free = new Heap();

  place(began: number, end: number): number {
    for (let next = this.ends.peek(); next !== undefined && next <= began; next = this.ends.peek()) {
      const row = this.ends.pop();
      this.free.push(row, row);
    }
    let row = this.rows;
    if (this.free.peek() === undefined) {
      this.rows += 1;
    } else {
      row = this.free.pop();
    }
    this.ends.push(end, row);
    return row;
  }
}

/** A binary heap: values by their keys, the least first. */
class Heap {
  private readonly keys: number[] = [];
  private readonly values: number[] = [];

  /** The least key. */
  peek(): number | undefined {
    return this.keys[0];
  }

  push(key: number, value: number): void {
    const { keys, values } = this;
    let at = keys.length;
    for (let above = (at - 1) >> 1; at > 0 && (keys[above] ?? 0) > key; above = (at - 1) >> 1) {
      keys[at] = keys[above] ?? 0;
      values[at] = values[above] ?? 0;
      at = above;
    }
    keys[at] = key;
    values[at] = value;
  }

  /** The value of the least key; there must be one. */
  pop(): number {
    const { keys, values } = this;
    const least = values[0] ?? 0;
    const key = keys.pop() ?? 0;
    const value = values.pop() ?? 0;
    if (keys.length > 0) {
      let at = 0;
      for (let below = 1; below < keys.length; below = 2 * at + 1) {
        if (below + 1 < keys.length && (keys[below + 1] ?? 0) < (keys[below] ?? 0)) {
          below += 1;
        }
        if ((keys[below] ?? 0) >= key) {
          break;
        }
        keys[at] = keys[below] ?? 0;
        values[at] = values[below] ?? 0;
        at = below;
      }
      keys[at] = key;
      values[at] = value;
    }
    return least;
  }
}
