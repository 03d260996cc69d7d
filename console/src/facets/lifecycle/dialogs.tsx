import type { Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextArea, TextField, words } from '../../ui/Field.tsx';
import { toast } from '../../ui/Toast.tsx';
import { dateTime } from '../../ui/time.ts';
import { labelChange, labelLines } from './labels.ts';

interface DialogProps {
  session: Session;
  onClose: () => void;
}

/** Sets and removes labels. */
export function LabelsDialog({ session, onClose }: DialogProps) {
  const client = useClient();
  return (
    <FormDialog
      open
      draft={`labels/${session.session_id}`}
      onClose={onClose}
      title="Labels"
      description="Labels help to find a session in the list."
      action="Save"
      submit={async (form) => {
        const labels = labelChange(session.labels, words(form, 'labels'));
        await client.sessions.update(session.session_id, { labels });
        toast('Labels updated');
      }}
    >
      <TextArea
        label="Labels"
        name="labels"
        mono
        rows={6}
        autoFocus
        defaultValue={labelLines(session.labels)}
        placeholder="team=payments"
        hint="One per line: name=value. Labels that you delete here are removed."
      />
    </FormDialog>
  );
}

/** Says how long the session has from now on. */
export function ExpiryDialog({ session, onClose }: DialogProps) {
  const client = useClient();
  return (
    <FormDialog
      open
      draft={`expiry/${session.session_id}`}
      onClose={onClose}
      title="Expiry"
      description={
        session.expires_at
          ? `It currently expires at ${dateTime(session.expires_at)}.`
          : 'It currently does not expire.'
      }
      action="Set"
      submit={async (form) => {
        await client.sessions.update(session.session_id, { expires_in: words(form, 'expires_in') });
        toast('Expiry updated');
      }}
    >
      <TextField
        label="Remaining time, from now"
        name="expires_in"
        required
        autoFocus
        placeholder="24h"
        pattern="[0-9]+(ms|s|m|h)"
        title="A number and a unit: 90s, 5m, 24h"
        hint="A number and a unit: 90s, 5m, 24h."
      />
    </FormDialog>
  );
}
