import type { Kind, ListSessions, Status } from 'sessiond';

/** Which sessions the list shows; in the address, so that it can be kept and passed on. */
export interface SessionsSearch {
  kind?: Kind;
  status?: Status;
  q?: string;
  owner?: string;
  label?: string;
  /** Only sessions that wait for an answer. */
  waiting?: true;
  /** The dialog for a new session is open. */
  new?: true;
  sort?: NonNullable<ListSessions['sort']>;
  /** The opposite order, such as oldest first. */
  reverse?: true;
  /** The time that `since` and `until` are about; that of the creation when absent. */
  time?: 'updated';
  /** Where the range begins: a time, or how long ago it was, such as `24h`. */
  since?: string;
  /** Where it ends. */
  until?: string;
}

/** What a panel keeps in the address: which event is open, what is filtered. Each panel reads its own. */
export type PanelSearch = Record<string, string | number | undefined>;
