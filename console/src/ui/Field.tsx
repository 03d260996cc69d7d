import { type ComponentProps, type ReactNode, useId } from 'react';
import css from './Field.module.css';

interface Labelled {
  label: string;
  hint?: ReactNode;
}

/** A line of text with its label. */
export function TextField({ label, hint, ...rest }: Labelled & ComponentProps<'input'>) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} autoComplete="off" spellCheck={false} {...rest} className={css.input} {...hinted(id, hint)} />
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}

/** Several lines of text with their label. */
export function TextArea({ label, hint, mono, ...rest }: Labelled & { mono?: boolean } & ComponentProps<'textarea'>) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={5}
        spellCheck={false}
        {...rest}
        className={`${css.input} ${mono ? css.mono : ''}`}
        {...hinted(id, hint)}
      />
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}

/** A choice with its label. */
export function SelectField({ label, hint, children, ...rest }: Labelled & ComponentProps<'select'>) {
  const id = useId();
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} {...rest} className={css.input} {...hinted(id, hint)}>
        {children}
      </select>
      <Hint id={id}>{hint}</Hint>
    </div>
  );
}

/** A choice in a toolbar: its label is for the screen reader alone. */
export function Select({ label, children, ...rest }: { label: string } & ComponentProps<'select'>) {
  return (
    <select aria-label={label} {...rest} className={`${css.input} ${css.inline}`}>
      {children}
    </select>
  );
}

/** Looks for something: its label is for the screen reader alone. */
export function SearchField({
  label,
  icon,
  ...rest
}: { label: string; icon: ReactNode } & Omit<ComponentProps<'input'>, 'type'>) {
  return (
    <span className={css.search}>
      {icon}
      <input type="search" aria-label={label} autoComplete="off" spellCheck={false} {...rest} className={css.input} />
    </span>
  );
}

const hinted = (id: string, hint: ReactNode) => (hint ? { 'aria-describedby': `${id}-hint` } : {});

function Hint({ id, children }: { id: string; children: ReactNode }) {
  return children ? (
    <p id={`${id}-hint`} className={css.hint}>
      {children}
    </p>
  ) : null;
}

/** What was typed into a field of a form, without the space around it; empty when there is no such field. */
export const words = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();
