import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { Status } from '../../ui/Badge.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Time.tsx';

/** All sessions. */
export function SessionsPage() {
  const client = useClient();
  const search = useSearch({ from: '/sessions' });
  const { data, error } = useQuery({
    queryKey: [...keys.sessions, search],
    queryFn: ({ signal }) => client.sessions.list(search, { signal }),
    refetchInterval: EVERY,
  });
  return (
    <Page title="Sessions">
      {error && <ProblemView error={error} />}
      {data?.sessions.length === 0 && (
        <Empty title="No sessions yet" command="sessiond demo .">
          The demo starts three agents that work a plan together.
        </Empty>
      )}
      <Section flush>
        <table className={table.table}>
          <tbody>
            {data?.sessions.map((session) => (
              <tr key={session.session_id}>
                <td>
                  <Link to="/sessions/$sessionId" params={{ sessionId: session.session_id }}>
                    {session.name ?? session.session_id}
                  </Link>
                </td>
                <td>
                  <Status of={session.status} />
                </td>
                <td>
                  <Ago time={session.updated_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </Page>
  );
}
