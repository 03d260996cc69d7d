import { Link } from '@tanstack/react-router';
import type { Session } from 'sessiond';
import type { Feed, FeedState } from '../../data/feed.ts';
import { SessionStatus } from '../../facets/questions/SessionStatus.tsx';
import { Badge } from '../../ui/Badge.tsx';
import { Id } from '../../ui/Copy.tsx';
import { grouped } from '../../ui/numbers.ts';
import { Ago } from '../../ui/Times.tsx';
import { Connection } from './Connection.tsx';
import { SessionActions } from './SessionActions.tsx';
import css from './SessionHeading.module.css';

/** What a session is, whether what is shown is of now, and what can be done with it. */
export function SessionHeading({
  session,
  feed,
  state,
  compact = false,
}: {
  session: Session;
  feed: Feed;
  state: FeedState;
  /** It leaves room on a narrow screen for a panel that is as high as the window. */
  compact?: boolean;
}) {
  return (
    <div className={css.heading} data-compact={compact || undefined}>
      <p className={css.way}>
        <Link to="/sessions">Sessions</Link> / <Id>{session.session_id}</Id>
      </p>
      <div className={css.line}>
        <h1 className={css.name}>
          <bdi>{session.name ?? session.session_id}</bdi>
        </h1>
        <SessionStatus of={session} />
        <span className={css.kind}>
          <Badge>{session.kind}</Badge>
        </span>
        <span className={css.quiet}>revision {grouped(session.revision)}</span>
        <span className={css.quiet}>
          updated <Ago time={session.updated_at} />
        </span>
        {state.at === 'live' && (
          <span className={css.live}>
            <span className={css.dot} aria-hidden="true" />
            live
          </span>
        )}
        {state.at === 'lost' && (
          <span className={css.live} data-lost="">
            <span className={css.dot} aria-hidden="true" />
            not live
          </span>
        )}
        {state.at !== 'deleted' && (
          <div className={css.actions}>
            <SessionActions session={session} />
          </div>
        )}
      </div>
      <Connection feed={feed} state={state} />
    </div>
  );
}
