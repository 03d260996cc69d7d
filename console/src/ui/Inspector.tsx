import { X } from 'lucide-react';
import type { HTMLAttributes, ReactNode, Ref } from 'react';
import { IconButton } from './Button.tsx';
import css from './Inspector.module.css';

interface InspectorProps extends HTMLAttributes<HTMLElement> {
  ref: Ref<HTMLElement>;
  icon: ReactNode;
  name: string;
  /** Buttons before the one that closes it. */
  actions?: ReactNode;
  /** The label of the button that closes it. */
  close: string;
  onClose: () => void;
  /** What is not part of its body, such as a dialog. */
  beside?: ReactNode;
}

/** All about one item that is selected elsewhere on the page. */
export function Inspector({
  icon,
  name,
  actions,
  close,
  onClose,
  beside,
  className = '',
  children,
  ...section
}: InspectorProps) {
  return (
    <section {...section} className={`${css.inspector} ${className}`}>
      <header className={css.header}>
        {icon}
        <h2 className={css.name}>{name}</h2>
        {actions}
        <IconButton label={close} icon={<X />} onClick={onClose} />
      </header>
      <div className={css.body}>{children}</div>
      {beside}
    </section>
  );
}

/** A part of what an inspector shows, with its title. */
export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.part}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
