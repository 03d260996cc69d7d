import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search, SlidersHorizontal } from 'lucide-react';
import { type RefObject, useEffect, useId, useRef, useState } from 'react';
import type { Counts, Kind, Status } from 'sessiond';
import type { SessionsSearch } from '../../app/search.ts';
import { useClient } from '../../data/connection.ts';
import { countsQuery, whoamiQuery } from '../../data/queries.ts';
import { Button } from '../../ui/Button.tsx';
import { type Chip, Chips } from '../../ui/Chips.tsx';
import field from '../../ui/Field.module.css';
import { Select } from '../../ui/Field.tsx';
import css from './Filters.module.css';
import { TimeFilter } from './TimeFilter.tsx';
import { Views } from './Views.tsx';

const STATUSES: readonly Status[] = ['active', 'completed', 'failed', 'terminated', 'expired'];
const KINDS: readonly Kind[] = ['workflow', 'assistant', 'training', 'federated', 'execution'];
/** An active session with an open question: what the list calls its status. */
const WAITING = 'waiting';
/** The orders of the list. */
const ORDERS = [
  { title: 'Newest first', sort: 'created', reverse: undefined },
  { title: 'Oldest first', sort: 'created', reverse: true },
  { title: 'Last changed first', sort: 'updated', reverse: undefined },
  { title: 'Last changed last', sort: 'updated', reverse: true },
  { title: 'By name', sort: 'name', reverse: undefined },
  { title: 'By name, Z first', sort: 'name', reverse: true },
] as const;
/** What stands behind the button of a narrow screen. */
const MORE = ['owner', 'label', 'since', 'until', 'sort', 'reverse'] as const;
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
  const order = ORDERS.find(({ sort, reverse }) => sort === (search.sort ?? 'created') && reverse === search.reverse);
  // On a narrow screen all but the search and the states is shown when it is asked for.
  const [open, setOpen] = useState(false);
  const more = useId();
  const narrowed = MORE.filter((name) => search[name] !== undefined).length;
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
        <Button
          className={css.toggle}
          icon={<SlidersHorizontal />}
          aria-expanded={open}
          aria-controls={more}
          onClick={() => setOpen(!open)}
        >
          Filters{narrowed > 0 && ` (${narrowed})`}
        </Button>
        <div id={more} className={css.more} data-open={open || undefined}>
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
          <TimeFilter search={search} onChange={change} />
          <Select
            label="Order"
            value={order?.title}
            onChange={({ target }) => {
              const { sort, reverse } = ORDERS.find(({ title }) => title === target.value) ?? ORDERS[0];
              change({ sort: sort === 'created' ? undefined : sort, reverse });
            }}
          >
            {ORDERS.map(({ title }) => (
              <option key={title}>{title}</option>
            ))}
          </Select>
          <Views search={search} />
        </div>
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

/** Whether a text, an owner, a label or a time is sought: the server counts all sessions, not those that are found. */
const isNarrow = ({ q, owner, label, since, until }: SessionsSearch): boolean =>
  Boolean(q || owner || label || since || until);

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
