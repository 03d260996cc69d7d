import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { toJson } from 'sessiond';
import css from './Json.module.css';

/** How many members of an object or array are shown before somebody asks for more. */
const FIRST = 100;

/** A JSON value as a tree that opens and closes. */
export function Json({
  value,
  name,
  open = 2,
}: {
  value: unknown;
  name?: string /** Levels that are open. */;
  open?: number;
}) {
  return (
    <div className={css.tree}>
      <Node value={value} name={name} open={open} />
    </div>
  );
}

/** The kind of a value that has no members, for its colour. */
const kindOf = (value: unknown): string =>
  value === null ? 'null' : typeof value === 'bigint' ? 'number' : typeof value;

function Node({ value, name, open }: { value: unknown; name: string | undefined; open: number }) {
  const [shown, setShown] = useState(open > 0);
  const [count, setCount] = useState(FIRST);
  const label = name !== undefined && <span className={css.name}>{name}</span>;
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={css.leaf}>
        {label}
        <span className={css[kindOf(value)]}>{toJson(value) || 'undefined'}</span>
      </div>
    );
  }
  const members = Object.entries(value);
  const brackets = Array.isArray(value) ? '[]' : '{}';
  if (members.length === 0) {
    return (
      <div className={css.leaf}>
        {label}
        <span className={css.null}>{brackets}</span>
      </div>
    );
  }
  return (
    <div>
      <button type="button" className={css.toggle} aria-expanded={shown} onClick={() => setShown(!shown)}>
        <ChevronRight size={12} aria-hidden="true" />
        {label}
        <span className={css.null}>
          {brackets[0]}
          {members.length}
          {brackets[1]}
        </span>
      </button>
      {shown && (
        <div className={css.members}>
          {members.slice(0, count).map(([key, member]) => (
            <Node key={key} name={key} value={member} open={open - 1} />
          ))}
          {members.length > count && (
            <button type="button" className={css.more} onClick={() => setCount(count + 10 * FIRST)}>
              {members.length - count} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}
