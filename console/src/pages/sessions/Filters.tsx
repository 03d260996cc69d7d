import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Counts, Kind, Status } from 'sessiond';
import type { SessionsSearch } from '../../app/search.ts';
import { useClient } from '../../data/connection.ts';
import { countsQuery, whoamiQuery } from '../../data/queries.ts';
import { type Chip, Chips } from '../../ui/Chips.tsx';
import field from '../../ui/Field.module.css';
import { Select } from '../../ui/Field.tsx';
import css from './Filters.module.css';
import { Views } from './Views.tsx';

const STATUSES: readonly Status[] = ['active', 'completed', 'failed', 'terminated', 'expired'];
const KINDS: readonly Kind[] = ['workflow', 'assistant', 'training', 'federated', 'execution'];
/** An active session with an open question: what the list calls its status. */
const WAITING = 'waiting';
/** A text is sought for when nothing was typed for so long, in milliseconds. */
const PAUSE = 250;

/** Which sessions the list shows; all of it stands in the address. */
export function Filters({
  search,
  searchRef,
}: {
  search: SessionsSearch;
  searchRef: RefObject<HTMLInputElement | null>;
}) {
  const client = useClient();
  const navigate = useNavigate({ from: '/sessions' });
  // Who is no administrator is told no numbers; the choices stay.
  const admin = useQuery(whoamiQuery(client)).data?.role === 'admin';
  const { data: counts } = useQuery({ ...countsQuery(client), enabled: admin });
  const change = (change: Partial<Record<keyof SessionsSearch, string | true | undefined>>) =>
    void navigate({ search: (now) => ({ ...now, ...change }) as SessionsSearch, replace: true });
  return (
    <search className={css.filters}>
      <div className={css.line}>
        <div className={css.search}>
          <Search size={15} aria-hidden="true" />
          <Text
            label="Search sessions"
            placeholder="Search name, id, client, orchestrator"
            value={search.q}
            onChange={(q) => change({ q })}
            inputRef={searchRef}
          />
          <kbd>/</kbd>
        </div>
        <div className={css.owner}>
          <Text label="Owner" placeholder="Owner" value={search.owner} onChange={(owner) => change({ owner })} />
        </div>
        <div className={css.owner}>
          <Text
            label="Label, as key or key=value"
            placeholder="Label key=value"
            value={search.label}
            onChange={(label) => change({ label })}
          />
        </div>
        <Select
          label="Order"
          value={search.sort ?? 'created'}
          onChange={(event) => change({ sort: event.target.value === 'created' ? undefined : event.target.value })}
        >
          <option value="created">Newest first</option>
          <option value="updated">Last changed first</option>
          <option value="name">By name</option>
        </Select>
        <Views search={search} />
      </div>
      <div className={css.chips}>
        <Chips
          label="Status"
          value={search.waiting ? WAITING : search.status}
          options={statusChips(counts, search)}
          onChange={(status) =>
            change(status === WAITING ? { status: undefined, waiting: true } : { status, waiting: undefined })
          }
        />
        <span className={css.rule} aria-hidden="true" />
        <Chips
          label="Kind"
          value={search.kind}
          options={kindChips(counts, search)}
          onChange={(kind) => change({ kind })}
        />
      </div>
    </search>
  );
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Whether a text, an owner or a label is sought: the server counts all sessions, not those that are found. */
const isNarrow = ({ q, owner, label }: SessionsSearch): boolean => Boolean(q || owner || label);

/** The numbers of each status, of the kind that is chosen. Those that wait are active, and not counted by themselves. */
function statusChips(counts: Counts | undefined, search: SessionsSearch): Chip<Status | typeof WAITING>[] {
  const { kind, status } = search;
  const of = (status?: Status) => (isNarrow(search) ? undefined : counts && count(counts, kind, status));
  return [
    { value: undefined, title: 'Any status', count: of() },
    ...STATUSES.flatMap((value): Chip<Status | typeof WAITING>[] => {
      const chip = { value, title: capital(value), count: of(value) };
      const shown = chip.count !== 0 || value === status ? [chip] : [];
      return value === 'active' ? [...shown, { value: WAITING, title: 'Waiting' }] : shown;
    }),
  ];
}

/** The numbers of each kind, of the status that is chosen. */
function kindChips(counts: Counts | undefined, search: SessionsSearch): Chip<Kind>[] {
  const { kind, status } = search;
  const of = (kind: Kind) => (isNarrow(search) ? undefined : counts && count(counts, kind, status));
  return [
    { value: undefined, title: 'Any kind' },
    ...KINDS.map((value) => ({ value, title: capital(value), count: of(value) })).filter(
      (chip) => chip.count !== 0 || chip.value === kind,
    ),
  ];
}

function count(counts: Counts, kind: Kind | undefined, status: Status | undefined): number {
  return Object.entries(counts.sessions)
    .filter(([of]) => kind === undefined || of === kind)
    .flatMap(([, statuses]) => Object.entries(statuses))
    .filter(([of]) => status === undefined || of === status)
    .reduce((sum, [, count]) => sum + count, 0);
}

/** A text that counts once its writer pauses. */
function Text({
  label,
  placeholder,
  value,
  onChange,
  inputRef,
}: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  inputRef?: RefObject<HTMLInputElement | null>;
}) {
  const [typed, setTyped] = useState(value ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value ?? ''), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      ref={inputRef}
      type="search"
      className={field.input}
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => {
        const text = event.target.value;
        setTyped(text);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(text.trim() || undefined), PAUSE);
      }}
    />
  );
}
