import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { RUNNING } from './entry.ts';
import type { CallTable } from './table.ts';

/** The open calls that wait for the answer to a question: those that asked one, and those that only wait for these. */
export function useWaiting(session: Session, table: CallTable, version: number): ReadonlySet<number> {
  const client = useClient();
  const { data } = useQuery({
    queryKey: [...keys.session(session.session_id), 'questions'],
    queryFn: ({ signal }) => client.questions.listOf(session.session_id, { status: 'open' }, { signal }),
    enabled: (session.open_questions ?? 0) > 0,
  });
  const asking = session.open_questions ? data?.questions : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is one object, whose version says that it changed.
  return useMemo(
    () =>
      waiting(
        table,
        (asking ?? []).flatMap(({ asker }) => asker?.call ?? []),
      ),
    [table, version, asking],
  );
}

/** The open calls of which nothing runs: the calls that asked, and each caller all of whose open calls wait. */
export function waiting(table: CallTable, askers: readonly number[]): ReadonlySet<number> {
  const busy = new Map<number, number>();
  for (const call of table.openCalls) {
    const parent = table.parent[call] ?? 0;
    busy.set(parent, (busy.get(parent) ?? 0) + 1);
  }
  const waits = new Set<number>();
  const reach = [...askers];
  for (let call = reach.pop(); call !== undefined; call = reach.pop()) {
    if (table.state[call] !== RUNNING || !table.has(call) || waits.has(call) || (busy.get(call) ?? 0) > 0) {
      continue;
    }
    waits.add(call);
    const parent = table.parent[call] ?? 0;
    busy.set(parent, (busy.get(parent) ?? 0) - 1);
    if (parent !== 0) {
      reach.push(parent);
    }
  }
  return waits;
}
