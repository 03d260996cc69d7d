import { X } from 'lucide-react';
import css from './BulkView.module.css';
import { IconButton } from './Button.tsx';
import type { Bulk } from './useBulk.ts';

/** How far an action on several things is, and what it failed for. */
export function BulkView({ bulk: { running, failures, clear } }: { bulk: Bulk }) {
  return (
    <div role="status">
      {running && (
        <p className={css.running}>
          <progress max={running.of} value={running.done} aria-label="Progress" />
          {running.done} of {running.of}
        </p>
      )}
      {failures.length > 0 && (
        <div className={css.failures} role="alert">
          <ul>
            {failures.map(({ name, problem }) => (
              <li key={name}>
                <strong>{name}</strong>: {problem}
              </li>
            ))}
          </ul>
          <IconButton label="Dismiss" icon={<X />} onClick={clear} />
        </div>
      )}
    </div>
  );
}
