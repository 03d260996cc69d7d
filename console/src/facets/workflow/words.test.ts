import type { JournalEvent } from 'sessiond';
import { expect, test } from 'vitest';
import { wordsOf } from '../words.ts';
import { workflow } from './index.ts';

const words = wordsOf([workflow]);
const say = (type: keyof typeof workflow.words, data: Record<string, unknown>, known = {}) =>
  words.of({ seq: 1, time: '', actor: 'a', type, data } as JournalEvent, known);
const known = { task: (id: string) => (id === 'task_1' ? { task_type: 'implement', step: 'build' } : undefined) };
const update = (data: Record<string, unknown>) =>
  say('task_updated', { task_id: 'task_1', attempt: 1, assignee: 'codex://ui', ...data }, known);

test('a plan is told by its first steps', () => {
  const steps = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name }));
  expect(say('workflow_updated', { steps })).toBe('plan of 6 steps: a, b, c, d and 2 more');
  expect(say('workflow_updated', { steps: steps.slice(0, 1) })).toBe('plan of 1 step: a');
});

test('steps that changed alike are told together, with the reason', () => {
  const steps = [
    { name: 'design', status: 'completed', reason: 'completed manually' },
    { name: 'ui', status: 'active' },
    { name: 'api', status: 'active' },
  ];
  expect(say('workflow_advanced', { steps })).toBe('design completed (completed manually); ui and api started');
});

test('the end of the plan is told, and a task in a reason is not told by its id', () => {
  const steps = [{ name: 'ship', status: 'failed', reason: 'codex://ui failed in task task_01a1fe' }];
  expect(say('workflow_advanced', { steps, workflow_completed: true })).toBe(
    'ship failed (codex://ui failed); plan completed',
  );
});

test('a delegation says who asks whom for what, where, and whether anew', () => {
  const data = { task_type: 'implement', delegatee: 'codex://ui', step: 'build' };
  expect(say('task_delegated', data)).toBe('build: implement assigned to codex://ui');
  expect(say('task_delegated', { ...data, delegator: 'claude://o', step_retry: 1 })).toBe(
    'build: implement assigned to codex://ui by claude://o, retry 1',
  );
});

test('an update names the task when it is known', () => {
  expect(update({ status: 'in_progress' })).toBe('build: implement started by codex://ui');
  expect(say('task_updated', { task_id: 'x', attempt: 2, assignee: 'a', status: 'completed' })).toBe(
    'x completed by a, attempt 2',
  );
});

test('progress is told as a share and in words', () => {
  expect(update({ status: 'in_progress', progress: { percent: 42, message: 'push left' } })).toBe(
    'build: implement at 42\u00a0%, push left (codex://ui)',
  );
});

test('a retry says which attempt failed, why, and who has the next', () => {
  expect(
    update({
      status: 'pending',
      attempt: 2,
      ended: 'timeout',
      error: { code: 'timeout', detail: 'no result within 5m' },
    }),
  ).toBe('build: implement, attempt 1 timed out: no result within 5m; attempt 2 assigned to codex://ui');
});

test('an end says why', () => {
  expect(update({ status: 'failed', attempt: 3, error: 'no disk' })).toBe(
    'build: implement failed by codex://ui, attempt 3: no disk',
  );
  expect(update({ status: 'cancelled', error: { code: 'cancelled', detail: 'cancelled' } })).toBe(
    'build: implement of codex://ui cancelled',
  );
});
