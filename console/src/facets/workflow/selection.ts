import type { Task } from 'sessiond';
import { isOpen } from './text.ts';

/** Which tasks are shown, and in which order; it stands in the address. */
export interface TaskSelection {
  /** A task's status, or `open`. */
  state?: string | undefined;
  agent?: string | undefined;
  step?: string | undefined;
  sort?: string | undefined;
}

export const SORTS = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  changed: 'Last changed',
  deadline: 'Deadline',
  agent: 'Agent',
  state: 'State',
} as const;

const RANKS = ['in_progress', 'pending', 'failed', 'timeout', 'cancelled', 'completed'];
const rank = (task: Task): number => RANKS.indexOf(task.status);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How two tasks stand to each other. They come in the order of delegation, and equal ones keep it. */
const ORDERS: Record<string, (a: Task, b: Task) => number> = {
  changed: (a, b) => compare(b.updated_at, a.updated_at),
  agent: (a, b) => compare(a.assignee, b.assignee),
  state: (a, b) => rank(a) - rank(b),
  // What has ended has no deadline any more.
  deadline: (a, b) => Number(isOpen(b)) - Number(isOpen(a)) || compare(a.deadline, b.deadline),
};

/** The tasks that were asked for, in the order that was asked for. */
export function select(tasks: readonly Task[], { state, agent, step, sort }: TaskSelection): Task[] {
  const found = tasks.filter(
    (task) =>
      (!state || (state === 'open' ? isOpen(task) : task.status === state)) &&
      (!agent || task.assignee === agent || task.delegatee === agent) &&
      (!step || task.step === step),
  );
  const order = ORDERS[sort ?? ''];
  if (order) {
    return found.sort(order);
  }
  return sort === 'oldest' ? found : found.reverse();
}
