import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useClient } from '../../data/connection.ts';
import { toast } from '../../ui/Toast.tsx';

/** Creates a session with an assistant, and opens it. */
export function useNewChat(): () => void {
  const client = useClient();
  const navigate = useNavigate();
  return useCallback(() => {
    const create = async () => {
      const { session_id } = await client.sessions.create({ kind: 'assistant' });
      await navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } });
    };
    create().catch((problem: unknown) => toast(problem instanceof Error ? problem.message : String(problem), 'bad'));
  }, [client, navigate]);
}
