import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { milliseconds, type Session, type Task } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { mayRetry, retryTask } from '../../data/retry.ts';
import { Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Id } from '../../ui/Copy.tsx';
import { duration } from '../../ui/duration.ts';
import { Json } from '../../ui/Json.tsx';
import { Facts } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { Ago } from '../../ui/Times.tsx';
import { Elapsed } from './Elapsed.tsx';
import { TaskActions } from './TaskActions.tsx';
import css from './TaskDetail.module.css';
import { inWords, isOpen } from './text.ts';

/** All that is known of a task, and what can be done with it. */
export function TaskDetail({ task, session }: { task: Task; session: Session }) {
  const { retry_policy: policy, fallback_agents: fallbacks = [] } = task;
  const facts: [string, ReactNode][] = [
    ['Task', <Id key="id">{task.task_id}</Id>],
    ['Request', <Id key="message">{task.message_id}</Id>],
    ['Delegated', <Ago key="created" time={task.created_at} />],
    ['Delegated by', task.delegator ?? 'the plan or a person'],
    ['To', task.delegatee],
    ...(task.assignee === task.delegatee ? [] : [['Now with', task.assignee] as [string, ReactNode]]),
    ...(task.step == null
      ? []
      : [
          [
            'Step',
            <Link
              key="step"
              to="/sessions/$sessionId/$panel"
              params={{ sessionId: session.session_id, panel: 'plan' }}
              search={{ step: task.step }}
            >
              {task.step}
            </Link>,
          ] as [string, ReactNode],
        ]),
    ['Priority', task.priority],
    ['Timeout per attempt', duration(milliseconds(task.timeout))],
    ['Retries', policyInWords(policy, fallbacks)],
    ...(task.started_at ? [['Accepted', <Ago key="accepted" time={task.started_at} />] as [string, ReactNode]] : []),
    ...(task.ended_at ? [['Ended', <Ago key="ended" time={task.ended_at} />] as [string, ReactNode]] : []),
  ];
  return (
    <div className={css.detail}>
      {isOpen(task) && session.status === 'active' && <TaskActions task={task} />}
      {mayRetry(task) && (session.status === 'active' || session.status === 'failed') && <RetryTask task={task} />}
      <div className={css.columns}>
        <Facts of={facts} />
        <div className={css.values}>
          <Value title="Payload" value={task.payload} />
          {isOpen(task) && <Value title="Progress" value={task.progress} />}
          <Value title="Result" value={task.result} />
          <Value title={isOpen(task) || task.status === 'completed' ? 'Previous error' : 'Error'} value={task.error} />
        </div>
      </div>
      {task.attempts.length > 0 && <Attempts task={task} />}
    </div>
  );
}

/** Retries a task that failed, once somebody has said that it is meant. */
function RetryTask({ task }: { task: Task }) {
  const client = useClient();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button icon={<RotateCcw />} onClick={() => setOpen(true)}>
        Retry
      </Button>
      {open && (
        <ConfirmDialog
          onClose={() => setOpen(false)}
          title={`Retry ${task.task_type}`}
          description={`Another attempt goes to ${task.delegatee}. A failed step, and a failed session, become active again.`}
          action="Retry"
          act={async () => {
            await retryTask(client, task);
            return `${task.task_type} retried`;
          }}
        />
      )}
    </div>
  );
}

function Value({ title, value }: { title: string; value: unknown }) {
  return value === undefined || value === null ? null : (
    <div>
      <h3 className={css.title}>{title}</h3>
      <Json value={value} />
    </div>
  );
}

/** The attempts that have ended, and the one under way. */
function Attempts({ task }: { task: Task }) {
  return (
    <div className={css.attempts}>
      <table className={table.table}>
        <caption className={css.title}>Attempts</caption>
        <thead>
          <tr>
            <th scope="col">Attempt</th>
            <th scope="col">Agent</th>
            <th scope="col">Status</th>
            <th scope="col">Duration</th>
            <th scope="col">Ended</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {task.attempts.map(({ attempt, agent_id, status, started_at, ended_at, error }) => (
            <tr key={attempt}>
              <td>{attempt}</td>
              <td>{agent_id}</td>
              <td>
                <Status noun="task" of={status} />
              </td>
              <td>{started_at ? <Elapsed from={started_at} to={ended_at} /> : 'never accepted'}</td>
              <td>
                <Ago time={ended_at} />
              </td>
              <td>{inWords(error)}</td>
            </tr>
          ))}
          {isOpen(task) && (
            <tr>
              <td>{task.attempt}</td>
              <td>{task.assignee}</td>
              <td>
                <Status noun="task" of={task.status} />
              </td>
              <td>{task.started_at ? <Elapsed from={task.started_at} /> : 'not accepted yet'}</td>
              <td />
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function policyInWords(policy: Task['retry_policy'], fallbacks: string[]): string {
  const retries = policy.max_retries;
  const again =
    retries === 0
      ? 'no retry'
      : `${retries} ${retries === 1 ? 'retry' : 'retries'}, ${policy.backoff ?? 'exponential'} from ${policy.base ?? '1s'} to ${policy.cap ?? '1m'}`;
  return fallbacks.length === 0 ? again : `${again}; then ${fallbacks.join(', ')}`;
}
