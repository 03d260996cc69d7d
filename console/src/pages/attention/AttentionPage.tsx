import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useCallback } from 'react';
import type { MessageInfo, SessionSummary, Task } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { retrySession, retryTask } from '../../data/retry.ts';
import { QuestionView } from '../../facets/questions/OpenQuestions.tsx';
import { useSearchValue } from '../../facets/usePanelSearch.ts';
import { inWords } from '../../facets/workflow/text.ts';
import { Status } from '../../ui/Badge.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Select } from '../../ui/Field.tsx';
import { messageText } from '../../ui/messageText.ts';
import { counted } from '../../ui/numbers.ts';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { SessionLink } from '../../ui/SessionLink.tsx';
import { taskState } from '../../ui/states.ts';
import { Ago } from '../../ui/Times.tsx';
import css from './Attention.module.css';
import { AttentionTable, type Column } from './AttentionTable.tsx';
import { type Attention, PERIODS, type Period, sizeOf, useAttention } from './useAttention.ts';

const PERIOD_WORDS: Record<Period, string> = { day: 'Last 24 hours', week: 'Last 7 days', all: 'Any time' };

/** What needs a person, over all sessions: questions, failures, tasks that no agent accepts, and dead letters. */
export function AttentionPage() {
  const [asked, setPeriod] = useSearchValue('period');
  const period = Object.keys(PERIODS).includes(asked ?? '') ? (asked as Period) : 'week';
  const { data, error, refetch } = useAttention(period, true);
  const problem = useTold(error);
  return (
    <Page
      title="Needs attention"
      actions={
        <Select
          label="Period of failures"
          value={period}
          onChange={({ target }) => setPeriod(target.value === 'week' ? undefined : target.value)}
        >
          {Object.entries(PERIOD_WORDS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
      }
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {!data && !error && <p role="status">Loading…</p>}
      {data && sizeOf(data) === 0 && (
        <Empty title="Nothing needs attention">
          Open questions, failed sessions and tasks, tasks that no agent accepts, and dead letters appear here.
        </Empty>
      )}
      {data && <Parts of={data} />}
    </Page>
  );
}

function Parts({ of: { questions, failed, unaccepted, sessions, letters, more } }: { of: Attention }) {
  const client = useClient();
  const queries = useQueryClient();
  const refresh = useCallback(() => void queries.invalidateQueries({ queryKey: keys.attention }), [queries]);
  return (
    <div className={css.parts}>
      {questions.length > 0 && (
        <section className={css.questions} aria-label="Questions">
          <h2>{counted(questions.length, 'open question')}</h2>
          {questions.map((question, index) => (
            <div key={`${question.session_id} ${question.question_id}`} className={css.question}>
              <SessionLink id={question.session_id} />
              <QuestionView question={question} first={index === 0} onAnswered={refresh} />
            </div>
          ))}
        </section>
      )}
      <AttentionTable<Task>
        title="Failed tasks"
        rows={failed}
        columns={TASK_COLUMNS}
        id={({ task_id }) => task_id}
        onDone={refresh}
        action={{
          title: 'Retry',
          icon: <RotateCcw />,
          name: nameOfTask,
          act: (task) => retryTask(client, task),
          done: 'retried',
          noun: 'task',
        }}
      />
      <AttentionTable<SessionSummary>
        title="Failed sessions"
        rows={sessions}
        columns={SESSION_COLUMNS}
        id={({ session_id }) => session_id}
        onDone={refresh}
        action={{
          title: 'Retry',
          icon: <RotateCcw />,
          name: ({ name, session_id }) => name ?? session_id,
          act: ({ session_id }) => retrySession(client, session_id),
          done: 'retried',
          noun: 'session',
        }}
      />
      <AttentionTable<Task>
        title="Tasks that no agent accepts"
        rows={unaccepted}
        columns={TASK_COLUMNS}
        id={({ task_id }) => task_id}
        onDone={refresh}
        action={undefined}
      />
      <AttentionTable<MessageInfo>
        title="Dead letters"
        rows={letters ?? []}
        columns={LETTER_COLUMNS}
        id={idOfLetter}
        onDone={refresh}
        action={{
          title: 'Requeue',
          icon: <RotateCcw />,
          name: ({ message }) => messageText(message, 60),
          act: ({ message }) => client.inbox.requeue(message.recipient.agent_id, message.message_id),
          done: 'requeued',
          noun: 'message',
        }}
      />
      {more && <p className={css.more}>There is more than is shown: only the newest of each kind are here.</p>}
    </div>
  );
}

const nameOfTask = ({ step, task_type }: Task): string => (step ? `${step}: ${task_type}` : task_type);
const idOfLetter = ({ message }: MessageInfo): string => `${message.recipient.agent_id} ${message.message_id}`;

const TASK_COLUMNS: readonly Column<Task>[] = [
  {
    title: 'Task',
    of: (task) => (
      <>
        <Link
          to="/sessions/$sessionId/$panel"
          params={{ sessionId: task.session_id, panel: 'tasks' }}
          search={task.step ? { step: task.step } : { state: task.status }}
          className={css.name}
          title={task.task_id}
        >
          {nameOfTask(task)}
        </Link>
        {inWords(task.error) && <span className={css.why}>{inWords(task.error)}</span>}
      </>
    ),
  },
  { title: 'Session', of: ({ session_id }) => <SessionLink id={session_id} /> },
  { title: 'Agent', wide: true, of: ({ assignee }) => <AgentLink id={assignee} /> },
  { title: 'Status', of: (task) => <Status noun="task" of={taskState(task)} /> },
  { title: 'Since', wide: true, of: ({ ended_at, created_at }) => <Ago time={ended_at ?? created_at} /> },
];

const SESSION_COLUMNS: readonly Column<SessionSummary>[] = [
  {
    title: 'Session',
    of: ({ session_id, name }) => (
      <Link to="/sessions/$sessionId" params={{ sessionId: session_id }} className={css.name} title={session_id}>
        <bdi>{name ?? session_id}</bdi>
      </Link>
    ),
  },
  { title: 'Kind', wide: true, of: ({ kind }) => kind },
  { title: 'Owner', wide: true, of: ({ owner }) => owner },
  { title: 'Status', of: ({ status }) => <Status noun="session" of={status} /> },
  { title: 'Failed', of: ({ updated_at }) => <Ago time={updated_at} /> },
];

const LETTER_COLUMNS: readonly Column<MessageInfo>[] = [
  {
    title: 'Message',
    of: ({ message }) => (
      <>
        <span className={css.name} title={message.message_id}>
          {message.message_type.replaceAll('_', ' ')}
        </span>
        <span className={css.text}>{messageText(message)}</span>
      </>
    ),
  },
  { title: 'To', of: ({ message }) => <AgentLink id={message.recipient.agent_id} /> },
  { title: 'From', wide: true, of: ({ message }) => message.sender.agent_id },
  { title: 'Deliveries', wide: true, of: ({ attempts }) => attempts },
  { title: 'Sent', wide: true, of: ({ accepted_at }) => <Ago time={accepted_at} /> },
];

function AgentLink({ id }: { id: string }) {
  return (
    <Link to="/agents/$agentId" params={{ agentId: id }}>
      {id}
    </Link>
  );
}
