import { Link, useParams } from '@tanstack/react-router';
import { Suspense } from 'react';
import { useFeed } from '../../data/useFeed.ts';
import { panelsOf } from '../../facets/index.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import tabs from '../../ui/Tabs.module.css';
import { SessionHeading } from './SessionHeading.tsx';

/** One session, live: what it is, what can be done with it, and its panels. */
export function SessionPage() {
  const { sessionId, panel: asked } = useParams({ strict: false });
  const { feed, state, session } = useFeed(sessionId ?? '');
  if (!session) {
    return (
      <Page title={sessionId ?? 'Session'}>
        {state.at === 'failed' ? (
          <ProblemView error={state.problem} retry={() => feed.start()} />
        ) : (
          <p role="status">{state.at === 'lost' ? 'The server cannot be reached; trying again…' : 'Opening…'}</p>
        )}
      </Page>
    );
  }
  const panels = panelsOf(session);
  const panel = asked ? panels.find(({ id }) => id === asked) : panels[0];
  return (
    <Page
      title={session.name ?? session.session_id}
      heading={<SessionHeading session={session} feed={feed} state={state} />}
    >
      <nav className={tabs.tabs} aria-label="Parts of the session">
        {panels.map(({ id, title, icon: Icon, count }) => (
          <Link
            key={id}
            to="/sessions/$sessionId/$panel"
            params={{ sessionId: session.session_id, panel: id }}
            className={tabs.tab}
            aria-current={panel?.id === id ? 'page' : undefined}
          >
            <Icon size={14} aria-hidden="true" />
            {title}
            {count?.(session) !== undefined && <span className={tabs.count}>{count(session)}</span>}
          </Link>
        ))}
      </nav>
      {panel ? (
        <Suspense fallback={<p role="status">Loading…</p>}>
          <panel.component key={session.session_id} session={session} feed={feed} />
        </Suspense>
      ) : (
        <Empty title="There is no such part of this session" />
      )}
    </Page>
  );
}
