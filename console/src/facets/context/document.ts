import diff from 'microdiff';
import { toJson } from 'sessiond';

/** A place in a document: the names of members and the numbers of elements that lead to it. */
export type Path = readonly (string | number)[];

/** A JSON object. */
export type Document = Record<string, unknown>;

/** What is edited: the value at a place, or a new member of it. */
export interface Target {
  path: Path;
  adds?: boolean;
  /** Takes the value away. */
  removes?: boolean;
}

/** What is different at one place. */
export interface Change {
  kind: 'added' | 'removed' | 'changed';
  path: Path;
  before?: unknown;
  after?: unknown;
}

const KINDS = { CREATE: 'added', REMOVE: 'removed', CHANGE: 'changed' } as const;

export const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What JSON calls a value. */
export function kindOf(value: unknown): 'null' | 'array' | 'object' | 'number' | 'string' | 'boolean' {
  if (value === null || value === undefined) {
    return 'null';
  }
  if (typeof value === 'object') {
    return Array.isArray(value) ? 'array' : 'object';
  }
  return typeof value === 'bigint' ? 'number' : (typeof value as 'number' | 'string' | 'boolean');
}

/** A document after a JSON merge patch (RFC 7396): `null` removes a member, everything that is no object replaces. */
export function applyPatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) {
    return patch;
  }
  const members = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) {
      members.delete(name);
    } else {
      members.set(name, applyPatch(members.get(name), value));
    }
  }
  return Object.fromEntries(members);
}

/**
 * The merge patch that makes `after` of `before`; nothing when there is none, because a merge patch cannot set a member
 * to `null`.
 */
export function patchBetween(before: Document, after: Document): Document | undefined {
  const patch = between(before, after);
  return differences(after, applyPatch(before, patch) as Document).length === 0 ? patch : undefined;
}

function between(before: Document, after: Document): Document {
  const members: [string, unknown][] = [];
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) {
      members.push([name, null]);
    }
  }
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (isObject(old) && isObject(value)) {
      const inner = between(old, value);
      if (Object.keys(inner).length > 0) {
        members.push([name, inner]);
      }
    } else if (!Object.hasOwn(before, name) || !same(old, value)) {
      members.push([name, value]);
    }
  }
  return Object.fromEntries(members);
}

/** Whether two JSON values are the same, whatever the order of their members. */
export function same(one: unknown, other: unknown): boolean {
  return differences({ value: one }, { value: other }).length === 0;
}

/** What is different between two documents. */
export function differences(before: Document, after: Document): Change[] {
  return diff(before, after, { cyclesFix: false }).map((change) => ({
    kind: KINDS[change.type],
    path: change.path,
    ...(change.type === 'CREATE' ? {} : { before: change.oldValue }),
    ...(change.type === 'REMOVE' ? {} : { after: change.value }),
  }));
}

/** The value at a place; undefined when there is none. */
export function valueAt(document: unknown, path: Path): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) {
      return undefined;
    }
    value = (value as Document)[step];
  }
  return value;
}

/** The document with another value at a place, or without what is there when the value is undefined. */
export function withValue(document: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    return value;
  }
  if (Array.isArray(document)) {
    const inner = rest.length > 0 || value !== undefined ? [withValue(document[Number(step)], rest, value)] : [];
    return document.toSpliced(Number(step), 1, ...inner);
  }
  const members = new Map(Object.entries(isObject(document) ? document : {}));
  if (rest.length === 0 && value === undefined) {
    members.delete(String(step));
  } else {
    members.set(String(step), withValue(members.get(String(step)), rest, value));
  }
  return Object.fromEntries(members);
}

/** A place as a JSON pointer (RFC 6901). */
export function pointer(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** A value in one line. */
export function brief(value: unknown, length = 160): string {
  const text = toJson(value);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** Whether one of two places lies within the other. */
export function overlap(one: Path, other: Path): boolean {
  const shorter = Math.min(one.length, other.length);
  return one.slice(0, shorter).every((step, index) => String(step) === String(other[index]));
}

/** The places that a merge patch sets, with their values: `build.status "green"`, `branch removed`. */
export function changesOf(patch: unknown, path: Path = []): string[] {
  if (isObject(patch) && Object.keys(patch).length > 0) {
    return Object.entries(patch).flatMap(([name, value]) => changesOf(value, [...path, name]));
  }
  return path.length === 0 ? [] : [`${path.join('.')} ${patch === null ? 'removed' : brief(patch, 40)}`];
}
