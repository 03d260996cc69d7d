import { CalendarRange, FilterX } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import field from '../../ui/Field.module.css';
import { Select } from '../../ui/Field.tsx';
import { TimeInput } from '../../ui/TimeField.tsx';
import { useWords } from '../words.ts';
import { type Filter, isEmpty } from './filter.ts';
import css from './JournalPanel.module.css';

/** How long one may pause in typing before the journal is looked through, in milliseconds. */
const PAUSE = 350;

/** What a journal is narrowed to. */
export function JournalFilters({
  filter,
  actors,
  onChange,
}: {
  filter: Filter;
  /** Who is known to act in it. */
  actors: readonly string[];
  onChange: (change: Filter) => void;
}) {
  const id = useId();
  const { types } = useWords();
  const [text, setText] = useState(filter.q ?? '');
  const [times, setTimes] = useState(Boolean(filter.from || filter.to));
  useEffect(() => {
    if (text.trim() === (filter.q ?? '')) {
      return;
    }
    const timer = setTimeout(() => onChange({ q: text.trim() || undefined }), PAUSE);
    return () => clearTimeout(timer);
  }, [text, filter.q, onChange]);
  const clear = () => {
    setText('');
    setTimes(false);
    onChange({ type: undefined, actor: undefined, q: undefined, from: undefined, to: undefined });
  };
  return (
    <search className={css.filters} aria-label="Filter the journal">
      <Select
        label="Event type"
        value={filter.type ?? ''}
        onChange={({ target }) => onChange({ type: target.value || undefined })}
      >
        <option value="">All types</option>
        {[...new Set([...types, ...(filter.type ? [filter.type] : [])])].map((type) => (
          <option key={type} value={type}>
            {type.replaceAll('_', ' ')}
          </option>
        ))}
      </Select>
      <Select
        label="Actor"
        value={filter.actor ?? ''}
        onChange={({ target }) => onChange({ actor: target.value || undefined })}
      >
        <option value="">All actors</option>
        {[...new Set([...actors, ...(filter.actor ? [filter.actor] : [])])].map((actor) => (
          <option key={actor}>{actor}</option>
        ))}
      </Select>
      <input
        type="search"
        aria-label="Search events"
        placeholder="Search events"
        className={`${field.input} ${field.inline} ${css.text}`}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {times ? (
        <span className={css.times}>
          <label htmlFor={`${id}from`}>from</label>
          <TimeInput id={`${id}from`} time={filter.from} onChange={(from) => onChange({ from })} />
          <label htmlFor={`${id}to`}>to</label>
          <TimeInput id={`${id}to`} time={filter.to} onChange={(to) => onChange({ to })} />
        </span>
      ) : (
        <Button look="quiet" icon={<CalendarRange />} onClick={() => setTimes(true)}>
          Time
        </Button>
      )}
      {!isEmpty(filter) && <IconButton label="Clear the filter" icon={<FilterX />} onClick={clear} />}
    </search>
  );
}
