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
            style={{ width: share(Math.max(0, done - failed), of) }}
          />
          <span className={css.failed} style={{ width: share(failed, of) }} />
        </span>
      )}
      <span className={css.figures}>{of == null ? said : `${done}/${of} ${unit}`}</span>
    </span>
  );
}

/** A part of the bar. A single failure among many is still seen. */
const share = (part: number, of: number): string => (of > 0 && part > 0 ? `max(2px, ${(100 * part) / of}%)` : '0');
