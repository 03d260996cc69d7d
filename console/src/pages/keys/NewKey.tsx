import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { CreatedKey, Role } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Command } from '../../ui/Copy.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import css from './Keys.module.css';

const ROLES: Record<Role, string> = {
  client: 'Client: creates sessions, sees and changes only its own',
  agent: 'Agent: acts as the agents named below',
  admin: 'Administrator: everything',
};

/** Makes a key, and shows its secret this once. */
export function NewKey({ open, keyless, onClose }: { open: boolean; keyless: boolean; onClose: () => void }) {
  const [made, setMade] = useState<CreatedKey>();
  const close = () => {
    setMade(undefined);
    onClose();
  };
  return (
    <Dialog open={open} onClose={close} title={made ? 'The key is created' : 'New key'}>
      {made ? <Secret of={made} onClose={close} /> : <Form keyless={keyless} onMade={setMade} onCancel={close} />}
    </Dialog>
  );
}

function Form({
  keyless,
  onMade,
  onCancel,
}: {
  keyless: boolean;
  onMade: (key: CreatedKey) => void;
  onCancel: () => void;
}) {
  const client = useClient();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>(keyless ? 'admin' : 'client');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    setBusy(true);
    setError(undefined);
    try {
      const agents = text('agents')
        .split(/[,\s]+/)
        .filter(Boolean);
      const made = await client.keys.create({
        name: text('name'),
        role,
        ...(role === 'agent' && { agents }),
        ...(text('expires_in') && { expires_in: text('expires_in') }),
      });
      onMade(made);
      await queries.invalidateQueries({ queryKey: keys.accessKeys });
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return (
    <form className={css.form} onSubmit={(event) => void submit(event)}>
      {keyless && (
        <p className={css.warning}>
          This is the first key: from then on every request needs a key, and so does this console. Make it an
          administrator’s, and keep it.
        </p>
      )}
      <TextField
        label="Name"
        name="name"
        required
        placeholder="backend-team"
        hint="The key’s name, which owns the sessions that it creates."
      />
      <SelectField label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {Object.entries(ROLES).map(([role, words]) => (
          <option key={role} value={role}>
            {words}
          </option>
        ))}
      </SelectField>
      {role === 'agent' && (
        <TextField
          label="Agents"
          name="agents"
          required
          placeholder="opencode://*"
          hint="Ids, or prefixes that end in *, separated by commas."
        />
      )}
      <TextField
        label="Valid for"
        name="expires_in"
        placeholder="without limit"
        hint="A time such as 720h or 90d; empty means without limit."
      />
      {error !== undefined && <ProblemView error={error} />}
      <footer className={css.footer}>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy}>
          Create the key
        </Button>
      </footer>
    </form>
  );
}

function Secret({ of, onClose }: { of: CreatedKey; onClose: () => void }) {
  return (
    <div className={css.form}>
      <p>
        This is the secret of {of.name} ({of.role}). It is sent as <code>Authorization: Bearer …</code>.
      </p>
      <Command>{of.secret}</Command>
      <p className={css.warning}>Copy it now: the server keeps only a hash, and it is never shown again.</p>
      <footer className={css.footer}>
        <Button look="primary" onClick={onClose}>
          I have copied it
        </Button>
      </footer>
    </div>
  );
}
