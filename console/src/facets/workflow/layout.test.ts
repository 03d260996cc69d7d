import { expect, test } from 'vitest';
import { arrowsOf, layout, NODE, neighbour, type Shape, structureOf } from './layout.ts';

const step = (name: string, dependencies: string[] = [], agents = 1): Shape => ({
  name,
  dependencies,
  required_agents: Array.from({ length: agents }, (_, index) => `agent-${index}`),
});
/** a → b, c → d */
const DIAMOND = [step('a'), step('b', ['a']), step('c', ['a']), step('d', ['b', 'c'])];
const x = (name: string, boxes: ReturnType<typeof layout>) => boxes.get(name)?.x ?? Number.NaN;
const y = (name: string, boxes: ReturnType<typeof layout>) => boxes.get(name)?.y ?? Number.NaN;

test('dependencies lead to the right on wide screens, and down on narrow ones', () => {
  const wide = layout(DIAMOND, 'LR');
  expect(x('a', wide)).toBeLessThan(x('b', wide));
  expect(x('b', wide)).toBeLessThan(x('d', wide));
  expect(x('b', wide)).toBe(x('c', wide));
  const narrow = layout(DIAMOND, 'TB');
  expect(y('a', narrow)).toBeLessThan(y('b', narrow));
  expect(y('b', narrow)).toBe(y('c', narrow));
});

test('a node has room for its agents, up to a few', () => {
  const boxes = layout([step('none', [], 0), step('two', [], 2), step('ten', [], 10)], 'LR');
  const heights = ['none', 'two', 'ten'].map((name) => boxes.get(name)?.height);
  expect(heights).toEqual([NODE.head, NODE.head + 2 * NODE.part + 10, NODE.head + NODE.parts * NODE.part + 10]);
});

test('two hundred steps have places that do not overlap', () => {
  const steps = Array.from({ length: 200 }, (_, i) => step(`s${i}`, i < 8 ? [] : [`s${i - 8}`, `s${i - 5}`]));
  const boxes = [...layout(steps, 'LR').values()];
  const overlaps = boxes.some((one, i) =>
    boxes.some(
      (other, j) =>
        i < j &&
        one.x < other.x + other.width &&
        other.x < one.x + one.width &&
        one.y < other.y + other.height &&
        other.y < one.y + one.height,
    ),
  );
  expect(overlaps).toBe(false);
});

test('only another structure asks for another layout', () => {
  const active = DIAMOND.map((shape) => ({ ...shape, status: 'active' }));
  expect(structureOf(active, 'LR')).toBe(structureOf(DIAMOND, 'LR'));
  expect(structureOf(DIAMOND, 'TB')).not.toBe(structureOf(DIAMOND, 'LR'));
  expect(structureOf([...DIAMOND, step('e', ['d'])], 'LR')).not.toBe(structureOf(DIAMOND, 'LR'));
});

test('arrow keys go along the dependencies and across to the steps beside', () => {
  const boxes = layout(DIAMOND, 'LR');
  const [upper, lower] = y('b', boxes) < y('c', boxes) ? ['b', 'c'] : ['c', 'b'];
  const go = (from: string, key: Parameters<typeof neighbour>[3]) => neighbour(DIAMOND, boxes, from, key, 'LR');
  expect(['b', 'c']).toContain(go('a', 'ArrowRight'));
  expect(go('b', 'ArrowRight')).toBe('d');
  expect(go('c', 'ArrowLeft')).toBe('a');
  expect(go(upper, 'ArrowDown')).toBe(lower);
  expect(go(lower, 'ArrowUp')).toBe(upper);
  expect(go('d', 'ArrowRight')).toBeUndefined();
});

test('in a plan that goes down, the arrows go with it', () => {
  const boxes = layout(DIAMOND, 'TB');
  expect(neighbour(DIAMOND, boxes, 'b', 'ArrowDown', 'TB')).toBe('d');
  expect(neighbour(DIAMOND, boxes, 'b', 'ArrowUp', 'TB')).toBe('a');
});

test('a dependency that others imply has no arrow', () => {
  const steps = [step('a'), step('b', ['a']), step('c', ['b', 'a']), step('d', ['a', 'c', 'gone'])];
  expect(arrowsOf(steps)).toEqual([
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
    { from: 'c', to: 'd' },
  ]);
  expect(arrowsOf(DIAMOND)).toHaveLength(4);
});
