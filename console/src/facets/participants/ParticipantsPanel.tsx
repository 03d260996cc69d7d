import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MessageSquare, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { AgentInfo, Participant, Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { AgentStatus } from '../../ui/AgentStatus.tsx';
import { Status } from '../../ui/Badge.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Times.tsx';
import type { PanelProps } from '../facet.ts';
import { AddDialog, MessageDialog, RemoveDialog } from './dialogs.tsx';
import { Messages } from './Messages.tsx';
import css from './ParticipantsPanel.module.css';

/** Of so many participants it is asked how their agents are. */
const ASKED = 50;
/** How many agents are listed to find them. */
const LISTED = 200;

type Open = { what: 'add' } | { what: 'remove' | 'message'; agentId: string };

/** Who takes part, under which lease they write, and what they say to each other. */
export default function ParticipantsPanel({ session }: PanelProps) {
  const [open, setOpen] = useState<Open>();
  const participants = session.participants ?? [];
  const present = participants.filter((participant) => !hasLeft(participant));
  const agents = useAgents(present.map(({ agent_id }) => agent_id));
  const active = session.status === 'active';
  const close = () => setOpen(undefined);
  const add = active && (
    <Button icon={<UserPlus />} onClick={() => setOpen({ what: 'add' })}>
      Add participant
    </Button>
  );
  return (
    <div className={css.panel}>
      <Section title="Participants" flush actions={add}>
        {participants.length === 0 ? (
          <Empty
            title="No participants"
            command={`sessiond agent --url ${location.origin} --id worker://one --exec ./work.sh`}
          >
            Only participants receive tasks and write to the session. {active && 'Add one; to start an agent, run:'}
          </Empty>
        ) : (
          <table className={`${table.table} ${css.table}`}>
            <thead>
              <tr>
                <th>Agent</th>
                <th>Status</th>
                <th>Working on</th>
                <th>Lease</th>
                <th className={table.number}>Inbox</th>
                <th>Joined</th>
                <th>
                  <span className="hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {[...present, ...participants.filter(hasLeft)].map((participant) => (
                <ParticipantRow
                  key={participant.agent_id}
                  session={session}
                  participant={participant}
                  agent={agents.get(participant.agent_id)}
                  onOpen={active && !hasLeft(participant) ? setOpen : undefined}
                />
              ))}
            </tbody>
          </table>
        )}
      </Section>
      <Messages session={session} />
      {open?.what === 'add' && <AddDialog session={session} onClose={close} />}
      {open?.what === 'remove' && <RemoveDialog session={session} agentId={open.agentId} onClose={close} />}
      {open?.what === 'message' && <MessageDialog session={session} agentId={open.agentId} onClose={close} />}
    </div>
  );
}

function ParticipantRow({
  session,
  participant,
  agent,
  onOpen,
}: {
  session: Session;
  participant: Participant;
  agent: AgentInfo | undefined;
  /** Absent when nothing can be done with it. */
  onOpen: ((open: Open) => void) | undefined;
}) {
  const { agent_id, role, framework, lease, join_time, leave_time } = participant;
  const steps = session.workflow?.steps.filter(
    (step) => step.status === 'active' && [...step.required_agents, ...(step.optional_agents ?? [])].includes(agent_id),
  );
  const tasks = agent?.tasks.filter(({ session_id }) => session_id === session.session_id).length ?? 0;
  return (
    <tr data-agent={agent_id} data-left={hasLeft(participant) ? '' : undefined}>
      <td>
        <Link to="/agents/$agentId" params={{ agentId: agent_id }} className={css.agent}>
          {agent_id}
        </Link>
        <span className={css.quiet}>
          {role} · {framework}
        </span>
      </td>
      <td>
        <ParticipantStatus session={session} participant={participant} agent={agent} />
      </td>
      <td data-title="Working on">
        {steps && steps.length > 0 ? steps.map(({ name }) => name).join(', ') : <span className={css.quiet}>–</span>}
        {tasks > 0 && (
          <span className={css.quiet}>
            {tasks} open {tasks === 1 ? 'task' : 'tasks'}
          </span>
        )}
      </td>
      <td data-title="Lease">
        {lease ? (
          <>
            {lease.holder}
            <span className={css.quiet}>
              token {lease.fence} · {lease.ttl}
            </span>
          </>
        ) : (
          <span className={css.quiet}>no lease</span>
        )}
      </td>
      <td className={table.number} data-title="Inbox">
        {agent ? grouped(agent.inbox_depth) : '–'}
      </td>
      <td data-title="Joined">
        <Ago time={join_time} />
        {leave_time && (
          <span className={css.quiet}>
            left <Ago time={leave_time} />
          </span>
        )}
      </td>
      <td>
        {onOpen && (
          <span className={css.actions}>
            <IconButton
              label={`Send a message to ${agent_id}`}
              icon={<MessageSquare />}
              onClick={() => onOpen({ what: 'message', agentId: agent_id })}
            />
            <IconButton
              label={`Remove ${agent_id}`}
              icon={<UserMinus />}
              onClick={() => onOpen({ what: 'remove', agentId: agent_id })}
            />
          </span>
        )}
      </td>
    </tr>
  );
}

/**
 * Whether it takes part is the session's to say; whether it is alive is its agent's state, the same as on the page of the
 * agents.
 */
function ParticipantStatus({
  session,
  participant,
  agent,
}: {
  session: Session;
  participant: Participant;
  agent: AgentInfo | undefined;
}) {
  if (hasLeft(participant) || participant.status === 'waiting') {
    return <Status noun="participant" of={participant.status} />;
  }
  if (session.status !== 'active') {
    return <Status noun="participant" of="session_terminated" />;
  }
  return agent ? <AgentStatus of={agent} /> : <Status noun="agent" of="unregistered" />;
}

const hasLeft = ({ status }: Participant): boolean => status === 'left';

/**
 * How the agents are, by their ids; those that are not registered, or not for this key, are absent. The first page of
 * the list mostly has them all: who is asked for by name and is not there is an error in the browser's own log.
 */
function useAgents(ids: readonly string[]): ReadonlyMap<string, AgentInfo> {
  const client = useClient();
  const asked = ids.slice(0, ASKED);
  const { data } = useQuery({
    queryKey: [...keys.agents, 'of', ...asked],
    queryFn: async ({ signal }) => {
      const { agents, next_cursor } = await client.agents.list({ limit: LISTED }, { signal });
      const known = new Map(agents.map((agent) => [agent.agent_id, agent]));
      const others = next_cursor ? asked.filter((id) => !known.has(id)) : [];
      for (const agent of await Promise.all(others.map((id) => client.agents.get(id, { signal }).catch(() => null)))) {
        if (agent) {
          known.set(agent.agent_id, agent);
        }
      }
      return known;
    },
    refetchInterval: EVERY,
    enabled: asked.length > 0,
  });
  return data ?? new Map();
}
