import { expect, test } from 'vitest';
import { arrange, type Frame, type Point } from './arrange.ts';
import { arrowsOf, type Box, type Direction, NODE, neighbour, type Shape, structureOf } from './layout.ts';

const layout = (steps: readonly Shape[], direction: Direction) => arrange(steps, direction).boxes;

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

/** The plan of a release: twelve steps, some of which wait for steps far before them. */
const RELEASE = [
  step('requirements'),
  step('design', ['requirements']),
  step('api-contract', ['design']),
  step('backend-api', ['api-contract']),
  step('database', ['api-contract']),
  step('frontend-ui', ['api-contract']),
  step('integration', ['backend-api', 'database', 'frontend-ui']),
  step('security-review', ['integration']),
  step('documentation', ['frontend-ui']),
  step('load-test', ['integration']),
  step('release-notes', ['documentation', 'security-review']),
  step('release', ['release-notes', 'load-test']),
];

/** The canvas beside the activity on a screen of 1440 by 900 pixels. */
const CANVAS: Frame = { width: 840, height: 600 };

/** Whether a line from corner to corner runs through a box. */
const crosses = (one: Point, other: Point, box: Box): boolean =>
  Math.min(one.x, other.x) < box.x + box.width - 1 &&
  Math.max(one.x, other.x) > box.x + 1 &&
  Math.min(one.y, other.y) < box.y + box.height - 1 &&
  Math.max(one.y, other.y) > box.y + 1;

function scaleIn(boxes: ReadonlyMap<string, Box>, { width, height }: Frame): number {
  const all = [...boxes.values()];
  const left = Math.min(...all.map((box) => box.x));
  const top = Math.min(...all.map((box) => box.y));
  const right = Math.max(...all.map((box) => box.x + box.width));
  const bottom = Math.max(...all.map((box) => box.y + box.height));
  return Math.min(1, width / (right - left), height / (bottom - top));
}

test('twelve steps fit on the canvas and can be read', () => {
  expect(scaleIn(arrange(RELEASE, 'LR', CANVAS).boxes, CANVAS)).toBeGreaterThan(0.8);
  const row = Array.from({ length: 18 }, (_, at) => step(`s${at}`, at === 0 ? [] : [`s${at - 1}`]));
  expect(scaleIn(arrange(row, 'LR', CANVAS).boxes, CANVAS)).toBeGreaterThan(0.7);
});

test('where twelve steps do not fit, their rows do', () => {
  const shop = [
    step('survey'),
    step('contract', ['survey']),
    ...['backend-api', 'frontend-ui', 'database'].map((name) => step(name, ['contract'])),
    step('integration', ['backend-api', 'frontend-ui', 'database']),
    step('security-review', ['backend-api']),
    step('load-test', ['integration']),
    step('documentation', ['frontend-ui']),
    step('translation', ['documentation']),
    step('release', ['load-test', 'security-review', 'translation']),
    step('announcement', ['release']),
  ];
  const row = Array.from({ length: 24 }, (_, at) => step(`s${at}`, at === 0 ? [] : [`s${at - 1}`]));
  for (const plan of [shop, row]) {
    for (const width of [480, 720]) {
      const { bounds } = arrange(plan, 'LR', { width, height: 480 });
      expect(width / bounds.width, `${plan.length} steps in ${width} pixels`).toBeGreaterThan(0.64);
    }
  }
});

/** A plan that is drawn at random, the same for each number. */
function randomPlan(seed: number): Shape[] {
  let state = seed * 2_654_435_761;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: 3 + Math.floor(random() * 25) }, (_, at) =>
    step(
      `s${at}`,
      Array.from({ length: at }, (_, before) => `s${before}`).filter(() => random() < 1.6 / (at + 1)),
      Math.floor(random() * 5),
    ),
  );
}

/** What is wrong with an arrangement: steps that overlap, arrows that lie askew or behind a step. */
function faultsOf({ boxes, ways }: ReturnType<typeof arrange>): string[] {
  const faults: string[] = [];
  const all = [...boxes];
  for (const [place, [name, box]] of all.entries()) {
    for (const [other, its] of all.slice(place + 1)) {
      const besides = box.x + box.width <= its.x || its.x + its.width <= box.x;
      if (!besides && box.y + box.height > its.y && its.y + its.height > box.y) {
        faults.push(`${name} over ${other}`);
      }
    }
  }
  for (const [arrow, way] of ways) {
    for (const [corner, next] of way.slice(1).entries()) {
      const one = way[corner] as Point;
      if (one.x !== next.x && one.y !== next.y) {
        faults.push(`${arrow} askew`);
      }
      faults.push(...all.filter(([, box]) => crosses(one, next, box)).map(([name]) => `${arrow} behind ${name}`));
    }
  }
  return faults;
}

test('no arrow runs behind a step, and no two steps overlap, however the plan is wrapped', { timeout: 60_000 }, () => {
  const plans = [RELEASE, ...Array.from({ length: 15 }, (_, seed) => randomPlan(seed + 1))];
  for (const plan of plans) {
    for (const frame of [CANVAS, { width: 400, height: 900 }, undefined]) {
      for (const direction of ['LR', 'TB'] as const) {
        const arranged = arrange(plan, direction, frame);
        expect(faultsOf(arranged)).toEqual([]);
        expect([...arranged.ways.keys()]).toEqual(arrowsOf(plan).map(({ from, to }) => JSON.stringify([from, to])));
      }
    }
  }
});
