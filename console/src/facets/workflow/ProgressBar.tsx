import { percent } from '../../ui/numbers.ts';
import css from './ProgressBar.module.css';
import { progressOf } from './text.ts';

/** How far a task is: a bar when there is a number, and the agent's words. */
export function ProgressBar({ of, compact }: { of: unknown; compact?: boolean }) {
  const { share, words } = progressOf(of);
  return (
    <span className={css.progress}>
      {share !== undefined && (
        <>
          <progress className={css.bar} value={share} max={1} aria-label="Progress" />
          <span className={css.number}>{percent(share)}</span>
        </>
      )}
      {words && !(compact && share !== undefined) && (
        <span className={css.words} title={words}>
          {words}
        </span>
      )}
    </span>
  );
}
