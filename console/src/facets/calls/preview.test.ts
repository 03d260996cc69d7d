import { expect, test } from 'vitest';
import { messageText } from '../../ui/messageText.ts';
import { preview } from '../../ui/preview.ts';
import { inputInLine } from './preview.ts';
import { began, ended, Script } from './script.ts';
import { waiting } from './useWaiting.ts';

test('a call is told apart by its input', () => {
  expect(inputInLine({ args: [3, 'Bonn'], kwargs: { limit: 5 } })).toBe('3, Bonn, limit: 5');
  expect(inputInLine({ args: [{ messages: [{ role: 'user', content: 'Is it\nwarm?' }] }] })).toBe('Is it warm?');
  expect(inputInLine({ order: { id: 7n, tags: ['a', 'b'] } })).toBe('order: {id: 7, tags: [a, b]}');
  expect(inputInLine(undefined)).toBe('');
});

test('a preview looks at no more than it shows', () => {
  let looked = 0;
  const many = new Proxy({} as Record<string, unknown>, {
    ownKeys: () => Array.from({ length: 10_000 }, (_, at) => `name${at}`),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    get: () => {
      looked += 1;
      return 'value';
    },
  });
  expect(preview(many, 50).length).toBeLessThanOrEqual(50);
  expect(looked).toBeLessThan(20);
  let deep: unknown = 'x';
  for (let level = 0; level < 100_000; level += 1) {
    deep = [deep];
  }
  expect(preview(deep)).toBe('[[[[…]]]]');
});

test('a message is told by what it says', () => {
  const text = (message_type: 'task_request' | 'task_response' | 'error' | 'status_update', payload: unknown) =>
    messageText({ message_type, payload } as never);
  expect(text('task_request', { task_type: 'review', context: { text: 'the API' } })).toBe('review: the API');
  expect(text('task_response', { task_id: 't', result: { files: 3 } })).toBe('files: 3');
  expect(text('error', { task_id: 't', error: { code: 'x', detail: 'no disk' } })).toBe('no disk');
  expect(text('status_update', { note: 'soon' })).toBe('soon');
  expect(text('status_update', 'plain')).toBe('plain');
});

test('open calls wait when all that is open below them asked a question', () => {
  const script = new Script()
    .process('p')
    .calls(began(1, undefined, 10), began(2, 1, 20), began(3, 1, 30), began(4, 3, 40), began(5, 1, 50))
    .calls(ended(5, 60));
  expect([...waiting(script.table, [2])]).toEqual([2]);
  expect([...waiting(script.table, [2, 4])].sort()).toEqual([1, 2, 3, 4]);
  expect([...waiting(script.table, [5, 99])]).toEqual([]);
  expect(script.table.input(1)).toBeUndefined();
});
