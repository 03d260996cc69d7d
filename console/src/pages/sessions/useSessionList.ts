import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Client } from 'sessiond';
import type { SessionsSearch } from '../../app/search.ts';
import { useClient } from '../../data/connection.ts';
import { EVERY } from '../../data/queries.ts';
import { SessionList } from '../../data/sessionList.ts';
import { sessionsQuery } from './query.ts';

/** The list that was shown last, the row that its part in the page began with, and how far it was scrolled: who comes back from a session finds it as it was. */
let last: { client: Client; key: string; list: SessionList; base: number; offset: number } | undefined;

/** What the server is asked for a search, at the time of each question. */
const queryOf = (key: string) => () => sessionsQuery(JSON.parse(key) as SessionsSearch, Date.now());

/** The list of these sessions, and the place to keep how far it is scrolled. */
export function useSessionList(search: SessionsSearch): { list: SessionList; place: { base: number; offset: number } } {
  const client = useClient();
  const key = JSON.stringify(search);
  const place = useMemo(() => {
    if (last?.client !== client || last.key !== key) {
      last?.list.stop();
      last = { client, key, list: new SessionList(client, queryOf(key)), base: 0, offset: 0 };
    }
    return last;
  }, [client, key]);
  useSyncExternalStore(place.list.subscribe, place.list.getVersion);
  return { list: place.list, place };
}

/** Reads what is in sight again and again while the page is looked at. */
export function useRefresh(
  list: SessionList,
  inSight: () => readonly [first: number, last: number, held: boolean],
): void {
  useEffect(() => {
    let busy = false;
    const timer = setInterval(async () => {
      if (busy || document.hidden) {
        return;
      }
      busy = true;
      await list.refresh(...inSight());
      busy = false;
    }, EVERY);
    return () => clearInterval(timer);
  }, [list, inSight]);
}
