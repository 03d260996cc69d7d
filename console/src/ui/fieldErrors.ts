import { createContext, useContext } from 'react';
import { Problem } from 'sessiond';

/** What is wrong with the fields of a form: by JSON pointer into its request. */
export type FieldErrors = ReadonlyMap<string, string>;

const NONE: FieldErrors = new Map();

export const FieldErrorsContext = createContext<FieldErrors>(NONE);

/** Splits a problem into what belongs beside a field of the form and what is said of the whole. */
export function byField(form: HTMLElement | null, error: unknown): { fields: FieldErrors; rest: unknown } {
  if (!(error instanceof Problem) || error.errors.length === 0) {
    return { fields: NONE, rest: error };
  }
  const pointers = [...(form?.querySelectorAll<HTMLElement>('[data-pointer]') ?? [])].map(
    ({ dataset }) => dataset.pointer ?? '',
  );
  return split(pointers, error);
}

/** As {@link byField}, by the pointers of the form's fields. */
export function split(pointers: readonly string[], error: Problem): { fields: FieldErrors; rest: unknown } {
  const fields = new Map<string, string>();
  const unclaimed = error.errors.filter(({ pointer, detail }) => {
    // The field of `/workflow` also stands for `/workflow/0/name`, unless a nearer one does.
    const owner = pointers
      .filter((one) => one !== '' && (pointer === one || pointer.startsWith(`${one}/`)))
      .sort((one, other) => other.length - one.length)[0];
    if (owner !== undefined) {
      const before = fields.get(owner);
      fields.set(owner, before === undefined ? sentence(detail) : `${before} ${sentence(detail)}`);
    }
    return owner === undefined;
  });
  if (fields.size > 0 && unclaimed.length === 0) {
    return { fields, rest: undefined };
  }
  const { code, status, title, detail, type } = error;
  return { fields, rest: new Problem({ code, status, title, detail, type, errors: unclaimed }) };
}

/** A detail of the server as a sentence of its own. An id, a name or code at its beginning stays as it is written. */
export const sentence = (detail: string): string => {
  const word = /^[a-z]+(?:['’][a-z]+)?(?=[\s,;:.!?]|$)(?!:\/\/)/.test(detail);
  const text = word ? detail.charAt(0).toUpperCase() + detail.slice(1) : detail;
  return /[.!?]$/.test(text) ? text : `${text}.`;
};

/** What is wrong with the field of this pointer. */
export function useFieldError(pointer: string | undefined): string | undefined {
  const errors = useContext(FieldErrorsContext);
  return pointer === undefined ? undefined : errors.get(pointer);
}
