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
}

/** What a panel keeps in the address: which event is open, what is filtered. Each panel reads its own. */
export type PanelSearch = Record<string, string | number | undefined>;
