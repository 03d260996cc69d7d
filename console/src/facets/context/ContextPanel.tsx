import { useSearch } from '@tanstack/react-router';
import { ChevronsDownUp, ChevronsUpDown, Pencil, Plus, Trash2 } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { toJson } from 'sessiond';
import { Badge } from '../../ui/Badge.tsx';
import { Button, IconButton } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import field from '../../ui/Field.module.css';
import { Select } from '../../ui/Field.tsx';
import { counted } from '../../ui/numbers.ts';
import { Section } from '../../ui/Section.tsx';
import type { PanelProps } from '../facet.ts';
import { usePanelSearch, useSearchText } from '../usePanelSearch.ts';
import css from './ContextPanel.module.css';
import { DiffList } from './DiffList.tsx';
import { type Change, type Document, differences, kindOf, pointer, type Target } from './document.ts';
import { Editor } from './Editor.tsx';
import { HistoryList } from './HistoryList.tsx';
import { matches, type Row, rowsOf } from './rows.ts';
import { Tree } from './Tree.tsx';
import { useHistory } from './useHistory.ts';
import { useMarks } from './useMarks.ts';

const NOTHING: readonly Change[] = [];
/** From so many keys on, what is below them is closed at first. */
const LARGE = 60;

/** The shared context as it is and as it was, and its editor. */
export default function ContextPanel({ session, feed }: PanelProps) {
  const { rev, against } = useSearch({ strict: false }) as { rev?: number; against?: number };
  const search = usePanelSearch();
  const reading = useHistory(feed);
  const { history } = reading;
  const selected = rev === undefined ? -1 : history.entries.findIndex(({ seq }) => seq === rev);
  const entry = history.entries[selected];
  const live = useMarks(session);
  const [target, setTarget] = useState<Target>();

  const other = against === undefined ? selected - 1 : history.entries.findIndex(({ seq }) => seq === against);
  const then = entry ? history.documentAt(selected) : undefined;
  const before = entry ? (other >= 0 ? history.documentAt(other) : selected === 0 ? {} : undefined) : undefined;
  const document = entry ? then : (session.shared_context as Document);
  const changes = useMemo(() => (then && before ? differences(before, then) : NOTHING), [then, before]);
  const canEdit = session.status === 'active' && !entry;
  return (
    <div className={css.panel}>
      <div className={css.main}>
        {entry && (
          <Section
            title={
              <>
                Changed at revision {entry.seq} by {entry.actor}
              </>
            }
            actions={
              <>
                <Select
                  label="Compare with"
                  value={other}
                  onChange={({ target }) => search({ against: history.entries[Number(target.value)]?.seq })}
                >
                  {history.entries.slice(-500).map(({ seq }, index, shown) => {
                    const place = history.entries.length - shown.length + index;
                    return (
                      <option key={seq} value={place} disabled={place === selected}>
                        against revision {seq}
                        {place === selected - 1 ? ' (the previous one)' : ''}
                      </option>
                    );
                  })}
                  {other < 0 && <option value={other}>with an empty document</option>}
                </Select>
                <Button onClick={() => search({ rev: undefined, against: undefined })}>
                  Back to the current state
                </Button>
              </>
            }
          >
            {before ? (
              <DiffList label={`What changed at revision ${entry.seq}`} changes={changes} />
            ) : (
              <p className={css.quiet}>
                What came before is no longer kept. The change itself: <code>{toJson(entry.patch)}</code>
              </p>
            )}
          </Section>
        )}
        {document && (
          <DocumentView
            document={document}
            title={entry ? `Shared context at revision ${entry.seq}` : 'Shared context'}
            marks={entry ? changes : live}
            live={!entry}
            edit={canEdit ? setTarget : undefined}
            sessionId={session.session_id}
          />
        )}
        {entry && !then && (
          <Empty title="This revision cannot be restored">
            The first events of the journal are no longer kept; only later changes are available.
          </Empty>
        )}
      </div>
      <HistoryList
        feed={feed}
        reading={reading}
        selected={entry ? selected : undefined}
        onSelect={(index) =>
          search({ rev: index === undefined ? undefined : history.entries[index]?.seq, against: undefined })
        }
      />
      {target && (
        <Editor key={JSON.stringify(target)} session={session} target={target} onClose={() => setTarget(undefined)} />
      )}
    </div>
  );
}

function DocumentView({
  document,
  title,
  marks,
  live,
  edit,
  sessionId,
}: {
  document: Document;
  title: string;
  marks: readonly Change[];
  live: boolean;
  /** Begins to edit; absent where the document cannot be changed. */
  edit: ((target: Target) => void) | undefined;
  sessionId: string;
}) {
  const [text, setText] = useSearchText('q');
  const search = useDeferredValue(text.trim());
  // A large document is shown by its own keys first.
  const [depth, setDepth] = useState(() => (Object.keys(document).length > LARGE ? 1 : 2));
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [selected, setSelected] = useState<string>();
  const rows = useMemo(() => rowsOf(document, { depth, toggled, search }), [document, depth, toggled, search]);
  const places = useMemo(() => new Map(marks.map(({ path, kind }) => [pointer(path), kind])), [marks]);
  const row = rows.find(({ id }) => id === selected);
  const toDepth = (next: number) => {
    setDepth(next);
    setToggled(new Map());
  };
  const empty = Object.keys(document).length === 0;
  return (
    <Section
      title={title}
      flush
      actions={
        <>
          {!empty && (
            <>
              <input
                type="search"
                aria-label="Search in the shared context"
                placeholder="Search names and values"
                className={`${field.input} ${field.inline}`}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
              <IconButton
                label="Expand all"
                icon={<ChevronsUpDown />}
                onClick={() => toDepth(Number.POSITIVE_INFINITY)}
              />
              <IconButton label="Collapse all" icon={<ChevronsDownUp />} onClick={() => toDepth(0)} />
              <CopyButton label="Copy the whole document" text={toJson(document, 2)} />
            </>
          )}
          {edit && (
            <Button icon={<Pencil />} onClick={() => edit({ path: [] })}>
              Edit
            </Button>
          )}
        </>
      }
    >
      {live && (
        <p className={css.news} role="status" data-marks={marks.length}>
          {marks.length > 0 && `Just now: ${summary(marks)}`}
        </p>
      )}
      {empty ? (
        <Empty
          title="The shared context is empty"
          command={`curl -X PATCH '${location.origin}/sessions/${sessionId}/context' -H 'content-type: application/merge-patch+json' -d '{"goal": "…"}'`}
        >
          It is one JSON object that all participants read and change.
        </Empty>
      ) : (
        <>
          {search && rows.length > 0 && (
            <p className={css.news} role="status">
              {counted(rows.filter((row) => matches(row, search.toLowerCase())).length, 'match', 'matches')}
            </p>
          )}
          {search && rows.length === 0 && <p className={css.none}>No key or value contains “{search}”.</p>}
          <Tree
            label={title}
            rows={rows}
            marks={places}
            selected={row?.id}
            onSelect={({ id }) => setSelected(id)}
            onToggle={({ id }, open) => setToggled(new Map(toggled).set(id, open))}
            onOpen={({ path }) => edit?.({ path })}
          />
          <Selection row={row} edit={edit} document={document} />
        </>
      )}
    </Section>
  );
}

/** The selected value in full, and what can be done with it. */
function Selection({
  row,
  edit,
  document,
}: {
  row: Row | undefined;
  edit: ((target: Target) => void) | undefined;
  document: Document;
}) {
  if (!row) {
    return (
      <div className={css.selection}>
        <p className={css.quiet}>
          Select a value to copy{edit ? ' or edit' : ''} it. {counted(Object.keys(document).length, 'key')}.
        </p>
        {edit && (
          <Button look="quiet" icon={<Plus />} onClick={() => edit({ path: [], adds: true })}>
            Add key
          </Button>
        )}
      </div>
    );
  }
  const value = toJson(row.value, 2);
  return (
    <div className={css.selection} data-selected={row.id}>
      <div className={css.line}>
        <code className={css.path}>{row.id}</code>
        <CopyButton label="Copy the path" text={row.id} />
      </div>
      <div className={css.line}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <section className={css.value} tabIndex={0} aria-label="Selected value">
          <pre>{typeof row.value === 'string' ? row.value : value.slice(0, 20_000)}</pre>
        </section>
        <CopyButton label="Copy the value" text={typeof row.value === 'string' ? row.value : value} />
      </div>
      <div className={css.line}>
        <Badge>{kindOf(row.value)}</Badge>
        {edit && (
          <>
            <Button look="quiet" icon={<Pencil />} onClick={() => edit({ path: row.path })}>
              Edit
            </Button>
            {row.size !== undefined && (
              <Button look="quiet" icon={<Plus />} onClick={() => edit({ path: row.path, adds: true })}>
                Add key
              </Button>
            )}
            <Button look="quiet" icon={<Trash2 />} onClick={() => edit({ path: row.path, removes: true })}>
              Remove
            </Button>
          </>
        )}
      </div>
    </div>
  );
}

function summary(marks: readonly Change[]): string {
  const words = (['added', 'changed', 'removed'] as const).flatMap((kind) => {
    const count = marks.filter((mark) => mark.kind === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  const [first] = marks;
  return `${words.join(', ')}${marks.length === 1 && first ? `: ${pointer(first.path)}` : ''}`;
}
