import type { Step, Task } from 'sessiond';
import { expect, test } from 'vitest';
import { stepViews } from './plan.ts';
import { timelineOf, wholeOf } from './spans.ts';

const T = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + 1_000 * seconds).toISOString();
const step = (name: string, more: Partial<Step> = {}): Step => ({
  name,
  status: 'pending',
  required_agents: ['a'],
  dependencies: [],
  on_failure: 'fail',
  ...more,
});
const task = (more: Partial<Task>): Task =>
  ({
    task_id: 't',
    task_type: 'work',
    step: 'build',
    assignee: 'a',
    delegatee: 'a',
    attempt: 1,
    attempts: [],
    ...more,
  }) as Task;

const spansOf = (steps: Step[], tasks: Task[], ended?: string) =>
  timelineOf(stepViews({ workflow: { steps } as never, ended_at: ended ?? null }, tasks)).map(({ id, spans }) => [
    id,
    ...spans.map(
      ({ from, to, state }) =>
        `${state} ${(from - Date.parse(T(0))) / 1_000}–${to === undefined ? '' : (to - Date.parse(T(0))) / 1_000}`,
    ),
  ]);

test('a step, the attempts of its task, and the waits between them are over time', () => {
  const build = step('build', { status: 'active', started_at: T(0) });
  const attempts = [
    { attempt: 1, agent_id: 'a', status: 'failed', started_at: T(2), ended_at: T(5), error: null },
  ] as never;
  const open = task({ status: 'in_progress', created_at: T(0), attempt: 2, attempts, started_at: T(9) });
  expect(spansOf([build, step('ship')], [open])).toEqual([
    ['build', 'active 0–'],
    ['t', 'waiting 0–2', 'failed 2–5', 'waiting 5–9', 'in_progress 9–'],
    ['ship'],
  ]);
});

test('a task that nobody accepted waits, until its session ends', () => {
  const build = step('build', { status: 'active', started_at: T(1) });
  const open = task({ status: 'pending', created_at: T(1), started_at: null });
  expect(spansOf([build], [open])).toEqual([
    ['build', 'active 1–'],
    ['t', 'waiting 1–'],
  ]);
  expect(spansOf([build], [open], T(8))).toEqual([
    ['build', 'stopped 1–8'],
    ['t', 'waiting 1–8'],
  ]);
});

test('the timeline covers all that happened, and never nothing', () => {
  const now = Date.parse(T(20));
  const rows = timelineOf(
    stepViews(
      { workflow: { steps: [step('a', { status: 'active', started_at: T(3) })] } as never, ended_at: null },
      [],
    ),
  );
  expect(wholeOf(rows, now)).toEqual({ from: Date.parse(T(3)), to: now });
  expect(wholeOf([], now)).toEqual({ from: now - 1, to: now });
});
