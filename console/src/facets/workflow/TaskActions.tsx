import { Ban, Check, CirclePlay, CircleX } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Task } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { jsonOrText } from './changes.ts';
import css from './TaskActions.module.css';

type Way = 'accept' | 'complete' | 'fail' | 'cancel';

interface Action {
  title: string;
  description: string;
  action: string;
  done: string;
  danger?: boolean;
  fields: ReactNode;
  act: (form: FormData) => Promise<Task>;
}

/** What a person can do with an open task: take it back, or do it in the place of its agent. */
export function TaskActions({ task }: { task: Task }) {
  const client = useClient();
  const [way, setWay] = useState<Way>();
  // A report names the attempt that the person saw: when the task has moved on, it is refused.
  const report = { attempt: task.attempt, agent_id: task.assignee };
  const text = (form: FormData, name: string) => String(form.get(name) ?? '');
  const actions: Record<Way, Action> = {
    accept: {
      title: `Accept ${task.task_type}`,
      description: `Accepts the task on behalf of ${task.assignee}.`,
      action: 'Accept',
      done: `${task.task_type} accepted`,
      fields: null,
      act: () => client.tasks.accept(task.task_id, report),
    },
    complete: {
      title: `Complete ${task.task_type}`,
      description: `Reports the result on behalf of ${task.assignee}; the plan continues.`,
      action: 'Complete',
      done: `${task.task_type} completed`,
      fields: <TextArea label="Result" name="result" mono rows={8} hint="JSON or plain text." />,
      act: (form) => client.tasks.complete(task.task_id, { ...report, result: jsonOrText(text(form, 'result')) }),
    },
    fail: {
      title: `Fail attempt ${task.attempt} of ${task.task_type}`,
      description: `Reports a failure on behalf of ${task.assignee}; the task's policy decides what follows.`,
      action: 'Fail attempt',
      done: `Attempt ${task.attempt} of ${task.task_type} failed`,
      danger: true,
      fields: <TextArea label="Error" name="error" mono required rows={4} hint="JSON or plain text." />,
      act: (form) => client.tasks.fail(task.task_id, { ...report, error: jsonOrText(text(form, 'error')) }),
    },
    cancel: {
      title: `Cancel ${task.task_type}`,
      description: 'The agent is notified. Its step waits for another task or for manual completion.',
      action: 'Cancel task',
      done: `${task.task_type} cancelled`,
      danger: true,
      fields: <TextField label="Reason" name="reason" maxLength={256} />,
      act: (form) => client.tasks.cancel(task.task_id, { reason: text(form, 'reason').trim() || null }),
    },
  };
  const chosen = way && actions[way];
  return (
    <div className={css.actions}>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons in a row are no fieldset. */}
      <div className={css.group} role="group" aria-label={`On behalf of ${task.assignee}`}>
        <span className={css.label}>On the agent’s behalf</span>
        {task.status === 'pending' && (
          <Button icon={<CirclePlay />} onClick={() => setWay('accept')}>
            Accept
          </Button>
        )}
        <Button icon={<Check />} onClick={() => setWay('complete')}>
          Complete
        </Button>
        <Button icon={<CircleX />} onClick={() => setWay('fail')}>
          Fail
        </Button>
      </div>
      <Button look="danger" icon={<Ban />} onClick={() => setWay('cancel')}>
        Cancel task
      </Button>
      {chosen && (
        <FormDialog
          open
          draft={`${way}/${task.task_id}`}
          onClose={() => setWay(undefined)}
          title={chosen.title}
          description={chosen.description}
          action={chosen.action}
          danger={chosen.danger ?? false}
          submit={async (form) => {
            await chosen.act(form);
            toast(chosen.done);
          }}
        >
          {chosen.fields}
        </FormDialog>
      )}
    </div>
  );
}
