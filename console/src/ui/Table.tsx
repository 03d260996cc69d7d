import type { ReactNode } from 'react';
import css from './Table.module.css';

export interface Column<Row> {
  title: string;
  of: (row: Row) => ReactNode;
  /** Only where there is room. */
  wide?: boolean;
  /** Figures, which are read from their ends. */
  number?: boolean;
  /** The buttons of a row: their title is for the screen reader alone. */
  actions?: boolean;
  /** What the title does not say. */
  hint?: string;
  /** More rules for its cells. */
  className?: string | undefined;
}

/** Rows of one kind. */
export function Table<Row>({
  rows,
  columns,
  id,
  data,
  label,
  className,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  id: (row: Row) => string;
  /** The attributes by which a row and its state are found. */
  data?: (row: Row) => Record<`data-${string}`, string | undefined>;
  label?: string;
  className?: string | undefined;
}) {
  return (
    <table className={`${css.table} ${className ?? ''}`} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.title} scope="col" className={rulesOf(column)} title={column.hint}>
              {column.actions ? <span className="hidden">{column.title}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={id(row)} {...data?.(row)}>
            {columns.map((column) => (
              <td key={column.title} className={`${rulesOf(column)} ${column.className ?? ''}`}>
                {column.of(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const rulesOf = ({ wide, number, actions }: Column<never>): string =>
  [wide && css.wide, number && css.number, actions && css.actions].filter(Boolean).join(' ');

/** A thing by the name that people gave it, with its id or what tells it from others below. */
export function Named({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className={css.named}>
      <strong>
        <bdi>{name}</bdi>
      </strong>
      {children}
    </span>
  );
}
