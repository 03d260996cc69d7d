import { expect, test } from 'vitest';
import { callAt, density, type Scene } from './draw.ts';
import { pack } from './lanes.ts';
import { began, ended, Script } from './script.ts';

test('calls that ran at once stand below each other, in the lane of their depth', () => {
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 0), began(2, 1, 10), began(3, 1, 20), began(4, 3, 25), ended(2, 30))
    .calls(began(5, 1, 30), began(6, 1, 31));
  const { row, rows, starts } = pack(table);
  expect([...row].slice(1)).toEqual([0, 1, 2, 4, 1, 3]);
  expect(rows).toBe(5);
  expect(starts).toEqual([0, 1, 4]);
});

test('no two calls of a row overlap', () => {
  const script = new Script().process('p');
  let random = 7;
  const ends: [number, number][] = [];
  for (let call = 1; call <= 500; call += 1) {
    random = (random * 16_807) % 2_147_483_647;
    script.calls(began(call, undefined, call * 10));
    ends.push([call, call * 10 + (random % 300)]);
  }
  script.calls(...ends.map(([call, at]) => ended(call, at)));
  const { table } = script;
  const { row, rows } = pack(table);
  const free = new Map<number, number>();
  for (let call = 1; call <= 500; call += 1) {
    expect(table.began[call]).toBeGreaterThanOrEqual(free.get(row[call] ?? 0) ?? 0);
    free.set(row[call] ?? 0, table.ended[call] ?? 0);
  }
  // No more rows than calls ran at once.
  const most = Math.max(...density(table, { from: 10, to: 5_310 }, 0, 5_300));
  expect(rows).toBeLessThanOrEqual(most);
});

test('calls whose clocks disagree are packed by when they began', () => {
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 50), began(2, undefined, 10), ended(2, 20), ended(1, 60));
  expect([...pack(table).row].slice(1)).toEqual([0, 0]);
});

test('the pointer finds the call that it is at, and short ones nearby', () => {
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 0), ended(1, 500), began(2, undefined, 600), ended(2, 601));
  const scene = {
    table,
    lanes: pack(table),
    view: { from: 0, to: 1_000 },
    now: 0,
    high: 20,
    scrolled: 0,
    wide: 100,
    tall: 200,
  };
  const at = (x: number, y: number) => callAt(scene as unknown as Scene, x, y);
  expect(at(25, 30)).toBe(1);
  expect(at(61, 30)).toBe(2);
  expect(at(80, 30)).toBeUndefined();
  expect(at(25, 60)).toBeUndefined();
  expect(at(25, 10)).toBeUndefined();
});
