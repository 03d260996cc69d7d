import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { type CreateSession, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Chips } from '../../ui/Chips.tsx';
import { FormDialog } from '../../ui/Dialog.tsx';
import { draftOf, dropDraft, keepDraft } from '../../ui/drafts.ts';
import field from '../../ui/Field.module.css';
import { Cell, TextArea, TextField } from '../../ui/Field.tsx';
import { type Draft, type DraftParticipant, type DraftStep, parseRequest, requestOf } from './draft.ts';
import css from './NewSession.module.css';

const AGENTS = 'known-agents';
const EMPTY: Draft = { name: '', orchestrator: '', labels: '', participants: [], steps: [] };

/** The name of what is typed here, which is kept until it is sent. */
const DRAFT = 'new-session';

/** The fields, or the whole request as JSON. */
interface Typed {
  draft: Draft;
  json?: string;
}

/** Tells lines apart; those of an earlier page must not have the same. */
let counter = Date.now();
const participant = (): DraftParticipant => ({ key: ++counter, agent: '', role: '' });
const step = (): DraftStep => ({ key: ++counter, name: '', agents: '', dependencies: '' });

/** Creates a session: by its fields, or by the whole request as JSON. */
export function NewSession({ open, onClose }: { open: boolean; onClose: () => void }) {
  const client = useClient();
  const navigate = useNavigate();
  const [{ draft, json }, setTyped] = useState<Typed>(() => draftOf<Typed>(DRAFT) ?? { draft: EMPTY });
  const type = (typed: Typed) => {
    setTyped(typed);
    keepDraft(DRAFT, typed);
  };
  const submit = async () => {
    const request: CreateSession = json === undefined ? requestOf(draft) : parseRequest(json);
    const { session_id } = await client.sessions.create(request);
    setTyped({ draft: EMPTY });
    dropDraft(DRAFT);
    await navigate({ to: '/sessions/$sessionId', params: { sessionId: session_id } });
  };
  return (
    <FormDialog open={open} onClose={onClose} title="New session" action="Create session" wide submit={submit}>
      <Chips
        label="Input as"
        value={json === undefined ? undefined : 'json'}
        options={[
          { value: undefined, title: 'Fields' },
          { value: 'json', title: 'JSON' },
        ]}
        onChange={(mode) => type(mode ? { draft, json: toJson(requestOf(draft), 2) } : { draft })}
      />
      {json === undefined ? (
        <Fields draft={draft} onChange={(change) => type({ draft: { ...draft, ...change } })} />
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
          onChange={(event) => type({ draft, json: event.target.value })}
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
          pointer="/name"
          value={draft.name}
          onChange={(event) => onChange({ name: event.target.value })}
          placeholder="Release 2.4"
        />
        <TextField
          label="Labels"
          pointer="/labels"
          value={draft.labels}
          onChange={(event) => onChange({ labels: event.target.value })}
          placeholder="team=search, env=prod"
        />
      </div>
      <TextField
        label="Orchestrator"
        hint="The agent that leads the work; it becomes a participant."
        list={AGENTS}
        pointer="/orchestrator"
        value={draft.orchestrator}
        onChange={(event) => onChange({ orchestrator: event.target.value })}
        placeholder="claude-code://orchestrator"
      />
      <Rows
        title="Participants"
        action="Add participant"
        columns={['Agent', 'Role']}
        rows={draft.participants}
        add={participant}
        onChange={(participants) => onChange({ participants })}
      >
        {(row, change) => {
          const at = `/participants/${placeOf(row, draft.participants, ({ agent }) => agent)}`;
          return (
            <>
              <Cell
                label="Agent"
                list={AGENTS}
                pointer={`${at}/agent_id`}
                value={row.agent}
                onChange={({ target }) => change({ agent: target.value })}
              />
              <Cell
                label="Role"
                placeholder="participant"
                pointer={`${at}/role`}
                value={row.role}
                onChange={({ target }) => change({ role: target.value })}
              />
            </>
          );
        }}
      </Rows>
      <Rows
        title="Plan"
        action="Add step"
        columns={['Step', 'Required agents', 'Depends on']}
        rows={draft.steps}
        add={step}
        onChange={(steps) => onChange({ steps })}
        hint="Separate agents and steps by commas. If no step depends on others, they run in this order; a step without agents is completed manually."
      >
        {(row, change) => {
          const at = `/workflow/${placeOf(row, draft.steps, ({ name }) => name)}`;
          return (
            <>
              <Cell
                label="Step"
                pointer={`${at}/name`}
                value={row.name}
                onChange={({ target }) => change({ name: target.value })}
              />
              <Cell
                label="Required agents"
                list={AGENTS}
                pointer={`${at}/required_agents`}
                value={row.agents}
                onChange={({ target }) => change({ agents: target.value })}
              />
              <Cell
                label="Depends on"
                pointer={`${at}/dependencies`}
                value={row.dependencies}
                onChange={({ target }) => change({ dependencies: target.value })}
              />
            </>
          );
        }}
      </Rows>
      <datalist id={AGENTS}>
        {data?.agents.map(({ agent_id }) => (
          <option key={agent_id} value={agent_id} />
        ))}
      </datalist>
    </>
  );
}

/** Where a line is in the request, in which lines that were left empty are not. */
const placeOf = <Row,>(row: Row, rows: readonly Row[], text: (row: Row) => string): number =>
  rows.filter((other) => other === row || text(other).trim() !== '').indexOf(row);

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
