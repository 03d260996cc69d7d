import { Braces } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';
import { changesOf } from './document.ts';

/** So many changes of an event are in its line. */
const CHANGES = 4;

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
      const document = data.patch ?? data.document;
      const set = document === undefined || document === null ? [] : changesOf(document).slice(0, CHANGES);
      return `context ${data.patch === undefined ? 'replaced' : 'changed'}: ${set.join(', ') || 'empty'}`;
    },
  },
} satisfies Facet;
