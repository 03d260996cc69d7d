import type { LucideIcon } from 'lucide-react';
import { type ComponentType, createElement, useEffect, useState } from 'react';
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
  /** It is as high as the window, and scrolls by itself. */
  fill?: boolean;
  /** Loads its program. */
  load: () => Promise<{ default: ComponentType<PanelProps> }>;
  /** Loaded when it is first opened, unless it was before. */
  component: ComponentType<PanelProps>;
}

export function panel(of: Omit<Panel, 'component'>): Panel {
  let Loaded: ComponentType<PanelProps> | undefined;
  const load = async () => {
    const module = await of.load();
    Loaded = module.default;
    return module;
  };
  // Not `lazy` of React, which shows what is loaded in a moment only after 300 ms.
  const component = (props: PanelProps) => {
    const [failure, setFailure] = useState<{ error: unknown }>();
    const [, setReady] = useState(Loaded !== undefined);
    useEffect(() => {
      if (!Loaded) {
        load().then(
          () => setReady(true),
          (error: unknown) => setFailure({ error }),
        );
      }
    }, []);
    if (failure) {
      throw failure.error;
    }
    return Loaded ? createElement(Loaded, props) : createElement('p', { role: 'status' }, 'Loading…');
  };
  return { ...of, load, component };
}

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
