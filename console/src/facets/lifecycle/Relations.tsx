import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ListSessions, Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Section.tsx';
import css from './AboutPanel.module.css';

const PAGE = 20;

/** The sessions that this one belongs to, comes from, or has made. */
export function Relations({ session }: { session: Session }) {
  const { parent, forked_from, session_id } = session;
  return (
    <Section title="Related sessions">
      <div className={css.relations}>
        {parent && <One title="Parent" id={parent} />}
        {forked_from && <One title={`Forked from, at revision ${forked_from.revision}`} id={forked_from.session_id} />}
        <Many title="Children" query={{ parent: session_id }} none="No child sessions" />
        <Many title="Forks" query={{ forked_from: session_id }} none="No forks" />
      </div>
    </Section>
  );
}

function One({ title, id }: { title: string; id: string }) {
  const client = useClient();
  const { data } = useQuery({
    queryKey: [...keys.sessions, 'one', id],
    queryFn: ({ signal }) => client.sessions.get(id, { signal }),
    refetchInterval: EVERY * 2,
  });
  return (
    <div>
      <h3>{title}</h3>
      <Row id={id} name={data?.name} status={data?.status} />
    </div>
  );
}

function Many({ title, query, none }: { title: string; query: ListSessions; none: string }) {
  const client = useClient();
  const { data, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: [...keys.sessions, 'related', query],
    queryFn: ({ pageParam, signal }) =>
      client.sessions.list({ ...query, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) }, { signal }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: EVERY * 2,
  });
  const sessions = data?.pages.flatMap((page) => page.sessions) ?? [];
  return (
    <div>
      <h3>{title}</h3>
      {data && sessions.length === 0 && <p className={css.quiet}>{none}</p>}
      {sessions.map(({ session_id, name, status }) => (
        <Row key={session_id} id={session_id} name={name} status={status} />
      ))}
      {hasNextPage && (
        <Button look="quiet" onClick={() => void fetchNextPage()}>
          More
        </Button>
      )}
    </div>
  );
}

function Row({ id, name, status }: { id: string; name: string | null | undefined; status: string | undefined }) {
  return (
    <p className={css.related} data-related={id}>
      <Link to="/sessions/$sessionId" params={{ sessionId: id }}>
        {name ?? id}
      </Link>
      {status && <Status noun="session" of={status} />}
    </p>
  );
}
