import type { ReactNode } from 'react';
import css from './Section.module.css';

/** A framed part of a page, with its heading and what can be done in it. */
export function Section({
  title,
  actions,
  flush,
  closed,
  children,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  /** The content reaches the frame: tables and graphs. */
  flush?: boolean;
  /** Only the heading is shown; what was typed below it stays. */
  closed?: boolean;
  children: ReactNode;
}) {
  return (
    <section className={css.section} {...(typeof title === 'string' ? { 'aria-label': title } : {})}>
      {(title || actions) && (
        <header className={css.header} data-closed={closed || undefined}>
          {title && <h2>{title}</h2>}
          {actions && <div className={css.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? css.flush : css.body} hidden={closed}>
        {children}
      </div>
    </section>
  );
}

/** Names and values in two columns. */
export function Facts({ of }: { of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
