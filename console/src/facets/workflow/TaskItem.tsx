import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { Session, Task } from 'sessiond';
import { Badge } from '../../ui/Badge.tsx';
import { inSeconds } from '../../ui/duration.ts';
import { stateOf, taskState } from '../../ui/states.ts';
import { useNow } from '../../ui/Times.tsx';
import { dateTime } from '../../ui/time.ts';
import { Elapsed } from './Elapsed.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import { StateIcon } from './StateIcon.tsx';
import { TaskDetail } from './TaskDetail.tsx';
import css from './TaskItem.module.css';
import { attemptOf, dueAt, inWords, isOpen } from './text.ts';

export interface TaskItemProps {
  task: Task;
  session: Session;
  /** `step`: the step is said above it already, and there is little room. */
  within: 'session' | 'step';
  open?: boolean;
  onToggle?: () => void;
}

/** A task in a line or two; it opens to all that is known of it. */
export function TaskItem({ task, session, within, open: given, onToggle }: TaskItemProps) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const toggle = onToggle ?? (() => setOwn(!own));
  const { nth, of } = attemptOf(task);
  return (
    <div className={css.item} data-task={task.task_id} data-status={task.status} data-within={within}>
      <button type="button" className={css.row} aria-expanded={open} onClick={toggle}>
        <ChevronRight size={14} className={css.chevron} aria-hidden="true" />
        <StateIcon noun="task" of={taskState(task)} />
        <span className={css.what}>
          <span className={css.type}>{task.task_type}</span>
          {within === 'session' && task.step != null && <span className={css.step}>in {task.step}</span>}
        </span>
        <span className={css.who}>
          <span className={css.agent} title={task.assignee}>
            {task.assignee}
          </span>
          {task.assignee !== task.delegatee && <span className={css.quiet}>for {task.delegatee}</span>}
        </span>
        <span className={css.state}>
          <State task={task} />
        </span>
        <span className={css.tries}>
          {task.priority !== 'medium' && (
            <Badge tone={task.priority === 'critical' ? 'bad' : task.priority === 'high' ? 'warn' : 'idle'}>
              {task.priority}
            </Badge>
          )}
          {of > 1 || nth > 1 ? `attempt ${nth} of ${Math.max(of, nth)}` : ''}
        </span>
        <span className={css.time}>
          <Times task={task} />
        </span>
      </button>
      {open && <TaskDetail task={task} session={session} />}
    </div>
  );
}

/** Its state in a word, and how far it is or why it failed. */
function State({ task }: { task: Task }) {
  const state = taskState(task);
  const { word } = stateOf('task', state);
  if (state === 'in_progress' && task.progress != null) {
    return (
      <>
        <span className="hidden">{word}</span>
        <ProgressBar of={task.progress} />
      </>
    );
  }
  const why = task.status === 'completed' ? '' : inWords(task.error);
  return (
    <>
      {word}
      {why && why !== word && (
        <span className={css.why} title={why}>
          {why}
        </span>
      )}
    </>
  );
}

/** How long it takes or took; while it is open, how long the attempt has, or when the next one begins. */
function Times({ task }: { task: Task }) {
  if (!isOpen(task)) {
    return <Elapsed from={task.created_at} to={task.ended_at ?? task.updated_at} />;
  }
  return (
    <>
      <Elapsed from={task.started_at ?? task.created_at} />
      {/* The time of a task stands still while its agent waits for an answer. */}
      {taskState(task) !== 'waiting' && <Deadline task={task} />}
    </>
  );
}

function Deadline({ task }: { task: Task }) {
  const now = useNow();
  const due = dueAt(task);
  if (task.attempts.length > 0 && due > now) {
    return <span className={css.quiet}>again in {inSeconds(due - now)}</span>;
  }
  const left = Date.parse(task.deadline) - now;
  const soon = left < 0.2 * (Date.parse(task.deadline) - due);
  return (
    <span className={soon ? css.soon : css.quiet} title={`The attempt expires at ${dateTime(task.deadline)}`}>
      {left > 0 ? `${inSeconds(left)} ${task.status === 'pending' ? 'to accept it' : 'left'}` : 'over time'}
    </span>
  );
}
