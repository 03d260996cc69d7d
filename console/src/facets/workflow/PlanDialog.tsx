import { useMemo, useState } from 'react';
import { type NewStep, Problem, type Session, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { Button } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { draftOf, dropDraft, keepDraft } from '../../ui/drafts.ts';
import { TextArea } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { DiffList } from '../context/DiffList.tsx';
import { differences, isObject } from '../context/document.ts';
import { readJson } from '../context/fault.ts';
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
  const name = `plan/${session.session_id}`;
  const [kept] = useState(() => draftOf<Typed>(name));
  // What the person saw when they began, not what the session is by now.
  const [seen, setSeen] = useState<Seen>(kept?.seen ?? session);
  const [text, setText] = useState(() => kept?.text ?? toJson(beginning(session), 2));
  const type = (next: Typed) => {
    const { session_id, revision, workflow } = next.seen;
    setSeen(next.seen);
    setText(next.text);
    keepDraft(name, { text: next.text, seen: { session_id, revision, workflow } });
  };
  // The session as somebody else left it, when they were first.
  const [theirs, setTheirs] = useState<Session>();
  const fresh = (session.workflow?.steps.length ?? 0) === 0;
  const submit = async () => {
    setTheirs(undefined);
    const steps = jsonOf(text, 'steps');
    if (!Array.isArray(steps)) {
      throw Problem.invalid('/steps', 'a plan is a list of steps: [{ "name": "…", "required_agents": ["…"] }]');
    }
    const about = { what: 'The plan', of: ({ workflow }: Pick<Session, 'workflow'>) => specOf(workflow) };
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
    dropDraft(name);
    toast(`The plan has ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`);
  };
  return (
    <FormDialog
      open
      wide
      onClose={onClose}
      title={fresh ? 'Set plan' : 'Edit plan'}
      description="Steps that keep their name keep their state. If no step names a dependency, they run in the given order."
      action={fresh ? 'Set plan' : 'Replace plan'}
      submit={submit}
    >
      {kept && text === kept.text && (
        <div className={css.ways}>
          <p>This is your unsent edit. Closing the dialog keeps it.</p>
          <Button
            look="quiet"
            onClick={() => {
              dropDraft(name);
              onClose();
            }}
          >
            Discard
          </Button>
        </div>
      )}
      <TextArea
        label="Steps"
        pointer="/steps"
        mono
        rows={theirs ? 9 : 14}
        value={text}
        onChange={(event) => type({ text: event.target.value, seen })}
        hint={
          <>
            Each has a <code>name</code> and may have <code>description</code>, <code>required_agents</code>,{' '}
            <code>optional_agents</code>, <code>dependencies</code>, <code>on_failure</code> (fail, continue or retry),{' '}
            <code>outputs</code> and a <code>task</code> that the plan itself delegates.
          </>
        }
      />
      {!fresh && !theirs && <Preview before={seen.workflow} text={text} />}
      {theirs && (
        <div className={css.stale}>
          <p>
            Somebody else changed the plan: {differenceInWords(specOf(seen.workflow), specOf(theirs.workflow))}. At
            revision {theirs.revision} it is:
          </p>
          <pre className={css.now}>{toJson(specOf(theirs.workflow), 2)}</pre>
          <div className={css.ways}>
            <Button
              onClick={() => {
                type({ text, seen: theirs });
                setTheirs(undefined);
              }}
            >
              Replace it with mine
            </Button>
            <Button
              look="quiet"
              onClick={() => {
                type({ text: toJson(specOf(theirs.workflow), 2), seen: theirs });
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

/** What an edit of the plan is based on. */
type Seen = Pick<Session, 'session_id' | 'revision' | 'workflow'>;

/** What was typed and not sent, with the plan that it replaces. */
interface Typed {
  text: string;
  seen: Seen;
}

/** What would change, before it does: by step. */
function Preview({ before, text }: { before: Session['workflow']; text: string }) {
  const changes = useMemo(() => {
    const read = readJson(text);
    const steps = 'value' in read ? read.value : undefined;
    const byName = (all: readonly unknown[]) =>
      Object.fromEntries(all.filter(isObject).map(({ name, ...step }) => [String(name), step]));
    return Array.isArray(steps) ? differences(byName(specOf(before)), byName(steps)) : undefined;
  }, [before, text]);
  if (!changes) {
    return null;
  }
  return (
    <section className={css.preview} aria-label="Preview">
      <h3>Changes</h3>
      <DiffList label="Changes of the plan" changes={changes} />
    </section>
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
