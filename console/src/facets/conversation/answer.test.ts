import type { TurnItem } from 'sessiond';
import { expect, test } from 'vitest';
import { EMPTY, merge } from './answer.ts';

const text = (offset: number, words: string): TurnItem => ({ type: 'text', offset, text: words });
const all = (...items: TurnItem[]) => items.reduce(merge, EMPTY);

test('pieces follow each other, by the bytes before them', () => {
  const answer = all(text(0, 'Grüße'), text(7, ' an 🙂'), text(15, '!'));
  expect(answer.text).toBe('Grüße an 🙂!');
  expect(answer.textBytes).toBe(16);
});

test('a text at offset 0 replaces what came before', () => {
  expect(all(text(0, 'lost'), text(4, ' words'), text(0, 'kept')).text).toBe('kept');
  expect(all(text(0, 'lost'), text(0, '')).text).toBe('');
});

test('a text that begins in the middle of what is here takes the place of the rest', () => {
  expect(all(text(0, 'für dich'), text(4, ' alle')).text).toBe('für alle');
});

test('the reasoning is merged by itself', () => {
  const answer = all({ type: 'reasoning', offset: 0, text: 'First' }, text(0, 'Yes'), {
    type: 'reasoning',
    offset: 5,
    text: ', think',
  });
  expect(answer).toMatchObject({ text: 'Yes', reasoning: 'First, think' });
});
