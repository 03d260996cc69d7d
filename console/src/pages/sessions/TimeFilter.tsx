import { useState } from 'react';
import type { SessionsSearch } from '../../app/search.ts';
import { FormDialog } from '../../ui/Dialog.tsx';
import { Select, SelectField, words } from '../../ui/Field.tsx';
import { TimeField } from '../../ui/TimeField.tsx';
import { dateTime, timeOfInput, useZone } from '../../ui/time.ts';
import { SPANS } from './query.ts';

/** The part of the search that is about time. */
type Times = Pick<SessionsSearch, 'time' | 'since' | 'until'>;

const CUSTOM = 'custom';
const KINDS = { created: 'Created', updated: 'Updated' } as const;
type By = keyof typeof KINDS;

/** Which time the sessions of the list were created or changed in. */
export function TimeFilter({
  search,
  onChange,
}: {
  search: SessionsSearch;
  onChange: (change: { [name in keyof Times]: Times[name] | undefined }) => void;
}) {
  useZone();
  const [asking, setAsking] = useState(false);
  const { since, until } = search;
  const by = search.time ?? 'created';
  const offered = SPANS.find(({ span }) => span === since && until === undefined);
  const any = since === undefined && until === undefined;
  const value = any ? '' : offered ? `${by} ${offered.span}` : CUSTOM;
  const become = (by: By, since: string | undefined, until?: string) =>
    onChange({ time: by === 'updated' && (since || until) ? by : undefined, since, until });
  return (
    <>
      <Select
        label="Time"
        value={value}
        onChange={({ target }) => {
          const [kind, span] = target.value.split(' ');
          if (target.value === 'range') {
            setAsking(true);
          } else if (target.value !== CUSTOM) {
            become(kind === 'updated' ? kind : 'created', span);
          }
        }}
      >
        <option value="">Any time</option>
        {value === CUSTOM && <option value={CUSTOM}>{rangeText(by, since, until)}</option>}
        {Object.entries(KINDS).map(([kind, title]) => (
          <optgroup key={kind} label={title}>
            {SPANS.map(({ span, words }) => (
              <option key={span} value={`${kind} ${span}`}>
                {title} {words}
              </option>
            ))}
          </optgroup>
        ))}
        <option value="range">Custom range…</option>
      </Select>
      <FormDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Time range"
        description="Only sessions that were created, or last changed, in this time. Without a beginning or an end, it has none."
        action="Apply"
        asCurl={false}
        submit={async (form) => {
          const time = (name: string) => timeOfInput(words(form, name));
          become(words(form, 'by') === 'updated' ? 'updated' : 'created', time('since'), time('until'));
        }}
      >
        <SelectField label="Time" name="by" defaultValue={by}>
          <option value="created">Created</option>
          <option value="updated">Last changed</option>
        </SelectField>
        <TimeField label="From" name="since" time={offered ? undefined : since} />
        <TimeField label="Until" name="until" time={until} />
      </FormDialog>
    </>
  );
}

/** A range in words: `Created 29 Nov 2026, 05:00:11 UTC – …`. */
function rangeText(by: By, since: string | undefined, until: string | undefined): string {
  const text = (time: string | undefined) =>
    time === undefined ? '' : Number.isNaN(Date.parse(time)) ? `${time} ago` : dateTime(time);
  const from = text(since);
  const to = text(until);
  return `${KINDS[by]} ${from && to ? `${from} – ${to}` : from ? `since ${from}` : `before ${to}`}`;
}
