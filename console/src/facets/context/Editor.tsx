import { useQueryClient } from '@tanstack/react-query';
import { useId, useMemo, useState } from 'react';
import { type Session, toJson } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { AsCurl } from '../../ui/AsCurl.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import field from '../../ui/Field.module.css';
import { Select, TextField } from '../../ui/Field.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { toast } from '../../ui/Toast.tsx';
import { DiffList } from './DiffList.tsx';
import {
  applyPatch,
  type Document,
  differences,
  isObject,
  overlap,
  patchBetween,
  pointer,
  type Target,
  valueAt,
  withValue,
} from './document.ts';
import { draftOf, dropDraft, keepDraft } from './drafts.ts';
import css from './Editor.module.css';
import { type Fault, readJson } from './fault.ts';
import { type Base, baseOf, Overtaken, save } from './save.ts';

const pretty = (value: unknown) => toJson(value, 2);

/** Edits the shared context, as a whole or in one place, and writes it on nothing but what the person saw. */
export function Editor({ session, target, onClose }: { session: Session; target: Target; onClose: () => void }) {
  const client = useClient();
  const queries = useQueryClient();
  const [draft] = useState(() => draftOf(session.session_id, target));
  const [base, setBase] = useState<Base>(draft?.base ?? (() => baseOf(session)));
  const original = target.adds ? undefined : valueAt(base.document, target.path);
  const [asText, setAsText] = useState(draft?.asText ?? typeof original === 'string');
  const [text, setText] = useState(draft?.text ?? (typeof original === 'string' ? original : pretty(original)));
  const [name, setName] = useState(draft?.name ?? '');
  const [overtaken, setOvertaken] = useState<Base>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  const container = valueAt(base.document, target.path);
  const path = target.adds ? [...target.path, Array.isArray(container) ? container.length : name] : target.path;
  const read = useMemo(
    () => (target.removes ? { value: undefined } : readValue(text, asText, target.path.length === 0 && !target.adds)),
    [text, asText, target],
  );
  const edited = 'value' in read ? (withValue(base.document, path, read.value) as Document) : undefined;
  const changes = useMemo(() => (edited ? differences(base.document, edited) : []), [base, edited]);
  const fresh = overtaken ?? baseOf(session);
  const now = fresh.contextRevision > base.contextRevision ? fresh : undefined;
  const unnamed = target.adds && !Array.isArray(container) && name === '';
  const taken = target.adds && isObject(container) && Object.hasOwn(container, name);

  const change = (next: { text?: string; asText?: boolean; name?: string }) => {
    const kept = { base, text, asText, name, ...next };
    setText(kept.text);
    setAsText(kept.asText);
    setName(kept.name);
    keepDraft(session.session_id, target, kept);
  };
  const discard = () => {
    dropDraft(session.session_id, target);
    onClose();
  };
  const rebase = (next: Base) => {
    const whole = path.length === 0 && edited ? patchBetween(base.document, edited) : undefined;
    const onTop = whole ? pretty(applyPatch(next.document, whole)) : text;
    setBase(next);
    setText(onTop);
    setOvertaken(undefined);
    keepDraft(session.session_id, target, { base: next, text: onTop, asText, name });
  };
  const submit = async () => {
    if (!edited) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await save(client, session.session_id, base, edited);
      toast('Shared context updated');
      void queries.invalidateQueries({ queryKey: keys.session(session.session_id) });
      discard();
    } catch (problem) {
      if (problem instanceof Overtaken) {
        setOvertaken(problem.now);
      } else {
        setError(problem);
      }
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={titleOf(target)}
      description={target.path.length > 0 ? <code>{pointer(target.path)}</code> : undefined}
    >
      <div className={css.editor}>
        {draft && text === draft.text && <p className={css.note}>This is your unsent edit.</p>}
        {target.adds && !Array.isArray(container) && (
          <TextField
            label="Key"
            value={name}
            autoFocus
            onChange={(event) => change({ name: event.target.value })}
            hint={taken ? 'A key with this name exists; its value will be replaced.' : undefined}
          />
        )}
        {!target.removes && (
          <ValueField
            text={text}
            asText={asText}
            fault={'fault' in read ? read.fault : undefined}
            choice={path.length > 0}
            onChange={change}
          />
        )}
        {now && (
          <Conflict base={base} now={now} mine={changes} onRebase={() => rebase(now)} possible={edited !== undefined} />
        )}
        {edited && (
          <section className={css.part} aria-label="Preview">
            <h3>
              Changes <Badge>{changes.length}</Badge>
            </h3>
            <DiffList label="Changes" changes={changes} />
          </section>
        )}
        {error !== undefined && <ProblemView error={error} />}
        {edited && changes.length > 0 && (
          <AsCurl of={() => save(client, session.session_id, base, edited)} typed={`${asText} ${name} ${text}`} />
        )}
        <footer className={css.footer}>
          <span className={css.note}>{target.removes ? '' : 'Closing keeps your edit.'}</span>
          <Button onClick={discard}>Discard</Button>
          <Button
            look="primary"
            disabled={busy || !edited || changes.length === 0 || unnamed || now !== undefined}
            onClick={() => void submit()}
          >
            {busy ? 'One moment…' : target.removes ? 'Remove' : 'Save'}
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}

function titleOf({ path, adds, removes }: Target): string {
  if (adds) {
    return 'Add to the shared context';
  }
  if (removes) {
    return 'Remove a value';
  }
  return path.length === 0 ? 'Edit the shared context' : 'Edit a value';
}

function ValueField({
  text,
  asText,
  fault,
  choice,
  onChange,
}: {
  text: string;
  asText: boolean;
  fault: Fault | undefined;
  choice: boolean;
  onChange: (next: { text?: string; asText?: boolean }) => void;
}) {
  const id = useId();
  return (
    <div className={css.part}>
      <div className={css.row}>
        <label htmlFor={id}>Value</label>
        {choice && (
          <Select
            label="Kind of value"
            value={asText ? 'text' : 'json'}
            onChange={({ target }) =>
              onChange(
                target.value === 'text' ? { asText: true } : { asText: false, text: asText ? pretty(text) : text },
              )
            }
          >
            <option value="text">Text</option>
            <option value="json">JSON</option>
          </Select>
        )}
      </div>
      <textarea
        id={id}
        className={`${field.input} ${field.mono} ${css.text}`}
        rows={Math.min(18, Math.max(4, text.split('\n').length + 1))}
        value={text}
        spellCheck={asText}
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-fault`}
        onChange={(event) => onChange({ text: event.target.value })}
      />
      <div id={`${id}-fault`} role="status" className={css.fault} data-fault={fault ? '' : undefined}>
        {fault && (
          <>
            Line {fault.line}, column {fault.column}: {fault.detail}
            {fault.line > 0 && <pre>{excerpt(text, fault)}</pre>}
          </>
        )}
      </div>
    </div>
  );
}

/** Both changes, where somebody else was first. */
function Conflict({
  base,
  now,
  mine,
  possible,
  onRebase,
}: {
  base: Base;
  now: Base;
  mine: ReturnType<typeof differences>;
  possible: boolean;
  onRebase: () => void;
}) {
  const theirs = differences(base.document, now.document);
  const both = mine.filter(({ path }) => theirs.some((their) => overlap(path, their.path))).length;
  return (
    <section className={css.conflict} role="alert" data-conflict="">
      <h3>Somebody else changed the shared context</h3>
      <p>
        It is at revision {now.contextRevision} now; you began at {base.contextRevision}.{' '}
        {both > 0
          ? `${both} of your changes ${both === 1 ? 'touches' : 'touch'} what they changed: yours would win there.`
          : 'Your changes do not overlap with theirs.'}
      </p>
      <DiffList label="Their changes" changes={theirs} />
      <div className={css.row}>
        <Button disabled={!possible} onClick={onRebase}>
          Apply mine on top of theirs
        </Button>
        <span className={css.note}>The preview below shows the result before it is sent.</span>
      </div>
    </section>
  );
}

function readValue(text: string, asText: boolean, whole: boolean): { value: unknown } | { fault: Fault } {
  const read = asText ? { value: text } : readJson(text);
  return 'value' in read && whole && !isObject(read.value)
    ? { fault: { line: 1, column: 1, detail: 'The shared context is an object: { … }.' } }
    : read;
}

/** The line with the fault, cut to what is around it, and a mark below the place. */
function excerpt(text: string, { line, column }: Fault): string {
  const begin = Math.max(0, column - 40);
  const words = (text.split('\n')[line - 1] ?? '').slice(begin, column + 30).replaceAll('\t', ' ');
  return `${words}\n${' '.repeat(column - 1 - begin)}^`;
}
