import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { messageState, STATES, stateOf, taskState } from './states.ts';

const path = (to: string) => fileURLToPath(new URL(`../../../${to}`, import.meta.url));

const COLOURS = { live: 'blue', good: 'green', warn: 'yellow', bad: 'red', idle: 'grey' } as const;

test('docs/states.md has every state with its word, its colour and its meaning', () => {
  const page = readFileSync(path('docs/states.md'), 'utf8');
  const rows = new Map<string, string[]>();
  let noun = '';
  for (const line of page.split('\n')) {
    const heading = /^## (\w+?)s$/.exec(line);
    noun = heading ? (heading[1] ?? '').toLowerCase() : noun;
    const row = /^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$/.exec(line);
    if (row) {
      rows.set(`${noun} ${row[1]}`, row.slice(2));
    }
  }
  const told = Object.entries(STATES).flatMap(([noun, states]) =>
    Object.entries(states).map(
      ([name, { word, tone, means }]) => [`${noun} ${name}`, [word, COLOURS[tone], means]] as const,
    ),
  );
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(told));
});

test('every state of the interface has a word', () => {
  const { components } = JSON.parse(readFileSync(path('docs/openapi.json'), 'utf8')) as {
    components: { schemas: Record<string, { enum?: string[]; oneOf?: { enum?: string[]; const?: string }[] }> };
  };
  const names = (schema: string): string[] => {
    const { enum: all, oneOf } = components.schemas[schema] ?? {};
    return all ?? oneOf?.flatMap((one) => one.enum ?? one.const ?? []) ?? [];
  };
  const nouns = {
    session: 'Status',
    step: 'StepStatus',
    task: 'TaskStatus',
    agent: 'AgentHealth',
    participant: 'ParticipantStatus',
    question: 'QuestionStatus',
    call: 'CallStatus',
    turn: 'TurnStatus',
    webhook: 'WebhookStatus',
    run: 'RunOutcome',
  } as const;
  for (const [noun, schema] of Object.entries(nouns)) {
    expect(names(schema).length, schema).toBeGreaterThan(1);
    for (const name of names(schema)) {
      expect(STATES[noun as keyof typeof nouns], `${noun} ${name}`).toHaveProperty(name);
    }
  }
});

test('a message that was delivered and left the inbox is handled, one that was not is withdrawn', () => {
  expect(messageState({ state: 'withdrawn', attempts: 1 })).toBe('handled');
  expect(messageState({ state: 'withdrawn', attempts: 0 })).toBe('withdrawn');
  expect(messageState({ state: 'dead', attempts: 16 })).toBe('dead');
  expect(stateOf('task', 'a_new_one').word).toBe('a new one');
});

test('a task in progress whose agent waits for an answer is waiting', () => {
  const since = '2026-01-01T00:00:00.000Z';
  expect(taskState({ status: 'in_progress', input_required_since: since })).toBe('waiting');
  expect(taskState({ status: 'in_progress' })).toBe('in_progress');
  expect(taskState({ status: 'failed', input_required_since: since })).toBe('failed');
});
