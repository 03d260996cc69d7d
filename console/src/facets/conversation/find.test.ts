import type { Session, Turn } from 'sessiond';
import { expect, test } from 'vitest';
import { exported } from './export.ts';
import { hitsOf } from './find.ts';
import { titleOf } from './title.ts';

const turn = (text: string, answer: string, more: Partial<Turn> = {}): Turn =>
  ({ text, answer, status: 'completed', queued_at: '2026-01-01T00:00:00Z', ...more }) as Turn;

test('a text is found in questions and answers, in any case', () => {
  const path = [turn('One', 'two'), turn('three', 'ONE more'), turn('four', 'five')];
  expect(hitsOf(path, ' one ')).toEqual([0, 1]);
  expect(hitsOf(path, '')).toEqual([]);
});

test('an export has what was said, by whom, and why an answer is not whole', () => {
  const text = exported({ session_id: 's', name: 'Leases' } as Session, [
    turn('What is a lease?\n', '**A lock**\n', { usage: { model: 'llama' } }),
    turn('And now?', 'Half', { status: 'stopped', reason: 'it was stopped' }),
  ]);
  expect(text).toMatch(/^# Leases\n\n## You\n/);
  expect(text).toContain('## Assistant (llama)\n\n**A lock**\n\n## You');
  expect(text).toMatch(/Half\n\n\*stopped: it was stopped\*\n$/);
});

test.each([
  ['Hello', 'Hello'],
  ['  two\twords \nand a second line', 'two words'],
  ['a '.repeat(50), `${'a '.repeat(30).trimEnd()}…`],
  ['x'.repeat(80), `${'x'.repeat(60)}…`],
])('a title is the first words of a message: %s', (message, title) => {
  expect(titleOf(message)).toBe(title);
});
