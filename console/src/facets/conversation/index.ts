import { MessagesSquare } from 'lucide-react';
import type { Facet } from '../facet.ts';
import { words } from './words.ts';

/** Turns between a person and a private assistant. */
export const conversation = {
  name: 'conversation',
  panels: [],
  icon: MessagesSquare,
  words,
} satisfies Facet;
