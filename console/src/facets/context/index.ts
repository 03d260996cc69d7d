import { Braces } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';

/** The one document that all participants share. */
export const context = {
  name: 'context',
  tone: 'warn',
  panels: [
    panel({
      id: 'context',
      title: 'Context',
      icon: Braces,
      shows: () => true,
      load: () => import('./ContextPanel.tsx'),
    }),
  ],
  words: {
    context_updated: (data) => {
      const members = Object.keys(data.patch ?? data.document ?? {});
      return `context ${data.patch === undefined ? 'replaced' : 'changed'}: ${members.join(', ') || 'empty'}`;
    },
  },
} satisfies Facet;
