import { parseJson, toJson } from 'sessiond';

// The form of an answer, made from its JSON schema. The server checks the answer; the form only makes it easy to write.

type Schema = { [member: string]: unknown };

/** A value to choose, and how it reads. */
export interface Choice {
  value: unknown;
  title: string;
}

/** A field of the form. `any` takes JSON, or else a text; `json` takes whatever the other kinds do not. */
export interface Field {
  /** The member of the answer; empty when the field is the whole answer. */
  name: string;
  label: string;
  hint?: string;
  /** `choices` is an array of some of the choices. */
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'choices' | 'any' | 'json';
  required: boolean;
  /** Whether null is a value: what is left empty, where it is required. */
  nullable: boolean;
  choices: Choice[];
  initial?: unknown;
}

/** What is wrong with a field, for the person at the form. */
export class FieldFault extends Error {
  constructor(
    /** The field's name: a member of the answer. */
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** The fields of an answer that keeps the schema; one JSON field when the schema says nothing that a form can show. */
export function fieldsOf(schema: unknown): Field[] {
  const root = resolved(schema, schema);
  const properties = root?.properties;
  if (root && root.type === 'object' && isSchema(properties) && root.additionalProperties !== true) {
    const required = Array.isArray(root.required) ? root.required : [];
    const fields = Object.entries(properties).map(([name, of]) => fieldOf(schema, of, name, required.includes(name)));
    if (fields.length > 0) {
      return fields;
    }
  }
  return [fieldOf(schema, schema, '', true)];
}

/** The answer that was typed: the texts of each field by its name. Absent members are left out. */
export function answerOf(fields: readonly Field[], texts: (name: string) => string[]): unknown {
  const only = fields.length === 1 && fields[0]?.name === '' ? fields[0] : undefined;
  if (only) {
    return written(only, texts(''));
  }
  const answer: Record<string, unknown> = {};
  for (const field of fields) {
    const typed = texts(field.name);
    if (field.required || typed.some((text) => text !== '')) {
      answer[field.name] = written(field, typed);
    }
  }
  return answer;
}

function written({ name, kind, label, choices, nullable }: Field, texts: string[]): unknown {
  const typed = texts[0] ?? '';
  if (nullable && typed === '') {
    return null;
  }
  switch (kind) {
    case 'text':
      return typed;
    case 'boolean':
      if (typed === '') {
        throw new FieldFault(name, `${label}: choose yes or no`);
      }
      return typed === 'true';
    case 'choice': {
      const choice = choices[Number(typed)];
      if (typed === '' || choice === undefined) {
        throw new FieldFault(name, `${label}: choose a value`);
      }
      return choice.value;
    }
    case 'choices':
      return texts.filter((text) => text !== '').map((text) => choices[Number(text)]?.value);
    case 'number': {
      const number = Number(typed);
      if (typed.trim() === '' || !Number.isFinite(number)) {
        throw new FieldFault(name, `${label}: enter a number`);
      }
      return number;
    }
    case 'any':
      try {
        return parseJson(typed);
      } catch {
        return typed;
      }
    case 'json':
      try {
        return parseJson(typed);
      } catch {
        throw new FieldFault(name, `${label}: enter JSON, with a text in double quotes`);
      }
  }
}

function fieldOf(root: unknown, schema: unknown, name: string, required: boolean): Field {
  const outer = resolved(root, schema) ?? {};
  const { of, nullable } = withoutNull(root, outer);
  const items = of.type === 'array' ? (resolved(root, of.items) ?? {}) : undefined;
  const choices = choicesOf(root, items ?? of);
  const field: Field = {
    name,
    label: [outer.title, of.title].find((title) => typeof title === 'string') ?? (name || 'Answer'),
    kind: choices.length > 0 ? (items ? 'choices' : 'choice') : kindOf(of),
    required,
    nullable,
    choices,
  };
  const hint = [outer.description, of.description].find((text) => typeof text === 'string');
  if (hint !== undefined) {
    field.hint = hint;
  }
  const initial = outer.default ?? of.default;
  if (initial !== undefined && initial !== null) {
    field.initial = initial;
  }
  return field;
}

/** The values that a schema enumerates, with `enum`, `const`, or one `const` in each branch. */
function choicesOf(root: unknown, of: Schema): Choice[] {
  if (Array.isArray(of.enum)) {
    return of.enum.map((value) => ({ value, title: typeof value === 'string' ? value : toJson(value) }));
  }
  const branches = [of.oneOf, of.anyOf].find(Array.isArray)?.map((one: unknown) => resolved(root, one) ?? {}) ?? [of];
  if (!branches.every((branch) => branch.const !== undefined)) {
    return [];
  }
  return branches.map(({ const: value, title }) => ({
    value,
    title: typeof title === 'string' ? title : typeof value === 'string' ? value : toJson(value),
  }));
}

/** A schema of a value or null as the schema of the value: what programs write for a value that may be absent. */
function withoutNull(root: unknown, of: Schema): { of: Schema; nullable: boolean } {
  if (Array.isArray(of.type) && of.type.length === 2 && of.type.includes('null')) {
    return { of: { ...of, type: of.type.find((type) => type !== 'null') }, nullable: true };
  }
  const branches = [of.anyOf, of.oneOf].find(Array.isArray)?.map((one: unknown) => resolved(root, one) ?? {}) ?? [];
  const others = branches.filter((branch) => branch.type !== 'null');
  if (others.length === branches.length || others.length === 0) {
    return { of, nullable: false };
  }
  return { of: others.length === 1 && others[0] ? others[0] : { anyOf: others }, nullable: true };
}

/** What says of a schema which types of values it takes. */
const TYPING = ['type', 'anyOf', 'oneOf', 'allOf', 'not', 'if', '$ref'];

function kindOf(of: Schema): Field['kind'] {
  switch (of.type) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return TYPING.some((keyword) => keyword in of) ? 'json' : 'any';
  }
}

/** A schema without the references at its top; undefined when it is none. */
function resolved(root: unknown, schema: unknown, steps = 8): Schema | undefined {
  if (!isSchema(schema)) {
    return undefined;
  }
  const reference = schema.$ref;
  if (typeof reference !== 'string' || !reference.startsWith('#/') || steps === 0) {
    return schema;
  }
  let target: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    target = isSchema(target) ? target[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  const found = resolved(root, target, steps - 1);
  // What stands beside a reference is said of this place.
  const { $ref: _, ...beside } = schema;
  return found ? { ...found, ...beside } : schema;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
