import { Link, useParams } from '@tanstack/react-router';
import { MessageSquarePlus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Part } from '../../app/Boundary.tsx';
import type { Feed, FeedState } from '../../data/feed.ts';
import { useFeed } from '../../data/useFeed.ts';
import { useNewChat } from '../../facets/conversation/useNewChat.ts';
import { panelsOf, preload, words } from '../../facets/index.ts';
import { OpenQuestions } from '../../facets/questions/OpenQuestions.tsx';
import { WordsContext } from '../../facets/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Page } from '../../ui/Page.tsx';
import { ProblemView } from '../../ui/Problem.tsx';
import tabs from '../../ui/Tabs.module.css';
import { SessionHeading } from './SessionHeading.tsx';

/** One session, live: what it is, what can be done with it, and its panels. */
export function SessionPage() {
  const { sessionId, panel: asked } = useParams({ strict: false });
  const { feed, state, session } = useFeed(sessionId ?? '');
  const current = useRef<HTMLAnchorElement>(null);
  const there = session !== undefined;
  // Both are on their way at the same time.
  useEffect(() => preload(asked), [asked]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tab that is open has changed, or is there at last.
  useEffect(() => void current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' }), [asked, there]);
  // What was shown of it is gone, also where it was read a moment ago.
  if (state.at === 'failed' && state.problem.code === 'session_expired') {
    return (
      <Page title={session?.name ?? sessionId ?? 'Session'}>
        <Expired />
      </Page>
    );
  }
  if (!session) {
    return (
      <Page title={sessionId ?? 'Session'}>
        <Opening sessionId={sessionId ?? ''} feed={feed} state={state} />
      </Page>
    );
  }
  const panels = panelsOf(session);
  const panel = asked ? panels.find(({ id }) => id === asked) : panels[0];
  return (
    <Page
      title={session.name ?? session.session_id}
      fill={panel?.fill ?? false}
      heading={<SessionHeading session={session} feed={feed} state={state} compact={panel?.fill ?? false} />}
    >
      <nav className={tabs.tabs} aria-label="Panels of the session">
        {panels.map(({ id, title, icon: Icon, count }) => (
          <Link
            key={id}
            to="/sessions/$sessionId/$panel"
            params={{ sessionId: session.session_id, panel: id }}
            className={tabs.tab}
            ref={panel?.id === id ? current : undefined}
            aria-current={panel?.id === id ? 'page' : undefined}
          >
            <Icon size={14} aria-hidden="true" />
            {title}
            <Count of={count?.(session)} />
          </Link>
        ))}
      </nav>
      <OpenQuestions session={session} />
      {panel ? (
        <WordsContext value={words}>
          <Part of={panel.id}>
            <panel.component key={session.session_id} session={session} feed={feed} />
          </Part>
        </WordsContext>
      ) : (
        <Empty
          title="This session has no such panel"
          action={
            <Link to="/sessions/$sessionId" params={{ sessionId: session.session_id }}>
              Open the session
            </Link>
          }
        />
      )}
    </Page>
  );
}

/** The number beside the title of a panel. */
function Count({ of }: { of: number | undefined }) {
  return of === undefined ? null : <span className={tabs.count}>{grouped(of)}</span>;
}

/** A session that is not here yet, or never will be. */
function Opening({ sessionId, feed, state }: { sessionId: string; feed: Feed; state: FeedState }) {
  if (state.at === 'failed' && state.problem.code === 'session_not_found') {
    return (
      <Empty title="Session not found" command={`sessiond session list --url ${location.origin}`}>
        <code>{sessionId}</code> was deleted, never existed, or is not visible to this key. A session is visible to its
        owner, its participants and administrators. <Link to="/sessions">All sessions</Link>
      </Empty>
    );
  }
  if (state.at === 'failed') {
    return <ProblemView error={state.problem} retry={() => feed.start()} />;
  }
  return (
    <p role="status" data-feed={state.at}>
      {state.at === 'lost' ? 'The server cannot be reached; retrying…' : 'Opening…'}
    </p>
  );
}

/** An assistant's session whose time is over. */
function Expired() {
  const newChat = useNewChat();
  return (
    <Empty
      title="This session has expired"
      action={
        newChat && (
          <Button look="primary" icon={<MessageSquarePlus />} onClick={newChat}>
            New chat
          </Button>
        )
      }
    >
      It was not used for the time that the server allows, and its conversation was removed.
    </Empty>
  );
}
