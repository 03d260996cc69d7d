import { useQueryClient } from '@tanstack/react-query';
import { CloudOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useClient } from '../data/connection.ts';
import { useReach } from '../data/reach.ts';
import { Ago } from '../ui/Times.tsx';
import css from './Reachable.module.css';

/** A server that is gone for less than this is not worth a word, in milliseconds. */
const GRACE = 700;
/** How often it is asked whether it is back, in milliseconds. */
const AGAIN = 1_000;

/** Says that the server is gone, asks until it is back, and then has everything read anew. */
export function Reachable() {
  const client = useClient();
  const queries = useQueryClient();
  const { lost } = useReach();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (lost === undefined) {
      return;
    }
    const stopping = new AbortController();
    const grace = setTimeout(() => setShown(true), GRACE);
    const timer = setInterval(() => {
      // The answer is seen by whoever passes it on; a failure says what is known.
      client.server.health({ signal: stopping.signal, timeout: AGAIN * 3 }).catch(() => undefined);
    }, AGAIN);
    return () => {
      stopping.abort();
      clearTimeout(grace);
      clearInterval(timer);
      setShown(false);
      void queries.invalidateQueries();
    };
  }, [lost, client, queries]);
  return (
    <div role="alert" data-reach={lost === undefined ? 'there' : 'lost'}>
      {shown && lost !== undefined && (
        <p className={css.lost}>
          <CloudOff size={16} aria-hidden="true" />
          <span>
            The server stopped answering <Ago time={new Date(lost).toISOString()} />. Trying again; what is shown is
            from before.
          </span>
        </p>
      )}
    </div>
  );
}
