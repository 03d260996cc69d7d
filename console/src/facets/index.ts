import type { JournalEvent, Session } from 'sessiond';
import { calls } from './calls/index.ts';
import { context } from './context/index.ts';
import type { EventData, Facet, Known, Panel } from './facet.ts';
import { lifecycle } from './lifecycle/index.ts';
import { participants } from './participants/index.ts';
import { workflow } from './workflow/index.ts';

/** Every facet that the console knows, in the order of their panels. */
const FACETS: readonly Facet[] = [workflow, calls, participants, context, lifecycle];

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

/** An event in a line; its type when no facet knows it. The more is known, the more the line says. */
export function wordsOf(event: JournalEvent, known: Known = {}): string {
  const facet = FACETS.find((facet) => event.type in facet.words);
  return facet?.words[event.type]?.(event.data as EventData, known) ?? event.type.replaceAll('_', ' ');
}

/** The facet that an event's type belongs to; none when no facet knows it. */
export const facetOf = (type: string): Facet | undefined => FACETS.find(({ words }) => type in words);

/** Every type of event that a facet knows, in the order of the facets. */
export const eventTypes = (): string[] => FACETS.flatMap(({ words }) => Object.keys(words));
