import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { draftOf, dropDraft, keepDraft } from './drafts.ts';

/** The texts and choices of a form, by the names of its fields. */
type Typed = Record<string, string[]>;

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What belongs into a draft: no files, which cannot be set again, and no passwords. */
const NOT_KEPT = new Set(['file', 'password', 'submit', 'button', 'hidden']);

const fieldsOf = (form: HTMLFormElement): Field[] =>
  [...form.querySelectorAll<Field>('input, textarea, select')].filter(
    ({ name, type }) => name !== '' && !NOT_KEPT.has(type),
  );

const isTick = (field: Field): field is HTMLInputElement => field.type === 'checkbox' || field.type === 'radio';

function typedIn(form: HTMLFormElement): Typed {
  const typed: Typed = {};
  for (const field of fieldsOf(form)) {
    typed[field.name] ??= [];
    const values = typed[field.name] as string[];
    if (!isTick(field)) {
      values.push(field.value);
    } else if (field.checked) {
      values.push(field.value);
    }
  }
  return typed;
}

/** Sets a field as a person would, so that a component that controls it hears of it. */
function type(field: Field, values: readonly string[], place: number): void {
  if (isTick(field)) {
    if (field.checked !== values.includes(field.value)) {
      field.click();
    }
    return;
  }
  const value = values[place];
  if (value === undefined || field.value === value) {
    return;
  }
  const prototype = Object.getPrototypeOf(field) as object;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event(field instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }));
}

function restore(form: HTMLFormElement, typed: Typed): void {
  const places = new Map<string, number>();
  for (const field of fieldsOf(form)) {
    const values = typed[field.name];
    const place = places.get(field.name) ?? 0;
    places.set(field.name, place + 1);
    if (values) {
      type(field, values, place);
    }
  }
}

/**
 * Keeps what is typed into a form until it is sent, and puts it back when the form opens again. Without a name nothing
 * is kept.
 */
export function useFormDraft(name: string | undefined): {
  form: RefObject<HTMLFormElement | null>;
  /** The form shows what was typed earlier. */
  restored: boolean;
  onInput: () => void;
  drop: () => void;
} {
  const form = useRef<HTMLFormElement>(null);
  const [restored, setRestored] = useState(() => name !== undefined && draftOf(name) !== undefined);
  useEffect(() => {
    const typed = name === undefined ? undefined : draftOf<Typed>(name);
    if (!typed) {
      return;
    }
    // A choice may bring other fields, or other contents of them: those are set once they are there.
    const again = () => form.current && restore(form.current, typed);
    queueMicrotask(again);
    const timer = setTimeout(again);
    return () => clearTimeout(timer);
  }, [name]);
  const onInput = useCallback(() => {
    if (name !== undefined && form.current) {
      keepDraft(name, typedIn(form.current));
    }
  }, [name]);
  const drop = useCallback(() => {
    if (name !== undefined) {
      dropDraft(name);
    }
    setRestored(false);
  }, [name]);
  return { form, restored, onInput, drop };
}
