import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useClient } from '../../data/connection.ts';
import { whoamiQuery } from '../../data/queries.ts';
import { toast } from '../../ui/Toast.tsx';

/** Creates a session with an assistant, and opens it; undefined for a token of a session, which may not. */
export function useNewChat(): (() => void) | undefined {
  const client = useClient();
  const { data: who } = useQuery(whoamiQuery(client));
  const navigate = useNavigate();
  const newChat = useCallback(() => {
    const create = async () => {
      const { session_id } = await client.sessions.create({ kind: 'assistant' });
      await navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } });
    };
    create().catch((problem: unknown) => toast(problem instanceof Error ? problem.message : String(problem), 'bad'));
  }, [client, navigate]);
  return who?.session_id == null ? newChat : undefined;
}
