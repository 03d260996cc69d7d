import type { Event, UnknownEvent } from './schema.js';

/** The types of events that this package knows. A newer server may have others: see {@link UnknownEvent}. */
export type EventType = Exclude<Event, UnknownEvent>['type'];

/** The event of a type. */
export type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;
