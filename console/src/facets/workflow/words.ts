import type { Facet } from '../facet.ts';

interface StepChange {
  name: string;
  status: string;
  reason?: string;
}

/** How this facet's events read. */
export const words: Facet['words'] = {
  workflow_updated: (data) => `plan of ${(data.steps as unknown[]).length} steps`,
  workflow_advanced: (data) =>
    (data.steps as StepChange[]).map(({ name, status }) => `${name} ${status.replaceAll('_', ' ')}`).join(', '),
  task_delegated: (data) => `${data.task_type} → ${data.delegatee}`,
  task_updated: (data) => `${data.task_id} ${String(data.status).replaceAll('_', ' ')}`,
};
