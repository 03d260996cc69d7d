import type { EventWords } from '../facet.ts';

/** How the events of questions read. */
export const words = {
  question_asked: ({ question_id, kind, text }) =>
    `${kind === 'approval' ? 'an approval is asked for' : 'question'}: ${text} (${question_id})`,
  question_answered: ({ question_id }) => `question ${question_id} was answered`,
  question_closed: ({ question_id, status, reason }) =>
    `question ${question_id} is ${status}${reason ? `: ${reason}` : ''}`,
} satisfies EventWords;
