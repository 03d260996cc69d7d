import { Check, CloudOff, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { Feed, FeedState } from '../../data/feed.ts';
import { useReach } from '../../data/reach.ts';
import { Button } from '../../ui/Button.tsx';
import { grouped } from '../../ui/numbers.ts';
import { ProblemView } from '../../ui/Problem.tsx';
import { Ago } from '../../ui/Times.tsx';
import css from './SessionHeading.module.css';

/** A loss shorter than this is not worth a word, in milliseconds: proxies cut streams as a habit. */
const GRACE = 900;
/** How long it is said that the connection is back, in milliseconds. */
const STAYS = 6_000;

/** What a viewer must know of the event stream: that it is lost, came back, or will not come. */
export function Connection({ feed, state }: { feed: Feed; state: FeedState }) {
  const reach = useReach();
  const [told, setTold] = useState(false);
  const lost = state.at === 'lost';
  useEffect(() => {
    if (!lost) {
      return;
    }
    const timer = setTimeout(() => setTold(true), GRACE);
    return () => clearTimeout(timer);
  }, [lost]);
  useEffect(() => {
    if (lost || !told) {
      return;
    }
    const timer = setTimeout(() => setTold(false), STAYS);
    return () => clearTimeout(timer);
  }, [lost, told]);
  return (
    <div role="status" data-feed={state.at}>
      {/* That the whole server is gone is said above every page. */}
      {state.at === 'lost' && told && reach.lost === undefined && (
        <p className={css.note}>
          <CloudOff size={16} aria-hidden="true" />
          <span>
            Not live since <Ago time={new Date(state.since).toISOString()} />: {state.problem.detail}. It is being
            connected again; nothing is missed.
          </span>
          <Button onClick={() => feed.wake()}>Try now</Button>
        </p>
      )}
      {state.at === 'live' && told && state.caughtUp !== undefined && (
        <p className={css.note} data-tone="good" data-caught-up={state.caughtUp}>
          <Check size={16} aria-hidden="true" />
          <span>
            Live again.{' '}
            {state.caughtUp === 0
              ? 'No new events.'
              : `Caught up with ${grouped(state.caughtUp)} ${state.caughtUp === 1 ? 'event' : 'events'}.`}
          </span>
        </p>
      )}
      {state.at === 'deleted' && (
        <p className={css.note} data-tone="bad">
          <Trash2 size={16} aria-hidden="true" />
          <span>This session was deleted. The page shows its last known state.</span>
        </p>
      )}
      {state.at === 'failed' && <ProblemView error={state.problem} retry={() => feed.start()} />}
    </div>
  );
}
