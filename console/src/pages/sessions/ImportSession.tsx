import { useNavigate } from '@tanstack/react-router';
import { Problem } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextField, words } from '../../ui/Field.tsx';

/** Makes a session of a journal that was exported. */
export function ImportSession({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useClient();
  const navigate = useNavigate();
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title="Import a session"
      description="A journal in JSON Lines, from a session’s Export or GET /sessions/{id}/export."
      action="Import"
      asCurl={false}
      submit={async (form) => {
        const file = form.get('journal');
        if (!(file instanceof File) || file.size === 0) {
          throw new Problem({ code: 'invalid_input', status: 422, detail: 'Choose a file that is not empty.' });
        }
        const id = words(form, 'session_id');
        const { session_id } = await client.sessions.import(await file.text(), id ? { session_id: id } : {});
        await navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } });
      }}
    >
      <TextField label="Journal" name="journal" type="file" accept=".jsonl,.ndjson,application/jsonl" required />
      <TextField
        label="Session id"
        name="session_id"
        placeholder="the journal’s own"
        hint="Choose another if the exported session still exists here."
      />
    </FormDialog>
  );
}
