import { ListTodo, Workflow } from 'lucide-react';
import { lazy } from 'react';
import type { Facet } from '../facet.ts';
import { words } from './words.ts';

/** The plan, and the tasks that agents have in it. */
export const workflow: Facet = {
  name: 'workflow',
  leads: 'workflow',
  panels: [
    {
      id: 'plan',
      title: 'Plan',
      icon: Workflow,
      shows: (session) => session.kind === 'workflow' || (session.workflow?.steps.length ?? 0) > 0,
      component: lazy(() => import('./PlanPanel.tsx')),
    },
    {
      id: 'tasks',
      title: 'Tasks',
      icon: ListTodo,
      shows: () => true,
      count: (session) => session.total_tasks,
      component: lazy(() => import('./TasksPanel.tsx')),
    },
  ],
  words,
};
