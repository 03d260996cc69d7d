import { useState } from 'react';
import { type DelegateTask, Problem, type Session, type Step, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { jsonOf } from './changes.ts';
import css from './DelegateDialog.module.css';

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;

export interface DelegateDialogProps {
  session: Session;
  /** The step that the task is for; when absent, one can be chosen. */
  step?: Step;
  open: boolean;
  onClose: () => void;
}

/** Asks a participant for work. */
export function DelegateDialog({ session, step, open, onClose }: DelegateDialogProps) {
  const client = useClient();
  const agents = (session.participants ?? []).filter(({ status }) => status !== 'left').map(({ agent_id }) => agent_id);
  const first = [...(step?.required_agents ?? []), ...(step?.optional_agents ?? [])].find((agent) =>
    agents.includes(agent),
  );
  const [agent, setAgent] = useState(first ?? agents[0] ?? '');
  const submit = async (form: FormData) => {
    const task = await client.tasks.delegate(session.session_id, requestOf(form));
    toast(`${task.task_type} delegated to ${task.delegatee}`);
  };
  return (
    <FormDialog
      open={open}
      wide
      draft={`delegate/${session.session_id}/${step?.name ?? ''}`}
      onClose={onClose}
      title={step ? `Delegate task in ${step.name}` : 'Delegate task'}
      description="The request goes to the agent's inbox. The agent completes the task with a result, or fails the attempt with an error."
      action="Delegate"
      submit={submit}
    >
      {agents.length === 0 && (
        <p role="alert">This session has no participants. Add one first; only participants can receive tasks.</p>
      )}
      <div className={css.pair}>
        <SelectField
          label="Agent"
          name="delegatee"
          required
          value={agent}
          onChange={(event) => setAgent(event.target.value)}
        >
          {agents.map((id) => (
            <option key={id}>{id}</option>
          ))}
        </SelectField>
        <TextField
          label="Task type"
          name="task_type"
          required
          defaultValue={step?.task?.task_type}
          placeholder="implementation"
        />
      </div>
      <TextArea
        label="Payload"
        name="payload"
        mono
        rows={6}
        defaultValue={step?.task?.payload == null ? '{}' : toJson(step.task.payload, 2)}
        hint="JSON: the input of the work."
      />
      <div className={css.three}>
        <SelectField label="Step" name="step" defaultValue={step?.name ?? ''}>
          <option value="">Automatic</option>
          {session.workflow?.active_steps.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
        <SelectField label="Priority" name="priority" defaultValue="medium">
          {PRIORITIES.map((priority) => (
            <option key={priority}>{priority}</option>
          ))}
        </SelectField>
        <TextField
          label="Timeout per attempt"
          name="timeout"
          placeholder="300s"
          pattern="[0-9]+(ms|s|m|h)"
          title="A number and a unit: 500ms, 90s, 5m, 2h"
        />
      </div>
      <fieldset className={css.group}>
        <legend>Retries</legend>
        <div className={css.four}>
          <TextField label="Maximum" name="max_retries" type="number" min={0} max={20} defaultValue={0} />
          <SelectField label="Backoff" name="backoff" defaultValue="exponential">
            <option>exponential</option>
            <option>linear</option>
          </SelectField>
          <TextField label="First delay" name="base" placeholder="1s" pattern="[0-9]+(ms|s|m|h)" title="1s, 500ms" />
          <TextField label="Longest delay" name="cap" placeholder="1m" pattern="[0-9]+(ms|s|m|h)" title="1m, 30s" />
        </div>
      </fieldset>
      {agents.length > 1 && (
        <fieldset className={css.group}>
          <legend>Fallback agents</legend>
          <div className={css.checks}>
            {agents
              .filter((id) => id !== agent)
              .map((id) => (
                <label key={id}>
                  <input type="checkbox" name="fallback_agents" value={id} /> {id}
                </label>
              ))}
          </div>
        </fieldset>
      )}
    </FormDialog>
  );
}

/** What the form says; what is empty stays away, so that the server's own value holds. */
function requestOf(form: FormData): DelegateTask {
  const text = (name: string): string | undefined => String(form.get(name) ?? '').trim() || undefined;
  const delegatee = text('delegatee');
  if (!delegatee) {
    throw Problem.invalid('/delegatee', 'select an agent that takes part in the session');
  }
  const [payload, step, timeout, base, cap] = [
    jsonOf(text('payload') ?? '', 'payload'),
    text('step'),
    text('timeout'),
    text('base'),
    text('cap'),
  ];
  const retries = Number(text('max_retries') ?? 0);
  const fallbacks = form.getAll('fallback_agents').map(String);
  return {
    task_type: text('task_type') ?? '',
    delegatee,
    priority: (text('priority') ?? 'medium') as NonNullable<DelegateTask['priority']>,
    ...(payload === undefined ? {} : { payload }),
    ...(step ? { step } : {}),
    ...(timeout ? { timeout } : {}),
    ...(retries > 0
      ? {
          retry_policy: {
            max_retries: retries,
            backoff: text('backoff') as 'linear' | 'exponential',
            ...(base ? { base } : {}),
            ...(cap ? { cap } : {}),
          },
        }
      : {}),
    ...(fallbacks.length > 0 ? { fallback_agents: fallbacks } : {}),
  };
}
