import { Radio } from 'lucide-react';
import type { Facet } from '../facet.ts';
import { words } from './words.ts';

/** Values that are sent into a session for its program to receive. */
export const signals = {
  name: 'signals',
  panels: [],
  icon: Radio,
  words,
} satisfies Facet;
