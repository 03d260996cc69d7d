import css from './Progress.module.css';

/** How much of something is done, as a bar and in figures. */
export function Progress({ done, of, label }: { done: number; of: number; label: string }) {
  return (
    <span className={css.progress} role="img" aria-label={`${done} of ${of} ${label}`} data-done={done} data-of={of}>
      <span className={css.track}>
        <span
          className={css.fill}
          data-whole={done >= of || undefined}
          style={{ width: `${of > 0 ? (100 * done) / of : 0}%` }}
        />
      </span>
      <span className={css.figures}>
        {done}/{of}
      </span>
    </span>
  );
}
