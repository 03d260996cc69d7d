import { Network } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';
import { words } from './words.ts';

/** What a program does in an execution session: its calls. */
export const calls = {
  name: 'calls',
  leads: 'execution',
  panels: [
    panel({
      id: 'calls',
      title: 'Calls',
      icon: Network,
      shows: (session) => session.kind === 'execution',
      count: (session) => session.calls?.total,
      load: () => import('./CallsPanel.tsx'),
    }),
  ],
  words,
} satisfies Facet;
