import { useQueryClient } from '@tanstack/react-query';
import { Download, Tag, Trash2, X } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Client, SessionSummary } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { download } from '../../data/download.ts';
import { keys } from '../../data/queries.ts';
import { labelChange } from '../../facets/lifecycle/labels.ts';
import { BulkView } from '../../ui/BulkView.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { TextArea, TextField, words } from '../../ui/Field.tsx';
import { counted } from '../../ui/numbers.ts';
import { useBulk } from '../../ui/useBulk.ts';
import css from './BulkActions.module.css';

const nameOf = ({ name, session_id }: SessionSummary): string => name ?? session_id;

/** What can be done with several sessions at once. */
export function BulkActions({
  of: sessions,
  onClear,
  onDone,
}: {
  of: readonly SessionSummary[];
  onClear: () => void;
  /** Reads the list again. */
  onDone: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const [open, setOpen] = useState<'label' | 'terminate' | 'delete'>();
  const bulk = useBulk(
    useCallback(() => {
      onDone();
      void queries.invalidateQueries({ queryKey: keys.counts });
    }, [onDone, queries]),
  );
  const close = () => setOpen(undefined);
  const active = sessions.filter(({ status }) => status === 'active');
  const run = (
    of: readonly SessionSummary[],
    done: string,
    act: (client: Client, session: SessionSummary) => Promise<unknown>,
  ) => {
    onClear();
    // The dialog closes meanwhile; how far it is stands in the bar.
    void bulk.run(of, { name: nameOf, act: (session) => act(client, session), done, noun: 'session' });
    return Promise.resolve();
  };
  if (sessions.length === 0 && !bulk.running && bulk.failures.length === 0) {
    return null;
  }
  return (
    <section className={css.bar} aria-label="Selected sessions">
      <BulkView bulk={bulk} />
      {sessions.length > 0 && (
        <div className={css.line}>
          <strong role="status">{counted(sessions.length, 'session')} selected</strong>
          <Button icon={<Tag />} disabled={active.length === 0} onClick={() => setOpen('label')}>
            Label…
          </Button>
          <Button
            icon={<Download />}
            onClick={() => void run(sessions, 'exported', (client, { session_id }) => exportOne(client, session_id))}
          >
            Export
          </Button>
          <Button look="danger" disabled={active.length === 0} onClick={() => setOpen('terminate')}>
            Terminate…
          </Button>
          <Button look="danger" icon={<Trash2 />} onClick={() => setOpen('delete')}>
            Delete…
          </Button>
          <IconButton label="Clear the selection" icon={<X />} onClick={onClear} />
        </div>
      )}
      <FormDialog
        open={open === 'label'}
        onClose={close}
        title={`Label ${counted(active.length, 'session')}`}
        description="Adds these labels, or changes their values. Other labels stay. Ended sessions cannot be labelled."
        action="Add labels"
        asCurl={false}
        submit={(form) => {
          const labels = labelChange({}, words(form, 'labels'));
          return run(active, 'labelled', (client, { session_id }) => client.sessions.update(session_id, { labels }));
        }}
      >
        <TextArea
          label="Labels"
          name="labels"
          mono
          required
          rows={4}
          autoFocus
          placeholder="team=payments"
          hint="One per line: name=value."
        />
      </FormDialog>
      <FormDialog
        open={open === 'terminate'}
        danger
        onClose={close}
        title={`Terminate ${counted(active.length, 'active session')}`}
        description="Terminates each session and its children. Open tasks are cancelled. This cannot be undone."
        action="Terminate"
        asCurl={false}
        submit={(form) => {
          const reason = words(form, 'reason');
          return run(active, 'terminated', (client, { session_id }) =>
            client.sessions.terminate(session_id, { reason, details: null }),
          );
        }}
      >
        <TextField label="Reason" name="reason" required autoFocus placeholder="no longer needed" />
      </FormDialog>
      <FormDialog
        open={open === 'delete'}
        danger
        onClose={close}
        title={`Delete ${counted(sessions.length, 'session')}`}
        description="Deletes each session with its journal, its tasks and its messages, for everybody. This cannot be undone."
        action="Delete permanently"
        asCurl={false}
        submit={(form) => {
          if (words(form, 'confirmation') !== String(sessions.length)) {
            throw new Error(`The text is not the number of sessions, ${sessions.length}.`);
          }
          return run(sessions, 'deleted', (client, { session_id }) => client.sessions.delete(session_id));
        }}
      >
        <TextField
          label={`To confirm, type the number of sessions: ${sessions.length}`}
          name="confirmation"
          inputMode="numeric"
          required
          autoFocus
        />
      </FormDialog>
    </section>
  );
}

async function exportOne(client: Client, id: string): Promise<void> {
  download(`${id}.jsonl`, await client.sessions.export(id), 'application/jsonl');
}
