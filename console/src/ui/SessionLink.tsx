import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useClient } from '../data/connection.ts';
import { keys } from '../data/queries.ts';

/** How long a session's name is taken for the present one, in milliseconds. */
const FRESH = 30_000;

/** A way to a session by its name; by its id while that is read, and where it has none. */
export function SessionLink({ id }: { id: string }) {
  const client = useClient();
  const { data } = useQuery({
    queryKey: [...keys.sessions, 'one', id],
    queryFn: ({ signal }) => client.sessions.get(id, { signal }),
    staleTime: FRESH,
  });
  return (
    <Link to="/sessions/$sessionId" params={{ sessionId: id }} title={id}>
      <bdi>{data?.name ?? id}</bdi>
    </Link>
  );
}
