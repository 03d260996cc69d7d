import { expect, test } from 'vitest';
import { isSame, viewsOf } from './savedViews.ts';

test('views that cannot be read are left out', () => {
  const view = { name: 'mine', search: { status: 'failed' } };
  expect(viewsOf(JSON.stringify([view, 1, null, { name: 3, search: {} }, { name: 'x' }]))).toEqual([view]);
  expect([null, '', '{', '{}', '3'].map(viewsOf)).toEqual([[], [], [], [], []]);
});

test('a view is found by what it shows, whatever the order of its filters', () => {
  expect(isSame({ status: 'failed', q: 'a' }, { q: 'a', status: 'failed' })).toBe(true);
  expect(isSame({ status: 'failed' }, { status: 'failed', q: 'a' })).toBe(false);
});
