import { Link } from '@tanstack/react-router';
import type { Session } from 'sessiond';
import type { Feed, FeedState } from '../../data/feed.ts';
import { Badge, Status } from '../../ui/Badge.tsx';
import { Id } from '../../ui/Copy.tsx';
import { Ago } from '../../ui/Time.tsx';
import css from './SessionHeading.module.css';

/** What a session is, and whether what is shown is of now. */
export function SessionHeading({ session, state }: { session: Session; feed: Feed; state: FeedState }) {
  return (
    <div className={css.heading}>
      <p className={css.way}>
        <Link to="/sessions">Sessions</Link> / <Id>{session.session_id}</Id>
      </p>
      <div className={css.line}>
        <h1>{session.name ?? session.session_id}</h1>
        <Status of={session.status} />
        <Badge>{session.kind}</Badge>
        <span className={css.quiet}>revision {session.revision}</span>
        <span className={css.quiet}>
          changed <Ago time={session.updated_at} />
        </span>
        <Live state={state} />
      </div>
    </div>
  );
}

/** Whether the event stream stands. */
function Live({ state }: { state: FeedState }) {
  return (
    <span role="status" data-feed={state.at}>
      {state.at === 'live' && <Badge tone="good">live</Badge>}
      {state.at === 'lost' && (
        <Badge tone="warn">
          connection lost <Ago time={new Date(state.since).toISOString()} />; reconnecting
        </Badge>
      )}
      {state.at === 'failed' && <Badge tone="bad">{state.problem.code}</Badge>}
    </span>
  );
}
