import { useQuery } from '@tanstack/react-query';
import { BookOpen, ChartLine, FileJson } from 'lucide-react';
import { lazy, type ReactNode } from 'react';
import { Part } from '../../app/Boundary.tsx';
import { useClient, useConnection } from '../../data/connection.ts';
import { countsQuery, EVERY, keys, whoamiQuery } from '../../data/queries.ts';
import { useReach, useTold } from '../../data/reach.ts';
import { Badge } from '../../ui/Badge.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import { Ago } from '../../ui/Times.tsx';
import { useDark } from '../../ui/theme.ts';
import { CHARTS, show } from './figures.ts';
import css from './ServerPage.module.css';
import { useFigures } from './useFigures.ts';

const ChartView = lazy(() => import('./ChartView.tsx'));

/** How the server is: whether it answers and can write, and what it is busy with. */
export function ServerPage() {
  const client = useClient();
  const { keyed } = useConnection();
  const dark = useDark();
  const { lost } = useReach();
  const health = useQuery({
    queryKey: [...keys.server, 'health'],
    queryFn: ({ signal }) => client.server.health({ signal }),
    refetchInterval: EVERY,
  });
  const ready = useQuery({
    queryKey: [...keys.server, 'ready'],
    queryFn: ({ signal }) => client.server.ready({ signal }),
    // The server writes and flushes something to find out.
    refetchInterval: 5 * EVERY,
  });
  const admin = useQuery(whoamiQuery(client)).data?.role === 'admin';
  const { data: counts } = useQuery({ ...countsQuery(client), enabled: admin });
  const { history, problem, roundTrip } = useFigures(client);
  const cannotWrite = useTold(ready.error);
  const unread = useTold(problem);
  return (
    <Page
      title="Server"
      actions={
        <>
          <Document href="/docs" icon={<BookOpen />} title="Docs" />
          <Document href="/openapi.json" icon={<FileJson />} title="OpenAPI" />
          {/* A link brings no key along. */}
          {!keyed && <Document href="/metrics" icon={<ChartLine />} title="Metrics" />}
        </>
      }
    >
      {cannotWrite !== undefined && <ProblemView error={cannotWrite} retry={() => void ready.refetch()} />}
      {unread !== undefined && <ProblemView error={unread} />}
      <dl className={css.tiles} data-server={lost === undefined ? 'there' : 'lost'}>
        <Tile name="State">
          {lost !== undefined ? (
            <>
              <Badge tone="bad">unreachable</Badge>
              <small>
                <Ago time={new Date(lost).toISOString()} />
              </small>
            </>
          ) : cannotWrite !== undefined ? (
            <Badge tone="bad">cannot write</Badge>
          ) : ready.data ? (
            <Badge tone="good">healthy</Badge>
          ) : health.data ? (
            <Badge tone="good">alive</Badge>
          ) : (
            <Badge>checking…</Badge>
          )}
        </Tile>
        <Tile name="Version">{health.data?.version ?? '–'}</Tile>
        <Tile name="Round trip">{show(roundTrip, 'milliseconds')}</Tile>
        {counts && <Tile name="Sessions">{grouped(counts.total)}</Tile>}
        {counts && <Tile name="Active">{grouped(active(counts.sessions))}</Tile>}
      </dl>
      {history.times.length === 0 ? (
        <p role="status" className={css.wait}>
          {lost === undefined ? 'Collecting metrics…' : 'Metrics continue when the server is back.'}
        </p>
      ) : (
        <Part of="charts">
          <div className={css.charts}>
            {CHARTS.map((chart, place) => (
              <ChartView
                key={`${chart.title} ${dark}`}
                chart={chart}
                dark={dark}
                times={history.times}
                values={history.values[place] ?? []}
              />
            ))}
          </div>
        </Part>
      )}
    </Page>
  );
}

function Tile({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={css.tile}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Document({ href, icon, title }: { href: string; icon: ReactNode; title: string }) {
  return (
    <a className={css.document} href={href} target="_blank" rel="noreferrer">
      {icon}
      {title}
    </a>
  );
}

const active = (sessions: Record<string, Record<string, number>>): number =>
  Object.values(sessions).reduce((sum, statuses) => sum + (statuses.active ?? 0), 0);
