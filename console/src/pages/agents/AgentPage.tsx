import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { AgentInfo, Task } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { openTasks } from '../../data/openTasks.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { AgentStatus } from '../../ui/AgentStatus.tsx';
import { Badge, Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { Json } from '../../ui/Json.tsx';
import { counted, grouped } from '../../ui/numbers.ts';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Facts, Section } from '../../ui/Section.tsx';
import { SessionLink } from '../../ui/SessionLink.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { taskState } from '../../ui/states.ts';
import { type Column, Table } from '../../ui/Table.tsx';
import { Ago } from '../../ui/Times.tsx';
import css from './Agents.module.css';
import { latency } from './AgentsPage.tsx';
import { Messages } from './Messages.tsx';
import { useDepths } from './useDepths.ts';

/** One agent: what it is, what it works on, and its inbox. */
export function AgentPage() {
  const { agentId } = useParams({ from: '/agents/$agentId' });
  const client = useClient();
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: keys.agent(agentId),
    queryFn: ({ signal }) => client.agents.get(agentId, { signal }),
    refetchInterval: EVERY,
  });
  const problem = useTold(error);
  const [deleting, setDeleting] = useState(false);
  const depths = useDepths(data && [data], dataUpdatedAt).get(agentId) ?? [];
  return (
    <Page
      title={agentId}
      heading={
        <div className={css.heading}>
          <p className={css.way}>
            <Link to="/agents">Agents</Link> / <code>{agentId}</code>
          </p>
          <div className={css.line}>
            <h1>{agentId}</h1>
            <CopyButton text={agentId} label="Copy the agent’s id" />
            {data && <AgentStatus of={data} />}
          </div>
        </div>
      }
      actions={
        data && (
          <Button look="danger" icon={<Trash2 />} onClick={() => setDeleting(true)}>
            Delete
          </Button>
        )
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {!data && !error && <p role="status">Loading…</p>}
      {data && (
        <div className={css.columns}>
          <div className={css.column}>
            <About agent={data} depths={depths} />
            <Descriptor agent={data} />
          </div>
          <div className={css.column}>
            <Work agent={data} />
            <Messages agentId={agentId} />
          </div>
        </div>
      )}
      {deleting && <Delete agentId={agentId} onClose={() => setDeleting(false)} />}
    </Page>
  );
}

function About({ agent, depths }: { agent: AgentInfo; depths: readonly number[] }) {
  return (
    <Section title="About">
      <Facts
        of={[
          ['Framework', agent.framework],
          ['Owner', agent.owner],
          ['Registered', <Ago key="registered" time={agent.registered_at} />],
          ['Last seen', agent.last_seen ? <Ago key="seen" time={agent.last_seen} /> : 'not since the server started'],
          [
            'Inbox',
            <span key="inbox" className={css.inbox}>
              {grouped(agent.inbox_depth)} {agent.inbox_depth === 1 ? 'message' : 'messages'}
              <Sparkline values={depths} label="Messages in the inbox since the page was opened" />
            </span>,
          ],
          ['Latency', latency(agent)],
          ...(agent.webhook ? [['Webhook', <Webhook key="webhook" of={agent.webhook} />] as const] : []),
        ]}
      />
    </Section>
  );
}

/** Whether the agent's endpoint accepts its messages, and why not. */
function Webhook({ of: { status, failures, last_error, next_attempt_at } }: { of: NonNullable<AgentInfo['webhook']> }) {
  return (
    <span className={css.webhook}>
      <Status noun="webhook" of={status} />
      {failures > 0 && <span>{counted(failures, 'failed post')}</span>}
      {last_error && <span>{last_error}</span>}
      {next_attempt_at && (
        <span>
          next <Ago time={next_attempt_at} />
        </span>
      )}
    </span>
  );
}

function Descriptor({ agent: { descriptor } }: { agent: AgentInfo }) {
  const { capabilities, endpoints, metadata } = descriptor;
  const parts = { capabilities, endpoints, metadata };
  const known = Object.entries(parts).filter(([, value]) => value && Object.keys(value).length > 0);
  return (
    <Section title="Capabilities">
      {known.length === 0 && <p className={css.quiet}>No capabilities or metadata.</p>}
      {known.map(([name, value]) => (
        <Json key={name} name={name} value={value} open={3} />
      ))}
    </Section>
  );
}

/** Open tasks that are shown. */
const SHOWN = 100;

function Work({ agent }: { agent: AgentInfo }) {
  const client = useClient();
  const { data } = useQuery({
    queryKey: [...keys.agent(agent.agent_id), 'tasks'],
    queryFn: ({ signal }) => openTasks(client, { assignee: agent.agent_id, limit: SHOWN }, signal),
    refetchInterval: EVERY,
    enabled: agent.tasks.length > 0,
  });
  const tasks = agent.tasks.length === 0 ? [] : data;
  return (
    <Section
      title="Working on"
      flush
      actions={agent.tasks.length > 0 && <Badge>{counted(agent.tasks.length, 'open task')}</Badge>}
    >
      {agent.tasks.length === 0 && <p className={css.none}>No open tasks.</p>}
      {tasks && tasks.length > 0 && (
        <Table
          rows={tasks}
          columns={TASK_COLUMNS}
          id={({ task_id }) => task_id}
          data={({ task_id }) => ({ 'data-task': task_id })}
        />
      )}
    </Section>
  );
}

const TASK_COLUMNS: Column<Task>[] = [
  {
    title: 'Task',
    className: css.name,
    of: (task) => (
      <Link
        to="/sessions/$sessionId/$panel"
        params={{ sessionId: task.session_id, panel: 'tasks' }}
        search={task.step ? { step: task.step } : {}}
        title={task.task_id}
      >
        {task.step ? `${task.step}: ${task.task_type}` : task.task_type}
      </Link>
    ),
  },
  { title: 'Session', className: css.name, of: ({ session_id }) => <SessionLink id={session_id} /> },
  { title: 'Status', of: (task) => <Status noun="task" of={taskState(task)} /> },
  { title: 'Since', of: (task) => <Ago time={task.started_at ?? task.created_at} /> },
];

function Delete({ agentId, onClose }: { agentId: string; onClose: () => void }) {
  const client = useClient();
  const navigate = useNavigate();
  return (
    <ConfirmDialog
      onClose={onClose}
      title="Delete agent"
      description={
        <>
          <code>{agentId}</code> and the messages in its inbox are deleted. It remains a participant of its sessions,
          and can register again.
        </>
      }
      action="Delete"
      danger
      act={async () => {
        await client.agents.delete(agentId);
        await navigate({ to: '/agents' });
        return `${agentId} deleted`;
      }}
    />
  );
}
