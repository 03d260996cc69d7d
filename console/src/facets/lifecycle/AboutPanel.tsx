import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CalendarClock, Pencil } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Session } from 'sessiond';
import { useClient } from '../../data/connection.ts';
import { keys } from '../../data/queries.ts';
import { useTold } from '../../data/reach.ts';
import { Badge, Status } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyButton, Id } from '../../ui/Copy.tsx';
import { duration } from '../../ui/duration.ts';
import { Markdown } from '../../ui/Markdown.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Facts, Section } from '../../ui/Section.tsx';
import { Ago } from '../../ui/Times.tsx';
import { dateTime } from '../../ui/time.ts';
import type { PanelProps } from '../facet.ts';
import { inWords } from '../workflow/text.ts';
import css from './AboutPanel.module.css';
import { ExpiryDialog, LabelsDialog } from './dialogs.tsx';
import { Relations } from './Relations.tsx';

/** What a session is, where it comes from, what belongs to it, and how it ended. */
export default function AboutPanel({ session }: PanelProps) {
  const [open, setOpen] = useState<'labels' | 'expiry'>();
  const active = session.status === 'active';
  const labels = Object.entries(session.labels);
  return (
    <div className={css.panel}>
      <div className={css.column}>
        {!active && <Outcome session={session} />}
        <Summary session={session} />
      </div>
      <div className={css.column}>
        <Section
          title="Details"
          actions={
            active && (
              <>
                <Button look="quiet" icon={<Pencil />} onClick={() => setOpen('labels')}>
                  Labels
                </Button>
                <Button look="quiet" icon={<CalendarClock />} onClick={() => setOpen('expiry')}>
                  Expiry
                </Button>
              </>
            )
          }
        >
          <Facts
            of={facts([
              ['Id', <Id key="id">{session.session_id}</Id>],
              ['Kind', session.kind],
              ['Owner', session.owner],
              ['Client', session.client_id],
              ['Orchestrator', session.orchestrator],
              [
                'Labels',
                labels.length > 0 && (
                  <span className={css.labels}>
                    {labels.map(([name, value]) => (
                      <Link key={name} to="/sessions" search={{ label: `${name}=${value}` }}>
                        <Badge>
                          {name}: {value}
                        </Badge>
                      </Link>
                    ))}
                  </span>
                ),
              ],
              ['Started', <When key="began" time={session.created_at} />],
              ['Updated', <When key="changed" time={session.updated_at} />],
              ['Ended', session.ended_at && <When time={session.ended_at} />],
              ['Duration', session.ended_at && duration(Date.parse(session.ended_at) - Date.parse(session.created_at))],
              ['Expires', session.expires_at ? <When key="expires" time={session.expires_at} /> : active && 'never'],
            ])}
          />
        </Section>
        <Relations session={session} />
      </div>
      {open === 'labels' && <LabelsDialog session={session} onClose={() => setOpen(undefined)} />}
      {open === 'expiry' && <ExpiryDialog session={session} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

/** The facts that there are. */
function facts(of: readonly (readonly [string, ReactNode])[]): (readonly [string, ReactNode])[] {
  return of.filter(([, value]) => value !== null && value !== undefined && value !== false && value !== '');
}

function When({ time }: { time: string }) {
  return (
    <>
      {dateTime(time)} <span className={css.quiet}>· </span>
      <span className={css.quiet}>
        <Ago time={time} />
      </span>
    </>
  );
}

function Outcome({ session: { session_id, status, outcome } }: { session: Session }) {
  const artifacts = outcome?.artifacts ?? [];
  return (
    <Section title="Outcome" actions={<Status noun="session" of={status} />}>
      {outcome?.summary && <Markdown text={outcome.summary} />}
      {!outcome?.summary && !outcome?.reason && artifacts.length === 0 && <p className={css.quiet}>No summary.</p>}
      <Facts
        of={facts([
          ['Reason', outcome?.reason && <Reason key="reason" sessionId={session_id} text={outcome.reason} />],
          [
            'Details',
            outcome?.details && <Reason key="details" sessionId={session_id} text={outcome.details} markdown />,
          ],
          [
            'Artifacts',
            artifacts.length > 0 && (
              <ul className={css.artifacts}>
                {artifacts.map((artifact) => (
                  <li key={artifact}>
                    {/^https?:\/\//.test(artifact) ? (
                      <a href={artifact} target="_blank" rel="noreferrer">
                        {artifact}
                      </a>
                    ) : (
                      <code>{artifact}</code>
                    )}
                    <CopyButton label={`Copy ${artifact}`} text={artifact} />
                  </li>
                ))}
              </ul>
            ),
          ],
        ])}
      />
    </Section>
  );
}

/** Why a session ended. A task in it is told by its step, type and error, with a way to it. */
function Reason({ sessionId, text, markdown }: { sessionId: string; text: string; markdown?: true }) {
  const client = useClient();
  const [id] = /task_[0-9a-zA-Z]+/.exec(text) ?? [];
  const { data: task } = useQuery({
    queryKey: [...keys.session(sessionId), 'task', id],
    queryFn: ({ signal }) => client.tasks.get(id ?? '', { signal }),
    enabled: id !== undefined,
  });
  if (!task) {
    return markdown ? <Markdown text={text} /> : text;
  }
  const error = inWords(task.error);
  return (
    <>
      {text.replace(` in task ${id}`, '')}
      {error && !text.includes(error) && `: ${error}`}{' '}
      <Link to="/sessions/$sessionId/$panel" params={{ sessionId, panel: 'tasks' }} search={{ state: task.status }}>
        {task.step ? `${task.step}: ${task.task_type}` : task.task_type}
      </Link>
    </>
  );
}

/** The executive summary, which can be passed on in its Markdown. */
function Summary({ session }: { session: Session }) {
  const client = useClient();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.session(session.session_id), 'summary'],
    queryFn: ({ signal }) => client.sessions.summary(session.session_id, { signal }),
  });
  const problem = useTold(error);
  return (
    <Section
      title="Executive summary"
      actions={data && <CopyButton label="Copy the summary as Markdown" text={data} />}
    >
      {problem !== undefined && <ProblemView error={problem} retry={() => void refetch()} />}
      {data && <Markdown text={data} />}
      {!data && problem === undefined && <p role="status">Loading…</p>}
    </Section>
  );
}
