import { type ReactNode, useState } from 'react';
import css from './Folded.module.css';

/** What stands above an answer and is read by few: its title, and on demand the rest. */
export function Folded({ title, children }: { title: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={css.folded} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && <div>{children}</div>}
    </details>
  );
}
