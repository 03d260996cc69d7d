import { useInfiniteQuery } from '@tanstack/react-query';
import type { MessageInfo, Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Badge, Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Json } from '../../ui/Json.tsx';
import { messageText } from '../../ui/messageText.ts';
import { asProblem, ProblemView } from '../../ui/Problem.tsx';
import { Section } from '../../ui/Section.tsx';
import { messageState } from '../../ui/states.ts';
import { Ago } from '../../ui/Times.tsx';
import css from './ParticipantsPanel.module.css';

const PAGE = 50;

/** What participants said to each other, newest first, and what became of it. */
export function Messages({ session }: { session: Session }) {
  const client = useClient();
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: [...keys.session(session.session_id), 'messages'],
    queryFn: ({ pageParam, signal }) =>
      client.messages.list(
        { session_id: session.session_id, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const messages = data?.pages.flatMap((page) => page.messages) ?? [];
  const problem = useTold(error);
  return (
    <Section title="Messages" flush>
      {problem !== undefined && asProblem(problem).status === 403 && (
        <p className={css.note}>
          This key may not list the session's messages; its journal has the ones that were sent.
        </p>
      )}
      {problem !== undefined && asProblem(problem).status !== 403 && <ProblemView error={problem} />}
      {data && messages.length === 0 && <p className={css.note}>No messages yet.</p>}
      <ol aria-label="Messages">
        {messages.map((info) => (
          <Message key={`${info.message.message_id} ${info.message.recipient.agent_id}`} info={info} />
        ))}
      </ol>
      {hasNextPage && (
        <div className={css.more}>
          <Button look="quiet" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Earlier messages
          </Button>
        </div>
      )}
    </Section>
  );
}

function Message({ info: { message, state, attempts, accepted_at } }: { info: MessageInfo }) {
  return (
    <li className={css.message} data-message={message.message_id}>
      <span className={css.way}>
        <strong>{message.message_type.replaceAll('_', ' ')}</strong>
        <span>
          {message.sender.agent_id} → {message.recipient.agent_id}
        </span>
        {message.priority && message.priority !== 'medium' && <Badge>{message.priority}</Badge>}
      </span>
      <span className={css.state}>
        <Status noun="message" of={messageState({ state, attempts })} />
      </span>
      <details>
        <summary title={message.message_id ?? ''}>{messageText(message) || 'Empty payload'}</summary>
        <Json value={{ payload: message.payload, metadata: message.metadata, message_id: message.message_id }} />
      </details>
      <span className={`${css.quiet} ${css.state}`}>
        <Ago time={accepted_at} />
        {attempts > 1 && ` · delivered ${attempts} times`}
      </span>
    </li>
  );
}
