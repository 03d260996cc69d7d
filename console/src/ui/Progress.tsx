import css from './Progress.module.css';

/** How much of something is done, as a bar and in figures; in figures alone while nobody knows how much there is. */
export function Progress({
  done,
  of,
  unit,
  failed = 0,
}: {
  done: number;
  of?: number | null | undefined;
  unit: string;
  failed?: number | undefined;
}) {
  const said = of == null ? `${done} ${unit}` : `${done} of ${of} ${unit}`;
  const text = failed > 0 ? `${said}, ${failed} failed` : said;
  return (
    <span className={css.progress} role="img" aria-label={text} title={text} data-done={done} data-of={of ?? undefined}>
      {of != null && (
        <span className={css.track}>
          <span
            className={css.fill}
            data-whole={done >= of || undefined}
            data-failed={failed > 0 || undefined}
            style={{ width: `${of > 0 ? (100 * done) / of : 0}%` }}
          />
        </span>
      )}
      <span className={css.figures}>{of == null ? said : `${done}/${of} ${unit}`}</span>
    </span>
  );
}
