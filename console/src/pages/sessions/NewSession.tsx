import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { CreateSession } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Chips } from '../../ui/Chips.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import field from '../../ui/Field.module.css';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { type Draft, type DraftParticipant, type DraftStep, parseRequest, requestOf } from './draft.ts';
import css from './NewSession.module.css';

const AGENTS = 'known-agents';
const EMPTY: Draft = { name: '', orchestrator: '', labels: '', participants: [], steps: [] };

let counter = 0;
const participant = (): DraftParticipant => ({ key: ++counter, agent: '', role: '' });
const step = (): DraftStep => ({ key: ++counter, name: '', agents: '', dependencies: '' });

/** Begins a session: by its fields, or by the whole request as JSON. */
export function NewSession({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(EMPTY);
  const [json, setJson] = useState<string>();
  const submit = async () => {
    const request: CreateSession = json === undefined ? requestOf(draft) : parseRequest(json);
    const { session_id } = await client.sessions.create(request);
    setDraft(EMPTY);
    setJson(undefined);
    await navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } });
  };
  return (
    <FormDialog open={open} onClose={onClose} title="New session" action="Create the session" wide submit={submit}>
      <Chips
        label="Input as"
        value={json === undefined ? undefined : 'json'}
        options={[
          { value: undefined, title: 'Fields' },
          { value: 'json', title: 'JSON' },
        ]}
        onChange={(mode) => setJson(mode && JSON.stringify(requestOf(draft), null, 2))}
      />
      {json === undefined ? (
        <Fields draft={draft} onChange={(change) => setDraft({ ...draft, ...change })} />
      ) : (
        <TextArea
          label="Body of POST /sessions"
          hint={
            <>
              Everything that <a href="/docs#create_session">the request</a> takes. Going back to the fields drops what
              was changed here.
            </>
          }
          mono
          rows={16}
          value={json}
          onChange={(event) => setJson(event.target.value)}
        />
      )}
    </FormDialog>
  );
}

function Fields({ draft, onChange }: { draft: Draft; onChange: (change: Partial<Draft>) => void }) {
  const client = useClient();
  const { data } = useQuery({
    queryKey: [...keys.agents, 'known'],
    queryFn: ({ signal }) => client.agents.list({ limit: 200 }, { signal }),
  });
  return (
    <>
      <div className={css.pair}>
        <TextField
          label="Name"
          value={draft.name}
          onChange={(event) => onChange({ name: event.target.value })}
          placeholder="Release 2.4"
        />
        <TextField
          label="Labels"
          value={draft.labels}
          onChange={(event) => onChange({ labels: event.target.value })}
          placeholder="team=search, env=prod"
        />
      </div>
      <TextField
        label="Orchestrator"
        hint="The agent that leads the work; it becomes a participant."
        list={AGENTS}
        value={draft.orchestrator}
        onChange={(event) => onChange({ orchestrator: event.target.value })}
        placeholder="claude-code://orchestrator"
      />
      <Rows
        title="Participants"
        action="Add a participant"
        columns={['Agent', 'Role']}
        rows={draft.participants}
        add={participant}
        onChange={(participants) => onChange({ participants })}
      >
        {(row, change) => (
          <>
            <Cell label="Agent" list={AGENTS} value={row.agent} onChange={(agent) => change({ agent })} />
            <Cell label="Role" placeholder="participant" value={row.role} onChange={(role) => change({ role })} />
          </>
        )}
      </Rows>
      <Rows
        title="Plan"
        action="Add a step"
        columns={['Step', 'Required agents', 'Depends on']}
        rows={draft.steps}
        add={step}
        onChange={(steps) => onChange({ steps })}
        hint="Separate agents and steps by commas. If no step depends on others, they run in this order; a step without agents is completed manually."
      >
        {(row, change) => (
          <>
            <Cell label="Step" value={row.name} onChange={(name) => change({ name })} />
            <Cell label="Required agents" list={AGENTS} value={row.agents} onChange={(agents) => change({ agents })} />
            <Cell label="Depends on" value={row.dependencies} onChange={(dependencies) => change({ dependencies })} />
          </>
        )}
      </Rows>
      <datalist id={AGENTS}>
        {data?.agents.map(({ agent_id }) => (
          <option key={agent_id} value={agent_id} />
        ))}
      </datalist>
    </>
  );
}

/** Lines of fields, to add and to remove. */
function Rows<Row extends { key: number }>({
  title,
  action,
  columns,
  rows,
  add,
  onChange,
  hint,
  children,
}: {
  title: string;
  action: string;
  columns: readonly string[];
  rows: readonly Row[];
  add: () => Row;
  onChange: (rows: Row[]) => void;
  hint?: string;
  children: (row: Row, change: (change: Partial<Row>) => void) => ReactNode;
}) {
  return (
    <fieldset className={css.rows}>
      <legend>{title}</legend>
      {rows.length > 0 && (
        <div className={css.columns} aria-hidden="true">
          {columns.map((column) => (
            <span key={column}>{column}</span>
          ))}
        </div>
      )}
      {rows.map((row) => (
        <div key={row.key} className={css.row}>
          {children(row, (change) => onChange(rows.map((other) => (other === row ? { ...row, ...change } : other))))}
          <IconButton
            label="Remove this line"
            icon={<X />}
            onClick={() => onChange(rows.filter((other) => other !== row))}
          />
        </div>
      ))}
      {hint && rows.length > 0 && <p className={field.hint}>{hint}</p>}
      <Button look="quiet" icon={<Plus />} onClick={() => onChange([...rows, add()])}>
        {action}
      </Button>
    </fieldset>
  );
}

function Cell({
  label,
  onChange,
  ...rest
}: {
  label: string;
  value: string;
  list?: string;
  placeholder?: string;
  onChange: (value: string) => void;
}) {
  return (
    <input
      aria-label={label}
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={field.input}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
