import type { Client, JournalEvent, Turn, TurnPage } from 'sessiond';
import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const turn = (turn_id: string, more: Partial<Turn> = {}): Turn => ({
  turn_id,
  session_id: 's',
  parent: null,
  status: 'completed',
  text: `ask ${turn_id}`,
  answer: `answer ${turn_id}`,
  asked_by: 'me',
  queued_at: 'then',
  began_at: 'then',
  ended_at: 'then',
  revision: 1,
  ...more,
});

/** A session whose pages and events the test gives. */
function session(...pages: (TurnPage | Promise<TurnPage>)[]) {
  const asked: object[] = [];
  const listTurns = async (_: string, query: object) => {
    asked.push(query);
    return (await pages.shift()) ?? { turns: [], head: null, next_after: null };
  };
  let hear: (event: JournalEvent) => void = () => undefined;
  let seq = 100;
  const feed = {
    onEvent: (callback: (event: JournalEvent) => void) => {
      hear = callback;
      return () => undefined;
    },
  };
  const turns = new Turns({ conversation: { listTurns } } as unknown as Client, 's');
  return {
    turns,
    asked,
    end: turns.follow(feed),
    event: (type: string, data: object) => {
      seq += 1;
      hear({ seq, time: 'now', actor: 'you', type, data } as JournalEvent);
    },
    loaded: () => expect.poll(() => turns.get().loaded).toBe(true),
  };
}

const page = (turns: Turn[], head: string | null, next_after: number | null = null): TurnPage => ({
  turns,
  head,
  next_after,
});

const ids = (turns: readonly Turn[]) => turns.map(({ turn_id }) => turn_id).join(' ');

test('all pages are read, and the path leads to the head', async () => {
  const { turns, asked, loaded } = session(
    page([turn('a'), turn('b', { parent: 'a', revision: 5 })], 'c', 5),
    page([turn('c', { parent: 'b', revision: 9 })], 'c'),
  );
  await loaded();
  expect(asked).toEqual([{ limit: 1000 }, { limit: 1000, after: 5 }]);
  expect(ids(turns.get().path)).toBe('a b c');
});

test('the events of a turn take it from the queue to its end', async () => {
  const { turns, event, loaded } = session();
  await loaded();
  event('turn_queued', { turn_id: 'a', text: 'hello' });
  expect(ids(turns.get().queued)).toBe('a');
  expect(turns.get().path).toEqual([]);
  event('turn_began', { turn_id: 'a', runner: 1 });
  event('head_moved', { turn_id: 'a' });
  expect(turns.get().running?.turn_id).toBe('a');
  expect(turns.get().queued).toEqual([]);
  event('turn_ended', { turn_id: 'a', status: 'completed', text: 'hi', usage: { input_tokens: 1 } });
  expect(turns.get().running).toBeUndefined();
  expect(turns.get().path[0]).toMatchObject({ text: 'hello', answer: 'hi', status: 'completed', asked_by: 'you' });
});

test('a message that interrupts goes before those that wait', async () => {
  const { turns, event, loaded } = session();
  await loaded();
  event('turn_queued', { turn_id: 'a', text: 'a' });
  event('turn_queued', { turn_id: 'b', text: 'b' });
  event('turn_queued', { turn_id: 'c', text: 'c', next: true });
  expect(ids(turns.get().queued)).toBe('c a b');
  event('turn_ended', { turn_id: 'a', status: 'stopped' });
  expect(ids(turns.get().queued)).toBe('c b');
  expect(turns.get().path).toEqual([]);
});

test('what happens while the turns are read is added to them', async () => {
  let answer: (page: TurnPage) => void = () => undefined;
  const { turns, event, loaded } = session(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  event('turn_queued', { turn_id: 'a', text: 'a' });
  event('turn_began', { turn_id: 'a', runner: 1 });
  event('turn_queued', { turn_id: 'b', text: 'b' });
  event('head_moved', { turn_id: 'a' });
  // The answer knows more than the first events: the turn has ended.
  answer(page([turn('a')], 'a'));
  await loaded();
  expect(turns.get().path[0]?.status).toBe('completed');
  expect(ids(turns.get().queued)).toBe('b');
});

test('an answer that was slower than the events opens no turn again', async () => {
  const { turns, event, loaded } = session(page([turn('a', { status: 'running', answer: '' })], 'a'));
  await loaded();
  event('turn_ended', { turn_id: 'a', status: 'stopped', text: 'half' });
  turns.put(turn('a', { status: 'running', answer: '' }));
  expect(turns.get().path[0]).toMatchObject({ status: 'stopped', answer: 'half' });
});

test('clearing removes what was there, and a roll-back the text', async () => {
  const { turns, event, loaded } = session(page([turn('a'), turn('b', { parent: 'a', status: 'running' })], 'b'));
  await loaded();
  event('turn_ended', { turn_id: 'b', status: 'rolled_back', reason: 'another message took its place' });
  event('head_moved', { turn_id: 'a' });
  expect(ids(turns.get().path)).toBe('a');
  expect(turns.get().turns.get('b')).toMatchObject({ text: '', answer: '' });
  event('conversation_cleared', {});
  expect(turns.get()).toMatchObject({ head: null, path: [], queued: [] });
  expect(turns.agrees(0, null)).toBe(true);
  expect(turns.agrees(1, null)).toBe(false);
});

test('the last summary along the branch counts its turns, also after it came as an event, and clearing removes it', async () => {
  const { turns, event, loaded } = session({
    ...page([turn('a'), turn('b', { parent: 'a', revision: 2 }), turn('c', { parent: 'b', revision: 3 })], 'c'),
    summaries: [{ through: 'a', revision: 7 }],
  });
  await loaded();
  expect(turns.get().summary).toEqual({ turns: 1, revision: 7 });
  event('conversation_compacted', { through: 'b', text: 'so far' });
  expect(turns.get().summary).toEqual({ turns: 2, revision: 101 });
  // A branch that begins before it has only the first.
  event('turn_queued', { turn_id: 'd', parent: 'a', text: 'else' });
  event('turn_began', { turn_id: 'd', parent: 'a', runner: 1 });
  event('head_moved', { turn_id: 'd' });
  expect(turns.get().summary).toEqual({ turns: 1, revision: 7 });
  event('conversation_cleared', {});
  expect(turns.get().summary).toBeUndefined();
});

test('tools are taken in with their results, and stay when the turn ends', async () => {
  const { turns, event, loaded } = session(page([turn('a', { status: 'running', ended_at: null })], 'a'));
  await loaded();
  const call = { turn_id: 'a', runner: 1, number: 1, id: 'c', name: 'grep', arguments: '{}', round: 1, offset: 0 };
  event('tool_called', call);
  event('tool_called', { ...call, number: 2, name: 'read' });
  event('tool_answered', { turn_id: 'a', runner: 1, number: 2, status: 'failed', text: 'gone', duration_ms: 3 });
  const tools = () => turns.get().path[0]?.tools?.map(({ name, status, text }) => [name, status, text].join(' '));
  expect(tools()).toEqual(['grep called ', 'read failed gone']);
  event('turn_ended', { turn_id: 'a', status: 'stopped', text: 'So' });
  expect(tools()).toEqual(['grep called ', 'read failed gone']);
});
