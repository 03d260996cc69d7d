import { expect, test } from 'vitest';
import { windowOf } from './window.ts';

test('a journal that a list can hold is shown whole', () => {
  expect(windowOf(1, 12_000, undefined)).toEqual([1, 12_000, false]);
  expect(windowOf(500, 300_499, 600)).toEqual([500, 300_499, false]);
});

test('of a longer one a part is shown: the newest, or that around an event', () => {
  expect(windowOf(1, 1_000_000, undefined)).toEqual([700_001, 1_000_000, true]);
  expect(windowOf(1, 1_000_000, 500_000)).toEqual([230_001, 530_000, true]);
  expect(windowOf(1, 1_000_000, 10)).toEqual([1, 300_000, true]);
  expect(windowOf(1, 1_000_000, 999_999)).toEqual([700_001, 1_000_000, true]);
});
