import { Network } from 'lucide-react';
import { lazy } from 'react';
import type { Facet } from '../facet.ts';
import { words } from './words.ts';

/** What a program does in an execution session: its calls. */
export const calls: Facet = {
  name: 'calls',
  leads: 'execution',
  panels: [
    {
      id: 'calls',
      title: 'Calls',
      icon: Network,
      shows: (session) => session.kind === 'execution',
      count: (session) => session.calls?.total,
      component: lazy(() => import('./CallsPanel.tsx')),
    },
  ],
  words,
};
