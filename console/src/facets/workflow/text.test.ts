import type { Task } from 'sessiond';
import { expect, test } from 'vitest';
import { attemptOf, dueAt, inWords, progressOf, shortened } from './text.ts';

test('progress is a share where there is a number, and words beside it', () => {
  expect(progressOf(0.25)).toEqual({ share: 0.25, words: '' });
  expect(progressOf(40)).toEqual({ share: 0.4, words: '' });
  expect(progressOf('70%: linking')).toEqual({ share: 0.7, words: 'linking' });
  expect(progressOf({ percent: 10, message: 'reading' })).toEqual({ share: 0.1, words: 'reading' });
  expect(progressOf({ done: 2, total: 8 })).toEqual({ share: 0.25, words: '' });
  expect(progressOf({ percent: 250 })).toEqual({ share: 1, words: '' });
});

test('progress without a measure is its words', () => {
  expect(progressOf('drawing the bell')).toEqual({ words: 'drawing the bell' });
  expect(progressOf(-3)).toEqual({ words: '-3' });
  expect(progressOf(['a'])).toEqual({ words: '["a"]' });
  expect(progressOf({ phase: 'listing', done: 86 })).toEqual({ words: 'listing, 86 done' });
  expect(progressOf({ files: 3 })).toEqual({ words: '{"files":3}' });
});

test('an error reads as its detail, else as what it is', () => {
  expect(inWords({ code: 'build_failed', detail: '3 errors' })).toBe('3 errors');
  expect(inWords({ code: 'odd' })).toBe('{"code":"odd"}');
  expect(inWords(null)).toBe('');
});

test('a long text is cut to its length in one line', () => {
  expect(shortened('one\n two   three', 8)).toBe('one two…');
  expect(shortened('short', 8)).toBe('short');
});

test('attempts count for the present assignee alone', () => {
  const attempts = [{ agent_id: 'a' }, { agent_id: 'a' }, { agent_id: 'b' }];
  const task = { assignee: 'b', status: 'pending', attempts, retry_policy: { max_retries: 1 } } as unknown as Task;
  expect(attemptOf(task)).toEqual({ nth: 2, of: 2 });
  expect(attemptOf({ ...task, status: 'failed' })).toEqual({ nth: 1, of: 2 });
  expect(attemptOf({ ...task, assignee: 'c' })).toEqual({ nth: 1, of: 2 });
});

test('a retry is due when the time to accept it begins, and work when it was accepted', () => {
  const at = (time: string) => Date.parse(`2026-01-02T${time}Z`);
  const pending = { status: 'pending', deadline: '2026-01-02T10:00:00Z', timeout: '5m' } as unknown as Task;
  expect(dueAt(pending)).toBe(at('10:00:00') - 86_400_000);
  expect(dueAt({ ...pending, start_within: '1h' })).toBe(at('09:00:00'));
  expect(dueAt({ ...pending, status: 'in_progress', start_within: '1h' })).toBe(at('09:55:00'));
});
