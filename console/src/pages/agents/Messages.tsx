import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { type MessageInfo, Problem } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { EVERY, keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { useSearchValue } from '../../facets/usePanelSearch.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Chips } from '../../ui/Chips.tsx';
import { Id } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Json } from '../../ui/Json.tsx';
import { messageText } from '../../ui/messageText.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Facts, Section } from '../../ui/Section.tsx';
import { messageState, stateOf } from '../../ui/states.ts';
import { type Column, Table } from '../../ui/Table.tsx';
import { Ago } from '../../ui/Times.tsx';
import { dateTime } from '../../ui/time.ts';
import { useAct } from '../../ui/useAct.ts';
import css from './Agents.module.css';

const STATES = ['queued', 'acknowledged', 'dead', 'withdrawn'] as const;
type State = (typeof STATES)[number];
const TITLES: Record<State, string> = {
  queued: 'Queued',
  acknowledged: 'Acknowledged',
  dead: 'Dead letters',
  withdrawn: 'Handled or withdrawn',
};

/** Messages that are shown at first, and the most that the server gives at once. */
const FIRST = 50;
const MOST = 1_000;

/** What was sent to an agent, and what became of it. */
export function Messages({ agentId }: { agentId: string }) {
  const client = useClient();
  const [asked, setState] = useSearchValue('state');
  const state = STATES.find((one) => one === asked);
  const [limit, setLimit] = useState(FIRST);
  const [opened, setOpened] = useState<MessageInfo>();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.agent(agentId), 'messages', state, limit],
    queryFn: ({ signal }) =>
      client.messages.list({ recipient: agentId, limit, ...(state ? { state } : {}) }, { signal }),
    refetchInterval: EVERY,
    placeholderData: keepPreviousData,
  });
  const problem = useTold(error);
  if (error instanceof Problem && error.status === 403) {
    return (
      <Section title="Messages">
        <p className={css.quiet}>Only administrators and agents with a key can see messages.</p>
      </Section>
    );
  }
  return (
    <Section
      title="Messages"
      flush
      actions={
        <Chips
          label="State of the messages"
          value={state}
          options={[{ value: undefined, title: 'All' }, ...STATES.map((value) => ({ value, title: TITLES[value] }))]}
          onChange={setState}
        />
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {data?.messages.length === 0 && (
        <p className={css.none}>{state ? `No message is ${stateOf('message', state).word}.` : 'No messages.'}</p>
      )}
      {data && data.messages.length > 0 && (
        <Table
          rows={data.messages}
          columns={columnsOf(agentId, setOpened)}
          id={({ message }) => message.message_id ?? ''}
          data={({ message, state }) => ({ 'data-message': message.message_id, 'data-state': state })}
        />
      )}
      {data?.next_cursor && limit < MOST && (
        <div className={css.more}>
          <Button look="quiet" onClick={() => setLimit(Math.min(MOST, limit * 4))}>
            Show older messages
          </Button>
        </div>
      )}
      <Dialog open={opened !== undefined} onClose={() => setOpened(undefined)} title="Message" wide>
        {opened && <Detail info={opened} />}
      </Dialog>
    </Section>
  );
}

const columnsOf = (agentId: string, onOpen: (info: MessageInfo) => void): Column<MessageInfo>[] => [
  {
    title: 'Message',
    of: (info) => (
      <button type="button" className={css.message} onClick={() => onOpen(info)} title={info.message.message_id}>
        <strong>{info.message.message_type.replaceAll('_', ' ')}</strong> {messageText(info.message, 90)}
      </button>
    ),
  },
  { title: 'State', of: (info) => <Status noun="message" of={messageState(info)} /> },
  { title: 'From', wide: true, of: ({ message }) => message.sender.agent_id },
  { title: 'Deliveries', wide: true, number: true, of: ({ attempts }) => attempts },
  { title: 'Accepted', of: ({ accepted_at }) => <Ago time={accepted_at} /> },
  {
    title: 'Actions',
    actions: true,
    of: ({ message, state }) => state === 'dead' && <Requeue agentId={agentId} id={message.message_id ?? ''} />,
  },
];

function Requeue({ agentId, id }: { agentId: string; id: string }) {
  const client = useClient();
  const { busy, act } = useAct(keys.agent(agentId));
  const requeue = async () => {
    await client.inbox.requeue(agentId, id);
    return 'Message requeued';
  };
  return (
    <Button icon={<RotateCcw />} disabled={busy} onClick={() => act(requeue)}>
      Requeue
    </Button>
  );
}

function Detail({ info: { message, state, attempts, accepted_at, ended_at } }: { info: MessageInfo }) {
  const session = message.recipient.session_id;
  return (
    <>
      <Facts
        of={[
          ['Id', <Id key="id">{message.message_id ?? ''}</Id>],
          ['Type', message.message_type],
          ['State', <Status key="state" noun="message" of={messageState({ state, attempts })} />],
          ['From', message.sender.agent_id],
          [
            'Session',
            session ? (
              <Link key="session" to="/sessions/$sessionId" params={{ sessionId: session }}>
                {session}
              </Link>
            ) : (
              'none'
            ),
          ],
          ['Priority', message.priority],
          ['Deliveries', attempts],
          ['Accepted', dateTime(accepted_at)],
          ['Ended', ended_at ? dateTime(ended_at) : 'not yet'],
        ]}
      />
      <Json name="payload" value={message.payload} open={3} />
      {message.metadata && <Json name="metadata" value={message.metadata} />}
    </>
  );
}
