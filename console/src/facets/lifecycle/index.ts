import { Info, ScrollText } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';

/** What every session has: its journal, where it comes from, and how it ends. */
export const lifecycle = {
  name: 'lifecycle',
  panels: [
    panel({
      id: 'journal',
      title: 'Journal',
      icon: ScrollText,
      shows: () => true,
      count: (session) => session.revision,
      load: () => import('./JournalPanel.tsx'),
    }),
    panel({ id: 'about', title: 'About', icon: Info, shows: () => true, load: () => import('./AboutPanel.tsx') }),
  ],
  words: {
    session_created: (data) => `${data.kind} session of ${data.owner}`,
    session_updated: (data) => `${Object.keys(data).join(', ')} changed`,
    session_forked: (data) => `forked from ${data.from.session_id}`,
    session_imported: (data) => `imported from ${data.from.session_id}, ended`,
    session_completed: () => 'session completed',
    session_terminated: (data) => `session terminated: ${data.outcome.reason ?? 'no reason'}`,
    session_failed: (data) => `session failed: ${data.outcome.reason ?? 'no reason'}`,
    session_retried: () => 'failed work retried',
    session_expired: () => 'session expired',
    token_issued: () => 'token issued',
  },
} satisfies Facet;
