import { useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import css from './DiffList.module.css';
import { brief, type Change, pointer } from './document.ts';

/** How many differences are drawn before somebody asks for more. */
const FIRST = 100;
const SIGNS = { added: '+', removed: '−', changed: '~' };

/** The differences between two documents, a place in a line. */
export function DiffList({ changes, label }: { changes: readonly Change[]; label: string }) {
  const [count, setCount] = useState(FIRST);
  if (changes.length === 0) {
    return <p className={css.none}>No differences.</p>;
  }
  return (
    <div className={css.diff}>
      <ul aria-label={label}>
        {changes.slice(0, count).map((change) => (
          <li key={pointer(change.path)} className={css.change} data-change={change.kind}>
            <span className={css.sign} aria-hidden="true">
              {SIGNS[change.kind]}
            </span>
            <span className="hidden">{change.kind}</span>
            <code className={css.path}>{pointer(change.path)}</code>
            <span className={css.values}>
              {change.kind !== 'added' && <del>{brief(change.before, 2_000)}</del>}
              {change.kind === 'changed' && <span aria-hidden="true">→</span>}
              {change.kind !== 'removed' && <ins>{brief(change.after, 2_000)}</ins>}
            </span>
          </li>
        ))}
      </ul>
      {changes.length > count && (
        <Button look="quiet" onClick={() => setCount(count + 10 * FIRST)}>
          {changes.length - count} more
        </Button>
      )}
    </div>
  );
}
