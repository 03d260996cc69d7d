import type { AgentInfo } from 'sessiond';
import { Status } from './Badge.tsx';

/** Whether an agent is alive and works. One that is away is only bad news while somebody waits for its work. */
export function AgentStatus({ of: { status, tasks } }: { of: Pick<AgentInfo, 'status' | 'tasks'> }) {
  const missed = (status === 'unreachable' || status === 'gone') && tasks.length > 0;
  return <Status noun="agent" of={status} {...(missed ? { tone: 'bad' as const } : {})} />;
}
