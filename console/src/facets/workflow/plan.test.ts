import type { Step, Task, Workflow } from 'sessiond';
import { expect, test } from 'vitest';
import {
  changeInWords,
  counts,
  dependents,
  differenceInWords,
  edgeState,
  specOf,
  stepViews as viewsOf,
} from './plan.ts';

const step = (name: string, more: Partial<Step> = {}): Step => ({
  name,
  status: 'pending',
  required_agents: ['a'],
  dependencies: [],
  on_failure: 'fail',
  ...more,
});
const plan = (...steps: Step[]): Workflow => ({
  current_step: null,
  active_steps: [],
  completed_steps: [],
  pending_steps: [],
  steps,
});
const task = (id: string, more: Partial<Task> = {}): Task =>
  ({
    task_id: id,
    task_type: 'work',
    step: 'one',
    delegatee: 'a',
    assignee: 'a',
    status: 'in_progress',
    attempt: 1,
    created_at: '2026-01-01T00:00:02.000Z',
    attempts: [],
    ...more,
  }) as unknown as Task;

const stepViews = (workflow: Workflow, tasks: Task[], before?: ReturnType<typeof viewsOf>) =>
  viewsOf({ workflow }, tasks, before);

const STARTED = '2026-01-01T00:00:01.000Z';

test('an agent has its newest task since the step started', () => {
  const one = step('one', { status: 'active', started_at: STARTED, optional_agents: ['b'] });
  const old = task('t0', { created_at: '2026-01-01T00:00:00.000Z', status: 'completed' });
  const [view] = stepViews(plan(one), [old, task('t1', { attempt: 3 }), task('t2', { status: 'completed' })]);
  expect(view?.parts.map(({ agent, optional, task }) => [agent, optional, task?.task_id])).toEqual([
    ['a', false, 't2'],
    ['b', true, undefined],
  ]);
  expect(view?.tasks).toHaveLength(3);
  expect(view?.retries).toBe(3);
});

test('a step that waits again counts nothing of what was before', () => {
  const [view] = stepViews(plan(step('one')), [task('t1', { attempt: 5 })]);
  expect(view?.parts[0]?.task).toBeUndefined();
  expect(view?.retries).toBe(0);
});

test('a fallback agent works for the one who was asked first', () => {
  const one = step('one', { status: 'active', started_at: STARTED });
  const [view] = stepViews(plan(one), [task('t1', { assignee: 'z', attempt: 2 })]);
  expect(view?.parts[0]?.task?.assignee).toBe('z');
});

test('a step says why it failed, or how its last attempt did', () => {
  const error = { code: 'x', detail: 'no disk' };
  const failed = step('one', { status: 'failed', started_at: STARTED, reason: 'a failed in task task_01' });
  expect(stepViews(plan(failed), [task('t1', { status: 'failed', error })])[0]?.why).toBe('no disk');
  expect(stepViews(plan(failed), [])[0]?.why).toBe('a failed');
  const active = step('one', { status: 'active', started_at: STARTED });
  const retried = task('t1', { status: 'pending', attempt: 2, error });
  expect(stepViews(plan(active), [retried])[0]?.why).toBe('attempt 1 failed: no disk');
});

test('what did not change stays the same object', () => {
  const [one, two] = [step('one'), step('two')];
  const tasks = [task('t1')];
  const before = stepViews(plan(one, two), tasks);
  const after = stepViews(plan(one, { ...two, status: 'active' }), tasks, before);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(stepViews(plan(one, two), [task('t1')], before)[0]).not.toBe(before[0]);
});

test('an edge says what became of the dependency', () => {
  const [done, active, failed, pending] = (['completed', 'active', 'failed', 'pending'] as const).map((status) =>
    step('s', { status }),
  ) as [Step, Step, Step, Step];
  expect(edgeState(done, done, true)).toBe('done');
  expect(edgeState(done, active, true)).toBe('active');
  expect(edgeState(active, pending, true)).toBe('waiting');
  expect(edgeState(failed, pending, true)).toBe('blocked');
  // The end of a session is no failure of a step.
  expect(edgeState(active, pending, false)).toBe('waiting');
  expect(edgeState(done, active, false)).toBe('done');
});

test('a plan is sent back without the state of its steps', () => {
  const one = step('one', { status: 'completed', started_at: STARTED, ended_at: STARTED, reason: 'x', outputs: [] });
  expect(specOf(plan(one))).toEqual([{ name: 'one', required_agents: ['a'], on_failure: 'fail' }]);
});

test('what comes after a step is found through others', () => {
  const steps = [step('c', { dependencies: ['b'] }), step('a'), step('b', { dependencies: ['a'] }), step('d')];
  expect(dependents(steps, 'a').map(({ name }) => name)).toEqual(['c', 'b']);
});

test('a change of the plan is told by the steps that changed', () => {
  const before = plan(step('one', { status: 'active' }), step('two'));
  const after = plan(step('one', { status: 'completed' }), step('two', { status: 'active' }));
  expect(changeInWords(before, after)).toBe('one is completed, two is active');
  expect(changeInWords(undefined, after)).toBe('');
});

test('a step that was active when the session ended has stopped with it', () => {
  const [done, active, waiting] = [
    step('one', { status: 'completed', started_at: STARTED, ended_at: STARTED }),
    step('two', { status: 'active', started_at: STARTED }),
    step('three'),
  ];
  const workflow = plan(done, active, waiting);
  const before = viewsOf({ workflow }, []);
  const after = viewsOf({ workflow, ended_at: '2026-01-01T00:00:09.000Z' }, [], before);
  expect(after.map(({ state }) => state)).toEqual(['completed', 'stopped', 'pending']);
  expect(after.map(({ ended }) => ended)).toEqual([STARTED, '2026-01-01T00:00:09.000Z', undefined]);
  expect(after[0]).toBe(before[0]);
  expect(counts(after)).toMatchObject({ stopped: 1, active: 0 });
});

test('two plans differ by the names of their steps', () => {
  const before = [{ name: 'a' }, { name: 'b', description: 'old' }, { name: 'c' }];
  const now = [{ name: 'b', description: 'new' }, { name: 'c' }, { name: 'd' }];
  expect(differenceInWords(before, now)).toBe('d added; b changed; a removed');
  expect(differenceInWords(before, before)).toBe('');
});
