// biome-ignore-all lint/a11y/useSemanticElements: rows of a table element cannot have places of their own.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names the active row.
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { SessionSummary } from 'sessiond';
import { SessionStatus } from '../../facets/questions/SessionStatus.tsx';
import { Avatars } from '../../ui/Avatars.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Ago } from '../../ui/Times.tsx';
import css from './SessionTable.module.css';

export const COLUMNS = ['Session', 'Status', 'Kind', 'Progress', 'Open tasks', 'Participants', 'Changed'] as const;

/** A session in the list; not here yet when it has scrolled into sight faster than the server answers. */
export const SessionRow = memo(function SessionRow({
  session,
  index,
  active,
  top,
}: {
  session: SessionSummary | undefined;
  index: number;
  active: boolean;
  top: number;
}) {
  const place = { transform: `translateY(${top}px)` };
  if (!session) {
    return (
      <div role="row" aria-rowindex={index + 2} aria-busy="true" className={css.row} style={place}>
        <span role="gridcell" aria-label="Loading">
          <span className={css.bone} />
        </span>
      </div>
    );
  }
  const labels = Object.entries(session.labels);
  const { progress } = session;
  return (
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={active}
      className={css.row}
      style={place}
      data-session={session.session_id}
    >
      <Cell name="session">
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: session.session_id }}
          className={css.name}
          tabIndex={-1}
          title={session.name ? `${session.name}\n${session.session_id}` : session.session_id}
        >
          {session.name ?? <span className={css.id}>{session.session_id}</span>}
        </Link>
        {labels.slice(0, 2).map(([key, value]) => (
          <span key={key} className={css.label} title={`${key}=${value}`}>
            {value || key}
          </span>
        ))}
        {labels.length > 2 && <span className={css.quiet}>+{labels.length - 2}</span>}
      </Cell>
      <Cell name="status">
        <SessionStatus of={session} />
      </Cell>
      <Cell name="kind">{session.kind}</Cell>
      <Cell name="progress">
        {progress && (
          <Progress done={progress.done} of={progress.total} unit={progress.unit} failed={progress.failed} />
        )}
      </Cell>
      <Cell name="tasks">{session.open_tasks > 0 ? session.open_tasks : <span className={css.quiet}>–</span>}</Cell>
      <Cell name="participants">
        <Avatars of={session.participants} />
      </Cell>
      <Cell name="changed">
        <Ago time={session.updated_at} />
      </Cell>
    </div>
  );
});

function Cell({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <span role="gridcell" className={`${css.cell} ${css[name]}`}>
      {children}
    </span>
  );
}
