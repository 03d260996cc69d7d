import type { ReactNode } from 'react';
import { Command } from './Copy.tsx';
import css from './Empty.module.css';

/** An empty place: why it is empty, what to do next, and the command that does it. */
export function Empty({
  title,
  children,
  command,
  action,
}: {
  title: string;
  children?: ReactNode;
  command?: string;
  /** A button that does it here. */
  action?: ReactNode;
}) {
  return (
    <div className={css.empty}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {command && <Command>{command}</Command>}
      {action}
    </div>
  );
}
