import type { Session } from 'sessiond';
import { microseconds } from '../../ui/duration.ts';
import { dollars, grouped, short } from '../../ui/numbers.ts';
import css from './Summary.module.css';
import type { CallTable } from './table.ts';

/** The execution in figures; the counts are the server's, what takes the whole journal to know is this reader's. */
export function Summary({
  session,
  table,
  waits,
  now,
}: {
  session: Session;
  table: CallTable;
  /** So many open calls wait for an answer. */
  waits: number;
  now: number;
}) {
  const { calls } = session;
  if (!calls) {
    return null;
  }
  const tokens = calls.input_tokens + calls.output_tokens;
  return (
    <dl className={css.summary} aria-label="Totals of the execution">
      <Figure name={calls.process ? 'Process' : 'Forked'} wide>
        <code title={calls.process}>{calls.process || 'no process yet'}</code>
        {session.status === 'active' && calls.lease && <small data-tone="live">running</small>}
        {session.status === 'active' && calls.away && (
          <small
            data-tone="warn"
            title="Its process has left it, or has not renewed its lease: any process may resume it."
          >
            interrupted
          </small>
        )}
      </Figure>
      <Figure name={table.runs.length === 1 ? 'Run' : 'Runs'}>{table.runs.length || '…'}</Figure>
      <Figure name="Calls" title={grouped(calls.total)}>
        {short(calls.total)}
        {calls.open > waits && <small data-tone="live">{short(calls.open - waits)} open</small>}
        {calls.open > 0 && waits > 0 && <small data-tone="warn">{short(Math.min(waits, calls.open))} waiting</small>}
      </Figure>
      <Figure name="Total run time">{table.size > 0 ? microseconds(timeOf(table, now)) : '…'}</Figure>
      {table.replayed > 0 && <Figure name="From the record">{short(table.replayed)}</Figure>}
      <Figure name="Tokens" title={`${grouped(calls.input_tokens)} input, ${grouped(calls.output_tokens)} output`}>
        {short(tokens)}
        {tokens > 0 && (
          <small>
            {short(calls.input_tokens)} input, {short(calls.output_tokens)} output
          </small>
        )}
      </Figure>
      <Figure name="Cost">{dollars(calls.cost)}</Figure>
    </dl>
  );
}

function Figure({
  name,
  title,
  wide,
  children,
}: {
  name: string;
  title?: string;
  wide?: boolean;
  children: React.ReactNode;
}) {
  return (
    <div className={css.figure} title={title} data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long the processes were at it, without the time between them. */
function timeOf(table: CallTable, now: number): number {
  const last = table.runs.at(-1);
  return table.runs.reduce((sum, run) => {
    const end = run === last && table.running > 0 ? Math.max(now, run.last) : run.last;
    return sum + (run.began > 0 ? end - run.began : 0);
  }, 0);
}
