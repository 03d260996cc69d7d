import type { Client, ListSessions, SessionSummary } from 'sessiond';
import { expect, test } from 'vitest';
import { merge, SessionList } from './sessionList.ts';

const row = (id: string | number, revision = 1) => ({ session_id: `s${id}`, revision }) as unknown as SessionSummary;
const ids = (rows: readonly SessionSummary[]) => rows.map(({ session_id }) => session_id);

/** A server whose sessions stand in this order; a cursor names the row that a page begins after. */
function server(sessions: SessionSummary[]): { client: Client; asked: string[] } {
  const asked: string[] = [];
  const list = async ({ cursor, limit = 100 }: ListSessions) => {
    asked.push(cursor ?? 'top');
    const begin = cursor === undefined ? 0 : sessions.findIndex(({ session_id }) => session_id === cursor) + 1;
    const page = sessions.slice(begin, begin + limit);
    return { sessions: page, next_cursor: begin + limit < sessions.length ? page.at(-1)?.session_id : null };
  };
  return { client: { sessions: { list } } as unknown as Client, asked };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => row(index));
const shown = (list: SessionList) => Array.from({ length: list.length }, (_, index) => list.get(index)?.session_id);

test('a list is read as far as it is scrolled', async () => {
  const { client, asked } = server(many(1_000));
  const list = new SessionList(client, () => ({}));
  await list.show(0, 20);
  expect(asked).toEqual(['top']);
  await list.show(150, 190);
  expect(asked).toEqual(['top', 's199']);
  expect(list.length).toBe(400);
  expect(list.whole).toBe(false);
  expect(list.get(399)?.session_id).toBe('s399');
});

test('only the pages in sight are read again, and the top is only asked for news', async () => {
  const sessions = many(1_000);
  const { client, asked } = server(sessions);
  const list = new SessionList(client, () => ({}));
  for (const last of [20, 150, 350, 550]) {
    await list.show(last - 20, last);
  }
  asked.length = 0;
  sessions[450] = row(450, 2);
  sessions.unshift(row('new'));
  await list.refresh(440, 460);
  expect(asked).toEqual(['s399', 'top']);
  expect(list.get(450)?.revision).toBe(2);
  expect(list.news).toBe(1);
  expect(list.get(0)?.session_id).toBe('s0');
});

test('with the top in sight what is new is let in, and no row is lost or doubled', async () => {
  const sessions = many(500);
  const { client } = server(sessions);
  const list = new SessionList(client, () => ({}));
  await list.show(0, 199);
  sessions.unshift(row('b'), row('a'));
  sessions.splice(100, 1);
  await list.refresh(0, 20);
  expect(list.news).toBe(0);
  expect(shown(list)).toEqual(ids(sessions).slice(0, list.length));
});

test('what was let go of is read again when it comes back', async () => {
  const { client } = server(many(6_000));
  const list = new SessionList(client, () => ({}));
  for (let last = 20; last < 5_000; last += 100) {
    await list.show(last - 20, last);
  }
  expect(list.get(300)).toBeUndefined();
  expect(list.get(0)?.session_id).toBe('s0');
  await list.show(290, 310);
  expect(list.get(300)?.session_id).toBe('s300');
  expect(list.length).toBe(5_200);
});

test('rows that changed go to the top of the order of changes', async () => {
  const sessions = many(600);
  const { client } = server(sessions);
  const list = new SessionList(client, () => ({ sort: 'updated' }));
  await list.show(0, 150);
  await list.show(150, 350);
  sessions.unshift(...sessions.splice(205, 1));
  await list.refresh(0, 20);
  await list.refresh(300, 320);
  expect(list.get(0)?.session_id).toBe('s205');
  expect(shown(list).filter((id) => id === 's205').length).toBe(1);
});

test('a problem stays until the server answers again, and what was read stays with it', async () => {
  const { client } = server(many(10));
  const good = client.sessions.list;
  const list = new SessionList(client, () => ({}));
  await list.show(0, 9);
  client.sessions.list = () => Promise.reject(new Error('gone'));
  await list.refresh(0, 9);
  expect(list.problem).toBeInstanceOf(Error);
  expect(list.length).toBe(10);
  client.sessions.list = good;
  await list.refresh(0, 9);
  expect(list.problem).toBeUndefined();
});

test('held back, new rows are counted and what left is dropped', () => {
  const known = [row(1), row(2), row(3), row(4)];
  const answer = [row('a'), row('b'), row(1), row(3, 2)];
  const { rows, news } = merge(known, answer, false);
  expect(ids(rows)).toEqual(['s1', 's3', 's4']);
  expect(rows[1]?.revision).toBe(2);
  expect(news).toBe(2);
});

test('rows of the next page do not come into this one', () => {
  const { rows } = merge([row(1), row(2), row(3)], [row(1), row(3), row(4)], true);
  expect(ids(rows)).toEqual(['s1', 's3']);
});

test('while somebody is about to choose a row, new rows are counted and none moves', async () => {
  const rows = many(3);
  const { client } = server(rows);
  const list = new SessionList(client, () => ({}));
  await list.show(0, 9);
  const before = shown(list);
  rows.unshift(row('new'));
  await list.refresh(0, 9, true);
  expect(shown(list)).toEqual(before);
  expect(list.news).toBe(1);
  await list.refresh(0, 9);
  expect(shown(list)[0]).toBe('snew');
  expect(list.news).toBe(0);
});
