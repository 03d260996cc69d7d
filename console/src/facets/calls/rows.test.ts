import { expect, test } from 'vitest';
import { find, flatten, nextThat, type Rows } from './rows.ts';
import { began, ended, Script } from './script.ts';

/** The rows as `depth:call`, those from the record with an `r`. */
const read = (rows: Rows): string[] =>
  Array.from({ length: rows.length }, (_, at) => `${rows.depths[at]}:${rows.calls[at]}${rows.recorded[at] ? 'r' : ''}`);

const all = () => true;

function tree() {
  return new Script()
    .process('one')
    .calls(
      began(1, undefined, 1, { node: 'main' }),
      began(2, 1, 2, { node: 'load' }),
      began(3, 2, 3, { node: 'parse' }),
    )
    .calls(ended(3, 4), ended(2, 5), began(4, 1, 6, { node: 'store' }));
}

test('calls stand below who made them, where that is open', () => {
  const { table } = tree();
  expect(read(flatten(table, all))).toEqual(['0:1', '1:2', '2:3', '1:4']);
  expect(read(flatten(table, (call) => call !== 2))).toEqual(['0:1', '1:2', '1:4']);
  expect(read(flatten(table, () => false))).toEqual(['0:1']);
});

test('completed calls of what was taken up stand under the call that took it up', () => {
  const script = tree()
    .process('two')
    .calls(began(5, undefined, 10, { resumes: 1 }), began(6, 5, 11, { resumes: 4 }));
  const rows = flatten(script.table, (call) => call >= 2);
  expect(read(rows)).toEqual(['0:1', '0:5', '1:2r', '2:3r', '1:6']);
});

test('a program deeper than a stack has its rows', () => {
  const script = new Script().process('p');
  for (let call = 1; call <= 20_000; call += 1) {
    script.calls(began(call, call > 1 ? call - 1 : undefined, call));
  }
  const rows = flatten(script.table, all);
  expect(rows.length).toBe(20_000);
  expect(rows.depths[19_999]).toBe(19_999);
});

test('what is found comes with the way to it', () => {
  const { table } = tree();
  const marks = find(table, { text: ' PARSE', state: undefined });
  expect(marks.count).toBe(1);
  expect(read(flatten(table, () => false, marks))).toEqual(['0:1', '1:2', '2:3']);
  expect(find(table, { text: '#4', state: undefined }).fits[4]).toBe(1);
  expect(find(table, { text: '', state: 'running' }).count).toBe(2);
  expect(find(table, { text: 'load', state: 'running' }).count).toBe(0);
});

test('the next error is found around the end', () => {
  const { table } = tree().calls(ended(4, 9, { status: 'failed' }));
  const failed = (call: number) => table.state[call] === 2;
  expect(nextThat(table, failed, 0, 1)).toBe(4);
  expect(nextThat(table, failed, 4, 1)).toBe(4);
  expect(nextThat(table, failed, 2, -1)).toBe(4);
  expect(nextThat(table, () => false, 1, 1)).toBeUndefined();
});
