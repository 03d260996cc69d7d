import { type Client, Problem, type Session } from 'sessiond';
import { expect, test } from 'vitest';
import { changeOf, jsonOf, jsonOrText } from './changes.ts';

const stale = () => new Problem({ code: 'revision_stale', status: 412, detail: 'stale' });
const session = (revision: number, name = 'as it was') => ({ session_id: 's', revision, name }) as Session;
const server = (now: Session) => ({ sessions: { get: async () => now } }) as unknown as Client;
const NAME = { what: 'The name', of: ({ name }: Session) => name };

test('a change goes through when the session moved on in other things', async () => {
  const sent: number[] = [];
  const answer = await changeOf(server(session(9)), session(5), NAME, async (revision) => {
    sent.push(revision);
    if (revision !== 9) {
      throw stale();
    }
    return 'done';
  });
  expect(answer).toBe('done');
  expect(sent).toEqual([5, 9]);
});

test('a change is not sent again when what it is about has changed', async () => {
  const sent: number[] = [];
  const change = changeOf(server(session(9, 'other')), session(5), NAME, async (revision) => {
    sent.push(revision);
    throw stale();
  });
  await expect(change).rejects.toMatchObject({ code: 'revision_stale', detail: expect.stringContaining('The name') });
  expect(sent).toEqual([5]);
});

test('a change gives up in the end, and at once when something else is wrong', async () => {
  let tries = 0;
  const always = changeOf(server(session(9)), session(5), NAME, async () => {
    tries += 1;
    throw stale();
  });
  await expect(always).rejects.toMatchObject({ code: 'revision_stale' });
  expect(tries).toBe(8);
  const forbidden = changeOf(server(session(9)), session(5), NAME, async () => {
    throw new Problem({ code: 'forbidden', status: 403, detail: 'no' });
  });
  await expect(forbidden).rejects.toMatchObject({ code: 'forbidden' });
});

test('a field that is no JSON says so', () => {
  expect(jsonOf(' ', 'payload')).toBeUndefined();
  expect(jsonOf('{"a":1}', 'payload')).toEqual({ a: 1 });
  expect(() => jsonOf('{a', 'payload')).toThrowError(/\/payload/);
  expect(jsonOrText('plain words')).toBe('plain words');
  expect(jsonOrText('[1]')).toEqual([1]);
});
