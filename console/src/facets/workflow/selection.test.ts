import type { Task } from 'sessiond';
import { expect, test } from 'vitest';
import { select } from './selection.ts';

const task = (task_id: string, status: string, assignee: string, more: Partial<Task> = {}): Task =>
  ({ task_id, status, assignee, delegatee: assignee, deadline: '', updated_at: '', ...more }) as Task;
const TASKS = [
  task('1', 'completed', 'b', { updated_at: '3', deadline: '1' }),
  task('2', 'pending', 'a', { step: 'build', updated_at: '1', deadline: '9' }),
  task('3', 'in_progress', 'c', { delegatee: 'a', updated_at: '2', deadline: '4' }),
];
const ids = (tasks: Task[]) => tasks.map(({ task_id }) => task_id).join('');

test('without a wish all tasks are shown, the newest first', () => {
  expect(ids(select(TASKS, {}))).toBe('321');
  expect(ids(select(TASKS, { sort: 'oldest' }))).toBe('123');
});

test('tasks are found by state, step, and the agent who has them or was asked first', () => {
  expect(ids(select(TASKS, { state: 'open' }))).toBe('32');
  expect(ids(select(TASKS, { state: 'completed' }))).toBe('1');
  expect(ids(select(TASKS, { agent: 'a' }))).toBe('32');
  expect(ids(select(TASKS, { step: 'build' }))).toBe('2');
});

test('tasks are put in order', () => {
  expect(ids(select(TASKS, { sort: 'changed' }))).toBe('132');
  expect(ids(select(TASKS, { sort: 'agent' }))).toBe('213');
  expect(ids(select(TASKS, { sort: 'state' }))).toBe('321');
  expect(ids(select(TASKS, { sort: 'deadline' }))).toBe('321');
});
