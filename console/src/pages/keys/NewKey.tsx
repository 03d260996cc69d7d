import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CreatedKey, Role } from 'sessiond';
import { useConnection } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { Command } from '../../ui/Copy.tsx';
import { Dialog, DialogForm } from '../../ui/Dialog.tsx';
import { SelectField, TextField, words } from '../../ui/Field.tsx';
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
    <Dialog open={open} onClose={close} firm={made !== undefined} title={made ? 'Key created' : 'New key'}>
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
  const { client, adopt } = useConnection();
  const queries = useQueryClient();
  const [role, setRole] = useState<Role>(keyless ? 'admin' : 'client');
  const submit = async (form: FormData) => {
    const agents = words(form, 'agents')
      .split(/[,\s]+/)
      .filter(Boolean);
    const expires = words(form, 'expires_in');
    const made = await client.keys.create({
      name: words(form, 'name'),
      role,
      ...(role === 'agent' && { agents }),
      ...(expires && { expires_in: expires }),
    });
    onMade(made);
    if (keyless) {
      // From now on the server rejects requests without a key, and this is the only one.
      adopt(made.secret, false);
    } else {
      void queries.invalidateQueries({ queryKey: keys.accessKeys });
    }
  };
  return (
    <DialogForm action="Create key" submit={submit} onClose={onCancel} onDone={() => undefined} draft="new-key">
      {keyless && (
        <p className={css.warning}>
          This is the first key. From then on, every request needs a key; this console uses the new key in this tab.
          Keep its secret: without it nobody can open the console.
          {role !== 'admin' && ' With this role it cannot create other keys: choose Administrator.'}
        </p>
      )}
      <TextField
        label="Name"
        name="name"
        required
        placeholder="backend-team"
        hint="The key’s name, which owns the sessions that it creates."
      />
      <SelectField label="Role" name="role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        {Object.entries(ROLES).map(([role, title]) => (
          <option key={role} value={role}>
            {title}
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
        placeholder="720h"
        hint="For example 720h or 90d. Leave empty for a key that never expires."
      />
    </DialogForm>
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
