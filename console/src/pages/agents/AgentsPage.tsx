import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useRef, useState } from 'react';
import type { AgentInfo, Client } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { useSearchText } from '../../facets/usePanelSearch.ts';
import { AgentStatus } from '../../ui/AgentStatus.tsx';
import { Button } from '../../ui/Button.tsx';
import { duration } from '../../ui/duration.ts';
import { Empty } from '../../ui/Empty.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { SessionLink } from '../../ui/SessionLink.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { type Column, Table } from '../../ui/Table.tsx';
import { Ago } from '../../ui/Times.tsx';
import css from './Agents.module.css';
import { useDepths } from './useDepths.ts';

/** Agents that are shown at first, and for each time that somebody asks for more. */
const STEP = 200;
/** The most that the server gives at once. */
const PAGE = 1_000;

/** All agents, and what each is at. */
export function AgentsPage() {
  const client = useClient();
  const [limit, setLimit] = useState(STEP);
  const [sought, setSought] = useSearchText('q');
  const searchRef = useRef<HTMLInputElement>(null);
  useShortcuts({ '/': () => searchRef.current?.focus() });
  const { data, error, refetch, dataUpdatedAt } = useQuery({
    queryKey: [...keys.agents, limit],
    queryFn: ({ signal }) => read(client, limit, signal),
    // Long lists are read less often.
    refetchInterval: EVERY * Math.ceil(limit / PAGE),
    placeholderData: keepPreviousData,
  });
  const problem = useTold(error);
  const depths = useDepths(data?.agents, dataUpdatedAt);
  const agents = data?.agents.filter((agent) => matches(agent, sought)) ?? [];
  return (
    <Page
      title="Agents"
      actions={
        data &&
        data.agents.length > 0 && (
          <SearchField
            ref={searchRef}
            label="Search agents"
            placeholder="Search id, state, owner, tag"
            icon={<Search />}
            value={sought}
            onChange={(event) => setSought(event.target.value)}
          />
        )
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {!data && !error && <p role="status">Loading…</p>}
      {data && (
        <Section flush>
          {data.agents.length === 0 ? (
            <Empty
              title="No agents yet"
              command={`sessiond agent --url ${client.url} --id opencode://backend --exec './work.sh'`}
            >
              Agents register themselves. This command starts one that runs a program for each of its tasks;{' '}
              <a href="/docs/agents">the guide</a> shows the other ways.
            </Empty>
          ) : (
            <AgentTable agents={agents} depths={depths} />
          )}
          {data.agents.length > 0 && agents.length === 0 && (
            <Empty title={data.more ? `Not among the first ${limit} agents` : 'No matching agents'}>
              <Button onClick={() => setSought('')}>Clear the search</Button>
            </Empty>
          )}
          {data.more && (
            <div className={css.more}>
              <Button look="quiet" onClick={() => setLimit(limit + (limit < PAGE ? PAGE - limit : PAGE))}>
                Show more agents
              </Button>
            </div>
          )}
        </Section>
      )}
    </Page>
  );
}

async function read(client: Client, limit: number, signal: AbortSignal) {
  const agents: AgentInfo[] = [];
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = await client.agents.list({ limit: Math.min(PAGE, limit - agents.length), ...cursor }, { signal });
    agents.push(...page.agents);
    if (!page.next_cursor || agents.length >= limit) {
      return { agents, more: Boolean(page.next_cursor) };
    }
    cursor = { cursor: page.next_cursor };
  }
}

function matches({ agent_id, status, owner, framework, descriptor }: AgentInfo, sought: string): boolean {
  const tags = descriptor.metadata?.tags;
  const text = [agent_id, status, owner, framework, ...(Array.isArray(tags) ? tags : [])].join(' ').toLowerCase();
  return sought
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function AgentTable({ agents, depths }: { agents: readonly AgentInfo[]; depths: Map<string, number[]> }) {
  if (agents.length === 0) {
    return null;
  }
  const columns: Column<AgentInfo>[] = [
    {
      title: 'Agent',
      className: css.name,
      of: ({ agent_id }) => (
        <Link to="/agents/$agentId" params={{ agentId: agent_id }}>
          {agent_id}
        </Link>
      ),
    },
    { title: 'State', of: (agent) => <AgentStatus of={agent} /> },
    { title: 'Working on', wide: true, of: (agent) => <WorksOn agent={agent} /> },
    {
      title: 'Inbox',
      of: ({ agent_id, inbox_depth }) => (
        <span className={css.inbox}>
          <span className={css.depth}>{grouped(inbox_depth)}</span>
          <Sparkline values={depths.get(agent_id) ?? []} label="Messages in the inbox since the page was opened" />
        </span>
      ),
    },
    {
      title: 'Latency',
      number: true,
      wide: true,
      hint: 'Time from the acceptance of a message to its acknowledgement',
      of: latency,
    },
    {
      title: 'Last seen',
      wide: true,
      of: ({ last_seen }) =>
        last_seen ? <Ago time={last_seen} /> : <span className={css.quiet}>not since the start</span>,
    },
  ];
  return (
    <Table
      rows={agents}
      columns={columns}
      id={({ agent_id }) => agent_id}
      data={({ agent_id }) => ({ 'data-agent': agent_id })}
    />
  );
}

/** How long an agent takes; absent until it has acknowledged something. */
export const latency = ({ latency_ms }: AgentInfo): string =>
  latency_ms === null || latency_ms === undefined ? '–' : duration(latency_ms);

/** The sessions of an agent's open tasks. */
function WorksOn({ agent }: { agent: AgentInfo }) {
  const sessions = [...new Set(agent.tasks.map(({ session_id }) => session_id))];
  if (sessions.length === 0) {
    return <span className={css.quiet}>–</span>;
  }
  return (
    <span className={css.works}>
      {sessions.slice(0, 1).map((id) => (
        <SessionLink key={id} id={id} />
      ))}
      {sessions.length > 1 && (
        <Link to="/agents/$agentId" params={{ agentId: agent.agent_id }}>
          and {sessions.length - 1} more
        </Link>
      )}
    </span>
  );
}
