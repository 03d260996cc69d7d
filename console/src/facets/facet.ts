import type { LucideIcon } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { EventOf, EventType, Kind, Session } from 'sessiond';
import type { Feed } from '../data/feed.ts';
import type { Tone } from '../ui/Badge.tsx';

/** What a panel is given. */
export interface PanelProps {
  session: Session;
  feed: Feed;
}

/** A part of a session's page, with an address of its own: `/console/sessions/{id}/{panel}`. */
export interface Panel {
  /** Names it in the address. */
  id: string;
  title: string;
  icon: LucideIcon;
  /** Whether this session has something to show in it. */
  shows: (session: Session) => boolean;
  /** The number beside its title. */
  count?: (session: Session) => number | undefined;
  /** Loads its program. */
  load: () => Promise<{ default: ComponentType<PanelProps> }>;
  /** Loaded when it is first opened, unless it was before. */
  component: LazyExoticComponent<ComponentType<PanelProps>>;
}

export const panel = (of: Omit<Panel, 'component'>): Panel => ({ ...of, component: lazy(of.load) });

/** What a reader of an event knows beside it: an event names a task by its id alone. */
export interface Known {
  /** Whether every task is known: what is searched for by a task's name can be found. */
  complete?: boolean;
  task?: (taskId: string) => { task_type: string; step?: string | null } | undefined;
}

/** What an event says, in a line; by the event's type. */
export type EventWords = { [Type in EventType]?: (data: EventOf<Type>['data'], known: Known) => string };

/** A facet of sessions: its panels, and how its events read. A new facet is a folder here and a line in `index.ts`. */
export interface Facet {
  name: string;
  /** The tint of its events in the journal; `idle` when absent. */
  tone?: Tone;
  /** The kind of session that it leads: its first panel is the one that such a session opens with. */
  leads?: Kind;
  panels: readonly Panel[];
  /** The picture of its events where it has no panel. */
  icon?: LucideIcon;
  words: EventWords;
}
