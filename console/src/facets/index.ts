import type { EventType, Session } from 'sessiond';
import { calls } from './calls/index.ts';
import { context } from './context/index.ts';
import { conversation } from './conversation/index.ts';
import type { Facet, Panel } from './facet.ts';
import { lifecycle } from './lifecycle/index.ts';
import { participants } from './participants/index.ts';
import { questions } from './questions/index.ts';
import { signals } from './signals/index.ts';
import { wordsOf } from './words.ts';
import { workflow } from './workflow/index.ts';

/** Every facet that the console knows, in the order of their panels. */
const ALL = [workflow, calls, conversation, questions, signals, participants, context, lifecycle] as const;
const FACETS: readonly Facet[] = ALL;

/** The types of events that a facet has words for. */
type Worded<One> = One extends { words: infer Words } ? keyof Words : never;

/** An event without words in any facet does not compile here, and is named. */
({}) satisfies Record<Exclude<EventType, Worded<(typeof ALL)[number]>>, never>;

/** How every event reads. */
export const words = wordsOf(FACETS);

/** The panels of a session, those of the facet that leads it first. */
export function panelsOf(session: Session): Panel[] {
  const leading = FACETS.filter((facet) => facet.leads === session.kind);
  const others = FACETS.filter((facet) => facet.leads !== session.kind);
  return [...leading, ...others].flatMap((facet) => facet.panels).filter((panel) => panel.shows(session));
}

/** Loads what a part of a session is shown with; when none is named, what most sessions open with. */
export function preload(id: string | undefined): void {
  const panels = FACETS.flatMap((facet) => facet.panels);
  const wanted = id === undefined ? panels[0] : panels.find((panel) => panel.id === id);
  // Who opens it hears what went wrong.
  wanted?.load().catch(() => undefined);
}
