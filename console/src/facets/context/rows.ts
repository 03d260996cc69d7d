import type { Path } from './document.ts';

/** A line of the tree. */
export interface Row {
  /** A JSON pointer; names the row. */
  id: string;
  path: Path;
  depth: number;
  value: unknown;
  /** How many members it has; undefined when it is no object or array. */
  size: number | undefined;
  open: boolean;
}

export interface Shown {
  /** Members down to this depth are shown. */
  depth: number;
  /** Where somebody decided otherwise. */
  toggled: ReadonlyMap<string, boolean>;
  /** When it is not empty: only what holds this text, in its name or value, and what leads there. */
  search: string;
}

/** The lines of a document that are in sight. */
export function rowsOf(document: unknown, { depth, toggled, search }: Shown): Row[] {
  const rows: Row[] = [];
  const wanted = search.toLowerCase();
  const walk = (container: object, path: Path, id: string): void => {
    const isList = Array.isArray(container);
    for (const [name, value] of Object.entries(container)) {
      const inner: Path = [...path, isList ? Number(name) : name];
      const row: Row = {
        id: `${id}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        path: inner,
        depth: path.length,
        value,
        size: typeof value === 'object' && value !== null ? Object.keys(value).length : undefined,
        open: false,
      };
      const place = rows.push(row);
      if (row.size !== undefined && row.size > 0) {
        row.open = wanted !== '' || (toggled.get(row.id) ?? path.length < depth);
        if (row.open) {
          walk(value as object, inner, row.id);
        }
      }
      if (wanted !== '' && rows.length === place && !matches(row, wanted)) {
        rows.pop();
      }
    }
  };
  if (typeof document === 'object' && document !== null) {
    walk(document, [], '');
  }
  return rows;
}

/** Whether a row itself holds the text. */
export function matches({ path, value, size }: Row, wanted: string): boolean {
  return (
    String(path.at(-1)).toLowerCase().includes(wanted) ||
    (size === undefined && String(value).toLowerCase().includes(wanted))
  );
}
