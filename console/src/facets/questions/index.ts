import type { Facet } from '../facet.ts';
import { words } from './words.ts';

/** What a session asks people and other programs. */
export const questions = {
  name: 'questions',
  panels: [],
  words,
} satisfies Facet;
