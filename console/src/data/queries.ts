import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Client } from 'sessiond';

/** How often what has no event stream is looked at, in milliseconds, while its page is in sight. */
export const EVERY = 2_000;

/** The names under which answers are kept. All that belongs to a session begins with it: its events make it anew. */
export const keys = {
  session: (id: string) => ['session', id] as const,
  sessions: ['sessions'] as const,
  counts: ['counts'] as const,
  agents: ['agents'] as const,
  agent: (id: string) => ['agents', 'one', id] as const,
  schedules: ['schedules'] as const,
  accessKeys: ['keys'] as const,
  server: ['server'] as const,
  whoami: ['whoami'] as const,
  attention: ['attention'] as const,
};

export const sessionQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: keys.session(id),
    queryFn: ({ signal }) => client.sessions.get(id, { signal }),
    // The event stream says when it is stale.
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

/** Who is at the console. */
export const whoamiQuery = (client: Client) =>
  queryOptions({
    queryKey: keys.whoami,
    queryFn: ({ signal }) => client.server.whoami({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** How many sessions there are; for an administrator. */
export const countsQuery = (client: Client) =>
  queryOptions({
    queryKey: keys.counts,
    queryFn: ({ signal }) => client.sessions.counts({ signal }),
    refetchInterval: EVERY,
  });
