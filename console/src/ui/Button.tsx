import type { ComponentProps, ReactNode } from 'react';
import css from './Button.module.css';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary` is the one thing that a page or dialog is for; `danger` cannot be undone. */
  look?: 'plain' | 'primary' | 'danger' | 'quiet';
  icon?: ReactNode;
}

/** A button with words on it. */
export function Button({ look = 'plain', icon, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={[css.button, css[look], className].filter(Boolean).join(' ')}>
      {icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** What it does, for the tooltip and the screen reader. */
  label: string;
  icon: ReactNode;
}

/** A button that is only a picture; its label is its tooltip. */
export function IconButton({ label, icon, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={[css.button, css.icon, className].filter(Boolean).join(' ')}
    >
      {icon}
    </button>
  );
}
