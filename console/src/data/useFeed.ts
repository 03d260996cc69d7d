import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Session } from 'sessiond';
import { useClient } from './connection.ts';
import { Feed, type FeedState } from './feed.ts';
import type { Journal } from './journal.ts';
import { sessionQuery } from './queries.ts';
import { useReach } from './reach.ts';

/** Follows a session as long as the component is there. */
export function useFeed(sessionId: string): { feed: Feed; state: FeedState; session: Session | undefined } {
  const client = useClient();
  const queries = useQueryClient();
  const feed = useMemo(() => new Feed(client, queries, sessionId), [client, queries, sessionId]);
  useEffect(() => {
    feed.start();
    const wake = () => {
      if (!document.hidden) {
        feed.wake();
      }
    };
    // A tab that was asleep, or a machine that was away from its network, does not wait for the next try.
    document.addEventListener('visibilitychange', wake);
    addEventListener('online', wake);
    return () => {
      document.removeEventListener('visibilitychange', wake);
      removeEventListener('online', wake);
      feed.stop();
    };
  }, [feed]);
  const { lost } = useReach();
  useEffect(() => {
    if (lost === undefined) {
      feed.wake();
    }
  }, [feed, lost]);
  const state = useSyncExternalStore(feed.subscribe, feed.getState);
  // The stream's snapshot comes first; only what follows is asked for.
  const { data } = useQuery({ ...sessionQuery(client, sessionId), enabled: (query) => query.state.data !== undefined });
  return { feed, state, session: data?.session_id === sessionId ? data : undefined };
}

/** The journal's version: the component renders when more of it is here. */
export function useJournal(journal: Journal): number {
  return useSyncExternalStore(journal.subscribe, () => journal.version);
}
