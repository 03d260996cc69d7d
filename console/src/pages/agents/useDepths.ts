import { useRef } from 'react';
import type { AgentInfo } from 'sessiond';

/** How many readings are kept: five minutes, at one each two seconds. */
const KEPT = 150;

/** How deep each inbox was at each reading since the page was opened, oldest first. */
export function useDepths(agents: readonly AgentInfo[] | undefined, readAt: number): Map<string, number[]> {
  const depths = useRef(new Map<string, number[]>());
  const last = useRef(0);
  if (agents && readAt !== last.current) {
    last.current = readAt;
    depths.current = new Map(
      agents.map(({ agent_id, inbox_depth }) => [
        agent_id,
        [...(depths.current.get(agent_id) ?? []), inbox_depth].slice(-KEPT),
      ]),
    );
  }
  return depths.current;
}
