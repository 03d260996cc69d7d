import type { JournalEvent } from 'sessiond';
import { expect, test } from 'vitest';
import { words } from './index.ts';

test('an event reads in the words of its facet', () => {
  const data = { agent_id: 'codex://ui', fence: 2 };
  const event: JournalEvent = { seq: 1, time: '', actor: 'sessiond', type: 'lease_expired', data };
  expect(words.of(event)).toBe('codex://ui lost its lease; its token 2 is void');
  expect(words.facetOf('lease_expired')?.name).toBe('participants');
});

test('each type of event belongs to one facet', () => {
  expect(words.types.length).toBe(new Set(words.types).size);
});

test('an event of a newer server reads as its type', () => {
  const text = '{"seq": 1, "time": "", "actor": "a", "type": "run_forked", "data": {"run": 7}}';
  expect(words.of(JSON.parse(text) as JournalEvent)).toBe('run forked');
  expect(words.facetOf('run_forked')).toBeUndefined();
});
