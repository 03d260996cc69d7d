// The form of an answer, made from its JSON schema. The server checks the answer; the form only makes it easy to write.

type Schema = { [member: string]: unknown };

/** A field of the form. `json` takes whatever the other kinds do not. */
export interface Field {
  /** The member of the answer; empty when the field is the whole answer. */
  name: string;
  label: string;
  hint?: string;
  kind: 'text' | 'number' | 'boolean' | 'choice' | 'json';
  required: boolean;
  /** The values to choose from. */
  choices: unknown[];
  initial?: unknown;
}

/** What is wrong with a field, for the person at the form. */
export class FieldFault extends Error {}

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

/** The answer that was typed: each field's text by its name. Absent members are left out. */
export function answerOf(fields: readonly Field[], text: (name: string) => string | undefined): unknown {
  const only = fields.length === 1 && fields[0]?.name === '' ? fields[0] : undefined;
  if (only) {
    return written(only, text('') ?? '');
  }
  const answer: Record<string, unknown> = {};
  for (const field of fields) {
    const typed = text(field.name) ?? '';
    if (typed !== '' || field.required) {
      answer[field.name] = written(field, typed);
    }
  }
  return answer;
}

function written({ kind, label, choices }: Field, typed: string): unknown {
  switch (kind) {
    case 'text':
      return typed;
    case 'boolean':
      return typed === 'true';
    case 'choice': {
      const choice = choices[Number(typed)];
      if (typed === '' || choice === undefined) {
        throw new FieldFault(`${label}: choose a value`);
      }
      return choice;
    }
    case 'number': {
      const number = Number(typed);
      if (typed.trim() === '' || !Number.isFinite(number)) {
        throw new FieldFault(`${label}: enter a number`);
      }
      return number;
    }
    case 'json':
      try {
        return JSON.parse(typed);
      } catch {
        throw new FieldFault(`${label}: enter JSON, with a text in double quotes`);
      }
  }
}

function fieldOf(root: unknown, schema: unknown, name: string, required: boolean): Field {
  const of = resolved(root, schema) ?? {};
  const choices = Array.isArray(of.enum) ? of.enum : [];
  const field: Field = {
    name,
    label: typeof of.title === 'string' ? of.title : name || 'Answer',
    kind: choices.length > 0 ? 'choice' : kindOf(of.type),
    required,
    choices,
  };
  if (typeof of.description === 'string') {
    field.hint = of.description;
  }
  if (of.default !== undefined) {
    field.initial = of.default;
  }
  return field;
}

function kindOf(type: unknown): Field['kind'] {
  switch (type) {
    case 'string':
      return 'text';
    case 'number':
    case 'integer':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      return 'json';
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
  return resolved(root, target, steps - 1) ?? schema;
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
