import { type ComponentProps, type ReactNode, useId } from 'react';
import css from './Field.module.css';
import { useFieldError } from './fieldErrors.ts';

interface Labelled {
  label: string;
  hint?: ReactNode;
  /** Where the field is in the request, as a JSON pointer; its name at the top when absent. */
  pointer?: string | undefined;
  /** What is wrong with it; what the server says of the field when absent. */
  error?: string | undefined;
}

/** A line of text with its label. */
export function TextField({ label, hint, pointer, error, ...rest }: Labelled & ComponentProps<'input'>) {
  const { id, about, fault } = useField({ hint, pointer, error, name: rest.name });
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input autoComplete="off" spellCheck={false} {...rest} className={css.input} {...about} />
      <Notes id={id} fault={fault}>
        {hint}
      </Notes>
    </div>
  );
}

/** Several lines of text with their label. */
export function TextArea({
  label,
  hint,
  pointer,
  error,
  mono,
  ...rest
}: Labelled & { mono?: boolean } & ComponentProps<'textarea'>) {
  const { id, about, fault } = useField({ hint, pointer, error, name: rest.name });
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <textarea rows={5} spellCheck={false} {...rest} className={`${css.input} ${mono ? css.mono : ''}`} {...about} />
      <Notes id={id} fault={fault}>
        {hint}
      </Notes>
    </div>
  );
}

/** A choice with its label. */
export function SelectField({ label, hint, pointer, error, children, ...rest }: Labelled & ComponentProps<'select'>) {
  const { id, about, fault } = useField({ hint, pointer, error, name: rest.name });
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select {...rest} className={css.input} {...about}>
        {children}
      </select>
      <Notes id={id} fault={fault}>
        {hint}
      </Notes>
    </div>
  );
}

/** A field in a row of fields: its label is for the screen reader alone. */
export function Cell({ label, pointer, ...rest }: { label: string; pointer: string } & ComponentProps<'input'>) {
  const { id, about, fault } = useField({ hint: undefined, pointer, error: undefined, name: undefined });
  return (
    <span className={css.cell}>
      <input aria-label={label} autoComplete="off" spellCheck={false} {...rest} className={css.input} {...about} />
      <Notes id={id} fault={fault}>
        {undefined}
      </Notes>
    </span>
  );
}

/** A choice in a toolbar: its label is for the screen reader alone. */
export function Select({ label, children, ...rest }: { label: string } & ComponentProps<'select'>) {
  return (
    <select aria-label={label} title={label} {...rest} className={`${css.input} ${css.inline}`}>
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

/** What a field is described by, and what is wrong with it. */
function useField({
  hint,
  pointer,
  error,
  name,
}: {
  hint: ReactNode;
  pointer: string | undefined;
  error: string | undefined;
  name: string | undefined;
}) {
  const id = useId();
  const place = pointer ?? (name === undefined ? undefined : `/${name}`);
  const told = useFieldError(place);
  const fault = error ?? told;
  const described = [fault !== undefined && `${id}-fault`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return {
    id,
    fault,
    about: {
      id,
      'data-pointer': place,
      ...(fault === undefined ? {} : { 'aria-invalid': true }),
      ...(described === '' ? {} : { 'aria-describedby': described }),
    },
  };
}

function Notes({ id, fault, children }: { id: string; fault: string | undefined; children: ReactNode }) {
  return (
    <>
      {fault !== undefined && (
        <p id={`${id}-fault`} className={css.fault} role="alert">
          {fault}
        </p>
      )}
      {children && (
        <p id={`${id}-hint`} className={css.hint}>
          {children}
        </p>
      )}
    </>
  );
}

/** What was typed into a field of a form, without the space around it; empty when there is no such field. */
export const words = (form: FormData, name: string): string => String(form.get(name) ?? '').trim();
