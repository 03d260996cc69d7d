import type { StepStatus, TaskUpdated } from 'sessiond';
import { percent } from '../../ui/numbers.ts';
import { stateOf } from '../../ui/states.ts';
import type { EventWords, Known } from '../facet.ts';
import { groupBy } from './group.ts';
import { withoutTask } from './plan.ts';
import { inWords, progressOf, shortened } from './text.ts';

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
    return [...changes, ...(data.workflow_completed ? ['plan completed'] : [])].join('; ');
  },
  task_delegated: ({ task_type, delegator, delegatee, step, step_retry }) => {
    const again = step_retry ? `, retry ${step_retry}` : '';
    const by = delegator ? ` by ${delegator}` : '';
    return `${placed(task_type, step)} assigned to ${delegatee}${by}${again}`;
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

/** What somebody works on: its step first, where it has one. */
const placed = (taskType: string, step: string | null | undefined): string =>
  step ? `${step}: ${taskType}` : taskType;

function updated({ task_id, status, attempt, assignee, progress, error, ended }: TaskUpdated, known: Known): string {
  const task = known.task?.(task_id);
  const what = task ? placed(task.task_type, task.step) : task_id;
  const nth = attempt > 1 ? `, attempt ${attempt}` : '';
  const why = error == null ? '' : `: ${shortened(inWords(error), QUOTE)}`;
  switch (status) {
    case 'in_progress': {
      if (progress == null) {
        return `${what} started by ${assignee}${nth}`;
      }
      const { share, words } = progressOf(progress);
      const far = [share === undefined ? '' : percent(share), shortened(words, QUOTE)].filter(Boolean).join(', ');
      return `${what} at ${far || 'work'} (${assignee})`;
    }
    case 'pending':
      return `${what}, attempt ${attempt - 1} ${ended === 'timeout' ? 'timed out' : 'failed'}${why}; attempt ${attempt} assigned to ${assignee}`;
    case 'completed':
      return `${what} completed by ${assignee}${nth}`;
    case 'failed':
      return `${what} failed by ${assignee}${nth}${why}`;
    case 'timeout':
      return `${what} timed out with ${assignee}${nth}${why}`;
    case 'cancelled':
      return `${what} of ${assignee} cancelled${why === ': cancelled' ? '' : why}`;
    default:
      return `${what} of ${assignee} is ${stateOf('task', status).word}`;
  }
}
