import type { Turn } from 'sessiond';
import { expect, test } from 'vitest';
import { Tree } from './tree.ts';

/** A tree from `id` or `id < parent` or `id < parent (status)`; turns are accepted in this order. */
function tree(...lines: string[]): { tree: Tree; turn: (id: string) => Turn } {
  const turns = new Map<string, Turn>();
  for (const [place, line] of lines.entries()) {
    const [, id = '', parent, status = 'completed'] = /^(\w+)(?: < (\w+))?(?: \((\w+)\))?$/.exec(line) ?? [];
    const turn = { turn_id: id, parent: parent ?? null, status, text: id, answer: '', revision: place + 1 };
    const began_at = status === 'queued' || status === 'never' ? null : 'then';
    turns.set(id, { ...turn, began_at, status: status === 'never' ? 'stopped' : status } as Turn);
  }
  return { tree: new Tree(turns), turn: (id) => turns.get(id) as Turn };
}

const ids = (turns: readonly Turn[]) => turns.map(({ turn_id }) => turn_id).join(' ');

test('the path leads from the beginning to the head', () => {
  const { tree: of } = tree('a', 'b < a', 'c < b', 'd < a', 'e < d');
  expect(ids(of.path('c'))).toBe('a b c');
  expect(ids(of.path('e'))).toBe('a d e');
  expect(ids(of.path('a'))).toBe('a');
  expect(of.path(null)).toEqual([]);
  expect(of.path('gone')).toEqual([]);
});

test('a turn that was rolled back or never began is passed over', () => {
  const { tree: of, turn } = tree('a', 'b < a (rolled_back)', 'c < b', 'd < a (never)', 'e < a (queued)');
  expect(ids(of.path('c'))).toBe('a c');
  expect(ids(of.siblings(turn('c')))).toBe('c');
});

test('branches are the turns after the same one, oldest first, also at the beginning', () => {
  const { tree: of, turn } = tree('a', 'b < a', 'c < a', 'x', 'd < a (running)', 'y < x');
  expect(ids(of.siblings(turn('c')))).toBe('b c d');
  expect(ids(of.siblings(turn('a')))).toBe('a x');
  expect(of.branches).toBe(4);
});

test('a branch ends with its newest continuation', () => {
  const { tree: of, turn } = tree('a', 'b < a', 'c < b', 'd < b', 'e < c', 'f < d');
  expect(of.end(turn('a')).turn_id).toBe('f');
  expect(of.end(turn('c')).turn_id).toBe('e');
  expect(of.end(turn('f')).turn_id).toBe('f');
});

test('a cycle, which a server never makes, ends', () => {
  const { tree: of } = tree('a < b', 'b < a');
  expect(of.path('a').length).toBeLessThanOrEqual(2);
});
