import type { ReactNode } from 'react';
import { useEffect } from 'react';
import css from './Page.module.css';

/** A page: its title, in the window's title too, and what can be done on it. */
export function Page({
  title,
  heading,
  actions,
  fill,
  children,
}: {
  title: string;
  /** What stands in the place of the title. */
  heading?: ReactNode;
  actions?: ReactNode;
  /** As high as the window: something in it scrolls by itself. */
  fill?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · sessiond`;
  }, [title]);
  return (
    <div className={`${css.page} ${fill ? css.fill : ''}`}>
      <header className={css.header}>
        {heading ?? <h1>{title}</h1>}
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}
