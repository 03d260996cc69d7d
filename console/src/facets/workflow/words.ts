import type { StepStatus, TaskUpdated } from 'sessiond';
import type { EventWords, Known } from '../facet.ts';
import { groupBy } from './group.ts';
import { withoutTask } from './plan.ts';
import { inWords, percent, progressOf, shortened } from './text.ts';

/** Names in a list; the rest is a number. */
const NAMES = 4;
/** Characters of an error or of an agent's own words. */
const QUOTE = 120;

const BECAME: Partial<Record<StepStatus, string>> = {
  active: 'started',
  completed: 'completed',
  failed: 'failed',
  pending: 'reset',
};

/** How this facet's events read. */
export const words = {
  workflow_updated: (data) => {
    const names = data.steps.map(({ name }) => name);
    return `plan of ${names.length} ${names.length === 1 ? 'step' : 'steps'}: ${listed(names)}`;
  },
  workflow_advanced: (data) => {
    const groups = groupBy(data.steps, ({ status, reason }) => {
      const why = reason ? ` (${withoutTask(reason)})` : '';
      return `${BECAME[status] ?? status}${why}`;
    });
    const changes = [...groups].map(([became, steps]) => `${listed(steps.map(({ name }) => name))} ${became}`);
    return [...changes, ...(data.workflow_completed ? ['the plan is done'] : [])].join('; ');
  },
  task_delegated: ({ task_type, delegator, delegatee, step, step_retry }) => {
    const who = delegator ? `${delegator} asks ${delegatee}` : `${delegatee} is asked`;
    const again = step_retry ? `, again for the ${step_retry === 1 ? 'first' : 'second'} time` : '';
    return `${who} for ${task_type}${step ? ` in ${step}` : ''}${again}`;
  },
  task_updated: updated,
} satisfies EventWords;

function listed(names: string[]): string {
  if (names.length > NAMES) {
    return `${names.slice(0, NAMES).join(', ')} and ${names.length - NAMES} more`;
  }
  const last = names.at(-1) ?? '';
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${last}` : last;
}

function updated({ task_id, status, attempt, assignee, progress, error, ended }: TaskUpdated, known: Known): string {
  const task = known.task?.(task_id);
  const what = task ? `${task.task_type}${task.step ? ` in ${task.step}` : ''}` : 'a task';
  const nth = attempt > 1 ? `, attempt ${attempt}` : '';
  const why = error == null ? '' : `: ${shortened(inWords(error), QUOTE)}`;
  switch (status) {
    case 'in_progress': {
      if (progress == null) {
        return `${assignee} works on ${what}${nth}`;
      }
      const { share, words } = progressOf(progress);
      const far = [share === undefined ? '' : percent(share), shortened(words, QUOTE)].filter(Boolean).join(', ');
      return `${assignee} on ${what}: ${far}`;
    }
    case 'pending':
      return `attempt ${attempt - 1} of ${what} ${ended === 'timeout' ? 'took too long' : 'failed'}${why}; attempt ${attempt} goes to ${assignee}`;
    case 'completed':
      return `${assignee} completed ${what}${nth}`;
    case 'failed':
      return `${assignee} failed at ${what}${nth}${why}`;
    case 'timeout':
      return `${assignee} exceeded the time of ${what}${nth}${why}`;
    case 'cancelled':
      return `${what} of ${assignee} was cancelled${why === ': cancelled' ? '' : why}`;
    default:
      return `${what} of ${assignee} is ${String(status).replaceAll('_', ' ')}`;
  }
}
