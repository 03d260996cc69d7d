import { MessagesSquare } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';
import { words } from './words.ts';

/** Turns between a person and a private assistant. */
export const conversation = {
  name: 'conversation',
  leads: 'assistant',
  panels: [
    panel({
      id: 'chat',
      title: 'Chat',
      icon: MessagesSquare,
      shows: (session) => session.kind === 'assistant' || session.conversation != null,
      count: (session) => session.conversation?.turns,
      fill: true,
      load: () => import('./ChatPanel.tsx'),
    }),
  ],
  words,
} satisfies Facet;
