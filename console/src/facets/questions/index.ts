import { MessageCircleQuestionMark } from 'lucide-react';
import { type Facet, panel } from '../facet.ts';
import { words } from './words.ts';

/** What a session asks people and other programs. Its open questions are above the panels, where nobody overlooks them. */
export const questions = {
  name: 'questions',
  panels: [
    panel({
      id: 'questions',
      title: 'Questions',
      icon: MessageCircleQuestionMark,
      shows: (session) => (session.total_questions ?? 0) > 0,
      count: (session) => session.total_questions,
      load: () => import('./QuestionsPanel.tsx'),
    }),
  ],
  words,
} satisfies Facet;
