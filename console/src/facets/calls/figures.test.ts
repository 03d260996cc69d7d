import { expect, test } from 'vitest';
import { step } from './figures.ts';
import { around, pan, within, zoom } from './span.ts';
import { words } from './words.ts';

test('a scale of time has round steps, and no more marks than there is room for', () => {
  expect(step(1_000, 10)).toBe(100);
  expect(step(1_700, 10)).toBe(200);
  expect(step(3_600_000_000, 10)).toBe(600_000_000);
  for (let span = 1; span < 1e13; span *= 3) {
    expect(span / step(span, 8)).toBeLessThanOrEqual(8);
  }
});

test('zooming keeps the time under the pointer, and stays within the whole', () => {
  const whole = { from: 0, to: 1_000 };
  const near = zoom(whole, 0.5, 250, whole);
  expect(near).toEqual({ from: 125, to: 625 });
  expect(zoom(near, 10, 250, whole)).toEqual(whole);
  expect(zoom(near, 0.000001, 250, whole).to - zoom(near, 0.000001, 250, whole).from).toBe(10);
  expect(pan(near, -500, whole)).toEqual({ from: 0, to: 500 });
  expect(within({ from: 900, to: 1_100 }, whole)).toEqual({ from: 800, to: 1_000 });
  expect(around({ from: 400, to: 500 }, whole)).toEqual({ from: 380, to: 520 });
});

test('the events of an execution read as sentences', () => {
  expect(words.execution_began({ writer: 1, process: 'p' })).toBe('process p begins');
  expect(words.execution_began({ writer: 2, process: 'q', keep: 4 })).toBe(
    'process q resumes the execution after call 4',
  );
  const one = { call: 3, node: 'ask', status: 'failed' } as const;
  const batch = { writer: 1, batch: 1 };
  expect(words.calls_recorded({ ...batch, calls: [one] })).toBe('ask, call 3, began and ended: failed');
  expect(words.calls_recorded({ ...batch, calls: [one, { call: 2, status: 'completed' }] })).toBe(
    '1 call began, 2 calls ended, 1 failed',
  );
});
