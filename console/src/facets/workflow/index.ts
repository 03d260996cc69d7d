import { ListTodo, Workflow } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';
import { words } from './words.ts';

/** The plan, and the tasks that agents have in it. */
export const workflow = {
  name: 'workflow',
  tone: 'live',
  leads: 'workflow',
  panels: [
    panel({
      id: 'plan',
      title: 'Plan',
      icon: Workflow,
      shows: (session) => session.kind === 'workflow' || (session.workflow?.steps.length ?? 0) > 0,
      load: () => import('./PlanPanel.tsx'),
    }),
    panel({
      id: 'tasks',
      title: 'Tasks',
      icon: ListTodo,
      shows: (session) => session.kind !== 'execution' || session.total_tasks > 0,
      count: (session) => session.total_tasks,
      load: () => import('./TasksPanel.tsx'),
    }),
  ],
  words,
} satisfies Facet;
