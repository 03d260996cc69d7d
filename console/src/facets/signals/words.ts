import type { EventWords } from '../facet.ts';

/** How the event of signals reads. */
export const words = {
  signal_sent: ({ name }) => `signal ${name} was sent`,
} satisfies EventWords;
