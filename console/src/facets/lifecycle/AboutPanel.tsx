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
import { Markdown } from '../../ui/Markdown.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Facts, Section } from '../../ui/Section.tsx';
import { Ago, span } from '../../ui/Time.tsx';
import type { PanelProps } from '../facet.ts';
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
          title="Facts"
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
              ['Began', <When key="began" time={session.created_at} />],
              ['Changed', <When key="changed" time={session.updated_at} />],
              ['Ended', session.ended_at && <When time={session.ended_at} />],
              ['Lasted', session.ended_at && span(Date.parse(session.ended_at) - Date.parse(session.created_at))],
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
      {new Date(time).toLocaleString()} <span className={css.quiet}>· </span>
      <span className={css.quiet}>
        <Ago time={time} />
      </span>
    </>
  );
}

function Outcome({ session: { status, outcome } }: { session: Session }) {
  const artifacts = outcome?.artifacts ?? [];
  return (
    <Section title="Outcome" actions={<Status of={status} />}>
      {outcome?.summary && <p className={css.lead}>{outcome.summary}</p>}
      {!outcome?.summary && !outcome?.reason && artifacts.length === 0 && (
        <p className={css.quiet}>It ended without a summary or reason.</p>
      )}
      <Facts
        of={facts([
          ['Reason', outcome?.reason],
          ['Details', outcome?.details],
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
      {data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section className={css.scroll} tabIndex={0} aria-label="Executive summary">
          <Markdown text={data} />
        </section>
      )}
      {!data && problem === undefined && <p role="status">Loading…</p>}
    </Section>
  );
}
