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

export const COLUMNS = ['Session', 'Status', 'Kind', 'Progress', 'Open tasks', 'Participants', 'Updated'] as const;

/** A session in the list; not here yet when it has scrolled into sight faster than the server answers. */
export const SessionRow = memo(function SessionRow({
  session,
  index,
  active,
  top,
  selected,
  onSelect,
}: {
  session: SessionSummary | undefined;
  index: number;
  active: boolean;
  top: number;
  selected: boolean;
  /** Selects it, or no more; with Shift all rows up to it. */
  onSelect: (index: number, range: boolean) => void;
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
      <span role="gridcell" className={css.tick}>
        <input
          type="checkbox"
          aria-label={`Select ${session.name ?? session.session_id}`}
          tabIndex={-1}
          checked={selected}
          onClick={(event) => onSelect(index, event.shiftKey)}
          onChange={() => undefined}
        />
      </span>
      <Cell name="session">
        <Link
          to="/sessions/$sessionId"
          params={{ sessionId: session.session_id }}
          className={css.name}
          tabIndex={-1}
          title={session.name ? `${session.name}\n${session.session_id}` : session.session_id}
        >
          {session.name !== undefined && session.name !== null ? (
            <bdi>{session.name}</bdi>
          ) : (
            <span className={css.id}>{session.session_id}</span>
          )}
        </Link>
        {labels.slice(0, 2).map(([key, value]) => (
          <Link
            key={key}
            to="/sessions"
            search={(before) => ({ ...before, label: `${key}=${value}` })}
            className={css.label}
            tabIndex={-1}
            title={`Only sessions with ${key}=${value}`}
          >
            {key}: {value}
          </Link>
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
