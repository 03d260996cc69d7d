import type { Task } from 'sessiond';
import type { StepView } from './plan.ts';
import { isOpen } from './text.ts';

/** A part of a row of the timeline, in milliseconds since 1970; without an end it lasts until now. */
export interface Span {
  from: number;
  to: number | undefined;
  /** `waiting` for an agent or for a retry, or the state of the step or attempt. */
  state: string;
  /** What it is, for the tooltip and the screen reader. */
  title: string;
}

export interface TimelineRow {
  id: string;
  title: string;
  /** The step whose row it is; a task's row is below that of its step. */
  step: string;
  kind: 'step' | 'task';
  state: string;
  spans: Span[];
}

const at = (time: string): number => Date.parse(time);
const end = (time: string | null | undefined): number | undefined => (time ? at(time) : undefined);

/** The plan over time: each step that has started, and below it the attempts of its tasks with the waits between. */
export function timelineOf(views: readonly StepView[]): TimelineRow[] {
  return views.flatMap(({ step, state, ended, tasks }) => {
    const { started_at } = step;
    const own: TimelineRow = {
      id: step.name,
      title: step.name,
      step: step.name,
      kind: 'step',
      state,
      spans: started_at ? [{ from: at(started_at), to: end(ended), state, title: step.name }] : [],
    };
    return [own, ...tasks.map((task) => taskRow(step.name, task, ended))];
  });
}

function taskRow(step: string, task: Task, stepEnded: string | undefined): TimelineRow {
  const spans: Span[] = [];
  let free = at(task.created_at);
  const attempt = (
    number: number,
    agent: string,
    status: string,
    from: string | null | undefined,
    to: number | undefined,
  ) => {
    const began = from ? at(from) : undefined;
    if (began === undefined || began > free) {
      const title = number === 1 ? `waits for ${agent}` : `attempt ${number} waits for ${agent}`;
      spans.push({ from: free, to: began ?? to, state: 'waiting', title });
    }
    if (began !== undefined) {
      spans.push({ from: began, to, state: status, title: `attempt ${number}, ${agent}` });
    }
    free = to ?? free;
  };
  for (const { attempt: number, agent_id, status, started_at, ended_at } of task.attempts) {
    attempt(number, agent_id, status, started_at, at(ended_at));
  }
  // The attempts that have ended are listed; the present one is the task itself.
  if (isOpen(task)) {
    attempt(task.attempt, task.assignee, task.status, task.started_at, end(stepEnded));
  } else if (task.attempts.length === 0) {
    attempt(task.attempt, task.assignee, task.status, task.started_at, end(task.ended_at));
  }
  return { id: task.task_id, title: task.task_type, step, kind: 'task', state: task.status, spans };
}

/** The time that all rows cover. */
export function wholeOf(rows: readonly TimelineRow[], now: number): { from: number; to: number } {
  const spans = rows.flatMap((row) => row.spans);
  const from = Math.min(...spans.map((span) => span.from));
  const to = Math.max(...spans.map((span) => span.to ?? now));
  return spans.length === 0 ? { from: now - 1, to: now } : { from, to: Math.max(to, from + 1) };
}
