import type { ReactNode } from 'react';
import { Command } from './Copy.tsx';
import css from './Empty.module.css';

/** An empty place: why it is empty, what to do next, and the command that does it. */
export function Empty({
  title,
  children,
  command,
  action,
  level: Heading = 'h2',
}: {
  title: string;
  children?: ReactNode;
  command?: string;
  /** A button that does it here. */
  action?: ReactNode;
  /** Its heading: `h1` where it is all of the page. */
  level?: 'h1' | 'h2';
}) {
  return (
    <div className={css.empty}>
      <Heading className={css.title}>{title}</Heading>
      {children && <p>{children}</p>}
      {command && <Command>{command}</Command>}
      {action}
    </div>
  );
}
