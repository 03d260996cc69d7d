import { type ReactNode, useState } from 'react';
import { BulkView } from '../../ui/BulkView.tsx';
import { Button } from '../../ui/Button.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Section } from '../../ui/Section.tsx';
import table from '../../ui/Table.module.css';
import { type BulkAction, useBulk } from '../../ui/useBulk.ts';
import css from './Attention.module.css';

export interface Column<Row> {
  title: string;
  /** Only where there is room. */
  wide?: boolean;
  of: (row: Row) => ReactNode;
}

/** Rows of one kind, of which one, some or all can be dealt with; nothing when there are none. */
export function AttentionTable<Row>({
  title,
  rows,
  columns,
  id,
  action,
  onDone,
}: {
  title: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  id: (row: Row) => string;
  action: (BulkAction<Row> & { title: string; icon: ReactNode }) | undefined;
  onDone: () => void;
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const bulk = useBulk(onDone);
  // What was dealt with elsewhere is chosen no more.
  const picked = rows.filter((row) => chosen.has(id(row)));
  if (rows.length === 0 && bulk.failures.length === 0) {
    return null;
  }
  const toggle = (row: Row) => {
    const next = new Set(picked.map(id));
    if (!next.delete(id(row))) {
      next.add(id(row));
    }
    setChosen(next);
  };
  const run = (of: readonly Row[]) => {
    if (action) {
      setChosen(new Set());
      void bulk.run(of, action);
    }
  };
  return (
    <Section
      title={
        <>
          {title} <span className={css.count}>{grouped(rows.length)}</span>
        </>
      }
      flush
      actions={
        action && (
          <Button
            icon={action.icon}
            disabled={bulk.running !== undefined}
            onClick={() => run(picked.length > 0 ? picked : rows)}
          >
            {picked.length > 0 ? `${action.title} ${grouped(picked.length)} selected` : `${action.title} all`}
          </Button>
        )
      }
    >
      <BulkView bulk={bulk} />
      <table className={`${table.table} ${css.rows}`} aria-label={title}>
        <thead>
          <tr>
            {action && (
              <th scope="col" className={css.tick}>
                <input
                  type="checkbox"
                  aria-label="Select all"
                  checked={picked.length === rows.length}
                  ref={(box) => {
                    if (box) {
                      box.indeterminate = picked.length > 0 && picked.length < rows.length;
                    }
                  }}
                  onChange={() => setChosen(picked.length === rows.length ? new Set() : new Set(rows.map(id)))}
                />
              </th>
            )}
            {columns.map((column) => (
              <th key={column.title} scope="col" data-wide={column.wide || undefined} className={css.cell}>
                {column.title}
              </th>
            ))}
            {action && (
              <th scope="col">
                <span className="hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={id(row)} data-row={id(row)}>
              {action && (
                <td className={css.tick}>
                  <input
                    type="checkbox"
                    aria-label={`Select ${action.name(row)}`}
                    checked={chosen.has(id(row))}
                    onChange={() => toggle(row)}
                  />
                </td>
              )}
              {columns.map((column, place) => (
                <td
                  key={column.title}
                  data-wide={column.wide || undefined}
                  className={`${css.cell} ${place === 0 ? css.first : ''}`}
                >
                  {column.of(row)}
                </td>
              ))}
              {action && (
                <td className={css.act}>
                  <Button
                    look="quiet"
                    icon={action.icon}
                    disabled={bulk.running !== undefined}
                    aria-label={`${action.title} ${action.name(row)}`}
                    onClick={() => run([row])}
                  >
                    {action.title}
                  </Button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
