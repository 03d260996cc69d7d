import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Session, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { retrySession } from '../../data/retry.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { Dialog, FormDialog } from '../../ui/Dialog.tsx';
import { SelectField, TextArea, TextField, words } from '../../ui/Field.tsx';
import { Json } from '../../ui/Json.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { toast } from '../../ui/Toast.tsx';

/** A dialog that does something with a session. */
export type DialogOf = (props: { session: Session; onClose: () => void }) => ReactNode;

const nameOf = (session: Session): string => session.name ?? session.session_id;

export const AdvanceDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  const active = session.workflow?.active_steps ?? [];
  return (
    <FormDialog
      open
      onClose={onClose}
      title="Advance plan"
      description="Completes an active step manually; the steps that wait for it start. The step's open tasks are cancelled."
      action="Complete step"
      submit={async (form) => {
        const step = words(form, 'step');
        await client.workflow.advance(session.session_id, { step });
        toast(`Step ${step} completed`);
      }}
    >
      <SelectField label="Step" name="step" required>
        {active.map((step) => (
          <option key={step}>{step}</option>
        ))}
      </SelectField>
    </FormDialog>
  );
};

export const CompleteDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  return (
    <FormDialog
      open
      draft={`complete/${session.session_id}`}
      onClose={onClose}
      title={`Complete ${nameOf(session)}`}
      description={`Marks the session as completed. It then accepts no more changes${
        session.open_tasks > 0 ? `, and its ${session.open_tasks} open tasks are cancelled` : ''
      }.`}
      action="Complete"
      submit={async (form) => {
        const artifacts = words(form, 'artifacts')
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean);
        await client.sessions.complete(session.session_id, { summary: words(form, 'summary') || null, artifacts });
        toast('Session completed');
      }}
    >
      <TextArea label="Summary" name="summary" hint="What was accomplished." autoFocus />
      <TextArea
        label="Artifacts"
        name="artifacts"
        rows={3}
        mono
        placeholder="s3://artifacts/build.zip"
        hint="One URL per line."
      />
    </FormDialog>
  );
};

export const TerminateDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  return (
    <FormDialog
      open
      draft={`terminate/${session.session_id}`}
      danger
      onClose={onClose}
      title={`Terminate ${nameOf(session)}`}
      description="Terminates the session and its children. Open tasks are cancelled. This cannot be undone; a fork can continue from any revision."
      action="Terminate"
      submit={async (form) => {
        await client.sessions.terminate(session.session_id, {
          reason: words(form, 'reason'),
          details: words(form, 'details') || null,
        });
        toast('Session terminated');
      }}
    >
      <TextField label="Reason" name="reason" required autoFocus placeholder="no longer needed" />
      <TextArea label="Details" name="details" rows={3} />
    </FormDialog>
  );
};

export const ForkDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  const navigate = useNavigate();
  return (
    <FormDialog
      open
      draft={`fork/${session.session_id}`}
      onClose={onClose}
      title={`Fork ${nameOf(session)}`}
      description="Creates a copy at any revision. The copy is active, and its open tasks are delegated again."
      action="Fork"
      submit={async (form) => {
        const fork = await client.sessions.fork(session.session_id, {
          at_revision: Number(words(form, 'at_revision')),
          session_id: words(form, 'session_id') || null,
        });
        toast(`Session forked as ${fork.session_id}`);
        await navigate({ to: '/sessions/$sessionId', params: { sessionId: fork.session_id } });
      }}
    >
      <TextField
        label="At revision"
        name="at_revision"
        type="number"
        required
        min={1}
        max={session.revision}
        defaultValue={session.revision}
        hint={`The last event to copy; it is at ${grouped(session.revision)} now.`}
      />
      <TextField
        label="Id of the fork"
        name="session_id"
        pattern="[A-Za-z0-9_.\-]{1,128}"
        hint="Leave empty to generate one."
      />
    </FormDialog>
  );
};

export const RenameDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  return (
    <FormDialog
      open
      draft={`rename/${session.session_id}`}
      onClose={onClose}
      title="Rename session"
      description="The ID does not change."
      action="Rename"
      submit={async (form) => {
        await client.sessions.update(session.session_id, { name: words(form, 'name') });
        toast('Session renamed');
      }}
    >
      <TextField label="Name" name="name" required autoFocus defaultValue={session.name ?? ''} maxLength={200} />
    </FormDialog>
  );
};

export const RetryDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  return (
    <ConfirmDialog
      onClose={onClose}
      title={`Retry ${nameOf(session)}`}
      description="The session becomes active again. Its failed steps start again, and their failed tasks are delegated again."
      action="Retry"
      act={async () => {
        await retrySession(client, session.session_id);
        return 'Failed work retried';
      }}
    />
  );
};

export const DeleteDialog: DialogOf = ({ session, onClose }) => {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const id = session.session_id;
  return (
    <FormDialog
      open
      danger
      onClose={onClose}
      title={`Delete ${nameOf(session)}`}
      description="Deletes the session with its journal, its tasks and its messages, for everybody. This cannot be undone; you can import an earlier export."
      action="Delete permanently"
      submit={async (form) => {
        if (words(form, 'confirmation') !== id) {
          throw new Error(`The text is not the session's id, ${id}.`);
        }
        await client.sessions.delete(id);
        toast(`Session ${id} deleted`);
        await navigate({ to: '/sessions' });
        queries.removeQueries({ queryKey: keys.session(id) });
      }}
    >
      <TextField label={`To confirm, type ${id}`} name="confirmation" required autoFocus />
    </FormDialog>
  );
};

export const RawDialog: DialogOf = ({ session, onClose }) => (
  <Dialog
    open
    wide
    onClose={onClose}
    title="The session as JSON"
    description={<code>GET /sessions/{session.session_id}</code>}
  >
    <div>
      <CopyButton label="Copy the session as JSON" text={toJson(session, 2)} />
    </div>
    <Json value={session} />
  </Dialog>
);

/** An export that failed: a menu has no place to say so. */
export function ExportFailed({ error, onClose }: { error: unknown; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="The journal could not be exported">
      <ProblemView error={error} />
    </Dialog>
  );
}
