import type { JournalEvent } from 'sessiond';
import { expect, test } from 'vitest';
import { words } from '../index.ts';
import { type Filter, filterOf, isEmpty, passes } from './filter.ts';

const event = {
  seq: 4,
  time: new Date('2026-03-01T12:30:40.500').toISOString(),
  type: 'task_delegated',
  actor: 'claude-code://orchestrator',
  data: { task_type: 'implement', delegatee: 'opencode://backend', payload: { goal: 'Build the Checkout' } },
} as JournalEvent;

test('an event passes by type, actor, text and time', () => {
  const passing: Filter[] = [
    {},
    { type: 'task_delegated' },
    { actor: 'claude-code://orchestrator' },
    { q: 'build the checkout' },
    { q: 'OPENCODE' },
    { from: '2026-03-01T12:30', to: '2026-03-01T12:30' },
    { from: 'no time' },
  ];
  const failing: Filter[] = [
    { type: 'task_updated' },
    { actor: 'local' },
    { q: 'release' },
    { from: '2026-03-01T12:31' },
    { to: '2026-03-01T12:29' },
    { type: 'task_delegated', q: 'release' },
  ];
  expect(passing.filter((filter) => !passes(event, filter, words))).toEqual([]);
  expect(failing.filter((filter) => passes(event, filter, words))).toEqual([]);
});

test('the address holds the filter, and nothing that is none', () => {
  const filter = filterOf({ type: 'task_updated', q: 12, seq: 4, actor: '' });
  expect(filter).toEqual({ type: 'task_updated', q: '12' });
  expect(isEmpty(filter)).toBe(false);
  expect(isEmpty(filterOf({ seq: 9 }))).toBe(true);
});
