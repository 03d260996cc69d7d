import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
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
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Times.tsx';
import { toast } from '../../ui/Toast.tsx';
import { dateTime } from '../../ui/time.ts';
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
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">State</th>
              <th scope="col" className={css.wide}>
                From
              </th>
              <th scope="col" className={`${table.number} ${css.wide}`}>
                Deliveries
              </th>
              <th scope="col">Accepted</th>
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.messages.map((info) => (
              <Row key={info.message.message_id} agentId={agentId} info={info} onOpen={() => setOpened(info)} />
            ))}
          </tbody>
        </table>
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

function Row({ agentId, info, onOpen }: { agentId: string; info: MessageInfo; onOpen: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { message } = info;
  const id = message.message_id ?? '';
  const requeue = async () => {
    setBusy(true);
    try {
      await client.inbox.requeue(agentId, id);
      toast('Message requeued');
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
      await queries.invalidateQueries({ queryKey: keys.agent(agentId) });
    }
  };
  return (
    <tr data-message={id} data-state={info.state}>
      <td>
        <button type="button" className={css.message} onClick={onOpen} title={id}>
          <strong>{message.message_type.replaceAll('_', ' ')}</strong> {messageText(message, 90)}
        </button>
      </td>
      <td>
        <Status noun="message" of={messageState(info)} />
      </td>
      <td className={css.wide}>{message.sender.agent_id}</td>
      <td className={`${table.number} ${css.wide}`}>{info.attempts}</td>
      <td>
        <Ago time={info.accepted_at} />
      </td>
      <td>
        {info.state === 'dead' && (
          <Button icon={<RotateCcw />} disabled={busy} onClick={() => void requeue()}>
            Requeue
          </Button>
        )}
      </td>
    </tr>
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
