import { QueryClient } from '@tanstack/react-query';
import type { Client, JournalEvent, Session, WatchItem, WatchOptions } from 'sessiond';
import { Problem } from 'sessiond';
import { expect, test, vi } from 'vitest';
import { Feed, type FeedState } from './feed.ts';
import { keys } from './queries.ts';

const GONE = new Problem({ code: 'session_not_found', detail: 'there is no such session', status: 404 });
const AWAY = Problem.unreachable('the cable is out');

const event = (seq: number): JournalEvent => ({
  seq,
  time: '2026-01-01T00:00:00.000Z',
  type: 'context_updated',
  actor: 'somebody',
  data: { patch: { seq } },
});

type Step = WatchItem | { connected: true } | { connected: false; problem: Problem } | Error;

/** A server whose streams say what the test hands them; each `watch` is recorded with what it asked for. */
function setup(session: () => Session = () => ({ session_id: 's', revision: 9 }) as Session) {
  const watches: { options: WatchOptions; say: (...steps: Step[]) => Promise<void>; end: () => Promise<void> }[] = [];
  const client = {
    watch: (_id: string, options: WatchOptions) => {
      const waiting: (Step | undefined)[] = [];
      let wake = () => {};
      const settle = () => new Promise<void>((resolve) => setTimeout(resolve));
      const say = (...steps: (Step | undefined)[]) => {
        waiting.push(...steps);
        wake();
        return settle();
      };
      watches.push({ options, say, end: () => say(undefined) });
      options.signal?.addEventListener('abort', () => wake());
      return (async function* () {
        for (;;) {
          while (waiting.length === 0) {
            options.signal?.throwIfAborted();
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          options.signal?.throwIfAborted();
          const step = waiting.shift();
          if (step === undefined) {
            return;
          }
          if (step instanceof Error) {
            throw step;
          }
          if ('connected' in step) {
            options.onConnection?.(step);
          } else {
            yield step;
          }
        }
      })();
    },
    sessions: { get: async () => session() },
    events: {
      list: async (_id: string, { after }: { after: number }) => ({ events: [event(after + 1)], revision: 9 }),
    },
  };
  const queries = new QueryClient();
  const feed = new Feed(client as unknown as Client, queries, 's');
  const states: FeedState['at'][] = [];
  feed.subscribe(() => states.push(feed.getState().at));
  return { feed, queries, watches, states };
}

const snapshot = (revision: number): WatchItem => ({
  type: 'snapshot',
  revision,
  session: { session_id: 's', revision } as Session,
});
const published = (seq: number): WatchItem => ({ type: 'event', event: event(seq), revision: seq });

test('a feed that is started twice follows once', async () => {
  const { feed, watches, queries } = setup();
  const heard: number[] = [];
  feed.onEvent(({ seq }) => heard.push(seq));
  feed.start();
  feed.stop();
  feed.start();
  const [first, second] = watches;
  expect(first?.options.signal?.aborted).toBe(true);
  await first?.say({ connected: true }, published(1));
  await second?.say({ connected: true }, snapshot(3), published(4));
  expect(heard).toEqual([4]);
  expect(feed.getState()).toEqual({ at: 'live' });
  expect(queries.getQueryData<Session>(keys.session('s'))?.revision).toBe(3);
  feed.stop();
});

test('a loss is told with its beginning, and what it ends with is how much happened', async () => {
  const { feed, watches, states } = setup();
  feed.start();
  await watches[0]?.say({ connected: true }, snapshot(3), { connected: false, problem: AWAY });
  const lost = feed.getState();
  await watches[0]?.say({ connected: false, problem: AWAY });
  expect(feed.getState()).toEqual(lost);
  expect(lost).toMatchObject({ at: 'lost', problem: AWAY });
  await watches[0]?.say({ connected: true });
  expect(feed.getState()).toEqual({ at: 'live', caughtUp: 6 });
  expect(states).toEqual(['live', 'lost', 'lost', 'live', 'live']);
  feed.stop();
});

test('a tab that wakes tries a lost connection at once, from where it was', async () => {
  const { feed, watches } = setup();
  feed.start();
  await watches[0]?.say({ connected: true }, snapshot(3), published(4));
  feed.wake();
  expect(watches).toHaveLength(1);
  await watches[0]?.say({ connected: false, problem: AWAY });
  feed.wake();
  expect(watches).toHaveLength(2);
  expect(watches[0]?.options.signal?.aborted).toBe(true);
  expect(watches[1]?.options.after).toBe(4);
  expect(feed.getState().at).toBe('lost');
  feed.stop();
});

test('an ended session is read a last time', async () => {
  const { feed, watches, queries } = setup();
  feed.start();
  await watches[0]?.say({ connected: true }, snapshot(8), published(9));
  await watches[0]?.end();
  expect(feed.getState()).toEqual({ at: 'ended' });
  expect(queries.getQueryData<Session>(keys.session('s'))?.revision).toBe(9);
});

test('a session that is deleted meanwhile stays on the page as what it was', async () => {
  const { feed, watches, queries } = setup(() => {
    throw GONE;
  });
  feed.start();
  await watches[0]?.say({ connected: true }, snapshot(3));
  await watches[0]?.end();
  expect(feed.getState()).toEqual({ at: 'deleted' });
  expect(queries.getQueryData<Session>(keys.session('s'))?.revision).toBe(3);
});

test('a refusal is a failure that a second try may mend', async () => {
  const { feed, watches } = setup();
  feed.start();
  const refused = new Problem({ code: 'unauthenticated', detail: 'no key', status: 401 });
  await watches[0]?.say(refused);
  expect(feed.getState()).toEqual({ at: 'failed', problem: refused });
  feed.start();
  expect(feed.getState()).toEqual({ at: 'connecting' });
  await watches[1]?.say({ connected: true });
  expect(feed.getState()).toEqual({ at: 'live' });
  feed.stop();
});

test('many events make the session be read once', async () => {
  const { feed, watches, queries } = setup();
  const invalidate = vi.spyOn(queries, 'invalidateQueries');
  feed.start();
  await watches[0]?.say({ connected: true }, snapshot(1), ...[2, 3, 4, 5, 6].map(published));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(invalidate).toHaveBeenCalledTimes(1);
  feed.stop();
});

test('a gap is known to the journal', async () => {
  const { feed, watches } = setup();
  feed.start();
  await watches[0]?.say({ connected: true }, { type: 'gap', after: 0, first: 41, revision: 40 });
  expect(feed.journal.first).toBe(41);
  feed.stop();
});
