import { useState } from 'react';
import { type NewStep, Problem, type Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { changeOf, isStale, jsonOf } from './changes.ts';
import css from './PlanDialog.module.css';
import { differenceInWords, specOf } from './plan.ts';

export interface PlanDialogProps {
  session: Session;
  open: boolean;
  onClose: () => void;
}

/** Gives a session its plan, or another one. */
export function PlanDialog({ session, open, onClose }: PlanDialogProps) {
  return open ? <OpenPlanDialog session={session} onClose={onClose} /> : null;
}

function OpenPlanDialog({ session, onClose }: Omit<PlanDialogProps, 'open'>) {
  const client = useClient();
  // What the person saw when they began, not what the session is by now.
  const [seen, setSeen] = useState(session);
  const [text, setText] = useState(() => JSON.stringify(beginning(session), null, 2));
  // The session as somebody else left it, when they were first.
  const [theirs, setTheirs] = useState<Session>();
  const fresh = (session.workflow?.steps.length ?? 0) === 0;
  const submit = async () => {
    setTheirs(undefined);
    const steps = jsonOf(text, 'steps');
    if (!Array.isArray(steps)) {
      throw Problem.invalid('/steps', 'a plan is a list of steps: [{ "name": "…", "required_agents": ["…"] }]');
    }
    const about = { what: 'The plan', of: ({ workflow }: Session) => specOf(workflow) };
    try {
      await changeOf(client, seen, about, (expectedRevision) =>
        client.workflow.update(session.session_id, { steps: steps as NewStep[] }, { expectedRevision }),
      );
    } catch (error) {
      if (isStale(error)) {
        // Read, not taken from the page: its own news of the change may still be on the way.
        setTheirs(await client.sessions.get(session.session_id));
      }
      throw error;
    }
    toast(`The plan has ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`);
  };
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title={fresh ? 'Set the plan' : 'Edit the plan'}
      description="Steps that keep their name keep their state. If no step names a dependency, they run in the given order."
      action={fresh ? 'Set the plan' : 'Replace the plan'}
      submit={submit}
    >
      <TextArea
        label="Steps"
        mono
        rows={theirs ? 9 : 18}
        value={text}
        onChange={(event) => setText(event.target.value)}
        hint={
          <>
            Each has a <code>name</code> and may have <code>description</code>, <code>required_agents</code>,{' '}
            <code>optional_agents</code>, <code>dependencies</code>, <code>on_failure</code> (fail, continue or retry),{' '}
            <code>outputs</code> and a <code>task</code> that the plan itself delegates.
          </>
        }
      />
      {theirs && (
        <div className={css.stale}>
          <p>
            Somebody else changed the plan: {differenceInWords(specOf(seen.workflow), specOf(theirs.workflow))}. At
            revision {theirs.revision} it is:
          </p>
          <pre className={css.now}>{JSON.stringify(specOf(theirs.workflow), null, 2)}</pre>
          <div className={css.ways}>
            <Button
              onClick={() => {
                setSeen(theirs);
                setTheirs(undefined);
              }}
            >
              I have seen it; mine shall replace it
            </Button>
            <Button
              look="quiet"
              onClick={() => {
                setSeen(theirs);
                setText(JSON.stringify(specOf(theirs.workflow), null, 2));
                setTheirs(undefined);
              }}
            >
              Start again from it
            </Button>
          </div>
        </div>
      )}
    </FormDialog>
  );
}

/** The plan that is edited: the session's own, or an example with its participants. */
function beginning(session: Session): unknown {
  if ((session.workflow?.steps.length ?? 0) > 0) {
    return specOf(session.workflow);
  }
  const agents = (session.participants ?? []).filter(({ status }) => status !== 'left').map(({ agent_id }) => agent_id);
  return [
    { name: 'design', required_agents: agents.slice(0, 1), task: { task_type: 'design', payload: {} } },
    { name: 'review', required_agents: agents.slice(1, 2), dependencies: ['design'] },
  ];
}
