import { expect, test } from 'vitest';
import { STATUSES } from './entry.ts';
import { began, ended, Script } from './script.ts';
import type { CallTable } from './table.ts';

const stateOf = (table: CallTable, call: number) => STATUSES[table.state[call] ?? 0];

function childrenOf(table: CallTable, call: number): number[] {
  const children = [];
  for (let child = table.firstChild[call] ?? 0; child !== 0; child = table.nextSibling[child] ?? 0) {
    children.push(child);
  }
  return children;
}

test('what began and what ended in different events is one call', () => {
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 100), began(2, 1, 110, { kind: 'model' }))
    .calls({ ...began(3, 1, 120), ...ended(3, 130) }, ended(2, 150))
    .calls(ended(1, 200));
  expect(childrenOf(table, 0)).toEqual([1]);
  expect(childrenOf(table, 1)).toEqual([2, 3]);
  expect([1, 2, 3].map((call) => stateOf(table, call))).toEqual(['completed', 'completed', 'completed']);
  expect([table.beganSeq[2], table.endedSeq[2]]).toEqual([2, 3]);
  expect(table.counts[1]).toBe(3);
  expect(table.running).toBe(0);
  expect(table.runs[0]).toMatchObject({ process: 'p', began: 100, last: 200 });
});

test('columns grow with the calls', () => {
  const script = new Script().process('p');
  for (let call = 1; call <= 1_000; call += 1) {
    script.calls({ ...began(call, undefined, call), ...ended(call, call + 1) });
  }
  expect(childrenOf(script.table, 0)).toHaveLength(1_000);
  expect(script.table.name(1_000)).toBe('n1000');
});

test('what is open when another process begins, or the session ends, is interrupted', () => {
  const script = new Script().process('one').calls(began(1, undefined, 100), { ...began(2, 1, 110), ...ended(2, 170) });
  script.process('two').calls(began(3, undefined, 500));
  expect(stateOf(script.table, 1)).toBe('interrupted');
  // Its end is when its process was last seen.
  expect(script.table.end(1, 9_999)).toBe(170);
  expect(stateOf(script.table, 3)).toBe('running');
  expect(script.table.end(3, 9_999)).toBe(9_999);
  script.event('session_failed', { outcome: {} });
  expect(stateOf(script.table, 3)).toBe('interrupted');
  expect(script.table.counts[6]).toBe(2);
});

test('a call that takes another up has the completed calls of that from the record', () => {
  const { table } = new Script()
    .process('one')
    .calls(began(1, undefined, 10), began(2, 1, 11), ended(2, 12), began(3, 1, 13), ended(3, 14, { opaque: true }))
    .calls(began(4, 1, 15))
    .process('two')
    .calls(began(5, undefined, 20, { resumes: 1 }), began(6, 5, 21, { resumes: 4 }), ended(6, 22))
    .process('three')
    .calls(began(7, undefined, 30, { resumes: 5 }));
  expect([2, 3, 4].map((call) => table.isReusable(call))).toEqual([true, false, false]);
  expect(table.fromRecord(5)).toBe(1);
  expect(table.fromRecord(7)).toBe(2);
  expect(table.chain(7)).toEqual([1, 5, 7]);
  expect(table.takenUpBy(1)).toBe(5);
  expect(table.replayed).toBe(2);
});

test('what is above the point that a process goes on from is discarded', () => {
  const { table } = new Script()
    .process('one')
    .calls(began(1, undefined, 10), began(2, 1, 11), began(3, 1, 20), ended(3, 21), ended(2, 25), ended(1, 30))
    .process('two', 2)
    .calls(began(4, undefined, 40, { resumes: 1 }));
  expect([1, 2, 3, 4].map((call) => table.isAside(call))).toEqual([false, false, true, false]);
  // Call 2 ended after the third began: for the new process it had not.
  expect(table.isReusable(2)).toBe(false);
  expect(table.fromRecord(4)).toBe(0);
});

test('own time is what no call below covers', () => {
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 0), began(2, 1, 10), began(3, 1, 20), ended(2, 40), ended(3, 50))
    .calls(began(4, 1, 70), ended(1, 100), ended(4, 130));
  // 0–10, 50–70; the last child outlives its parent.
  expect(table.own(1, 0)).toBe(30);
  expect(table.own(4, 0)).toBe(60);
});

test('tokens, costs and what failed are known of all calls above', () => {
  const usage = { input_tokens: 10, output_tokens: 2, cost: 0.5 };
  const error = { type: 'ValueError', message: 'odd' };
  const { table } = new Script()
    .process('p')
    .calls(began(1, undefined, 0), began(2, 1, 1), began(3, 2, 2), ended(3, 3, { usage, status: 'failed', error }))
    .calls(began(4, 1, 4), ended(4, 5, { usage }));
  expect(table.usedWithin(1)).toEqual({ input: 20, output: 4, cost: 1 });
  expect(table.usedWithin(2)).toEqual({ input: 10, output: 2, cost: 0.5 });
  expect(table.total.cost).toBe(1);
  expect([1, 2, 3].map((call) => table.wrongBelow(call))).toEqual([1, 1, 0]);
  expect(table.message(3)).toBe('ValueError: odd');
});

test('a call whose beginning is no longer kept is passed over', () => {
  const { table } = new Script().process('p').calls(ended(5, 10), began(6, 5, 11));
  expect(table.has(5)).toBe(false);
  expect(childrenOf(table, 0)).toEqual([6]);
});
