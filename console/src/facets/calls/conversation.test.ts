import { describe, expect, test } from 'vitest';
import { answered, asked, conversation, question } from './conversation.ts';

const QUESTION = { role: 'user', content: 'Is it warm in Bonn?' };
const WANTS = {
  role: 'assistant',
  content: '',
  tool_calls: [{ id: 'c0', name: 'weather', arguments: { city: 'Bonn' } }],
};
const RESULT = { role: 'tool', call_id: 'c0', content: 'sunny' };

describe('a conversation is read from', () => {
  test('a request to a model, with the tool that each result is of', () => {
    expect(asked({ args: [{ messages: [QUESTION, WANTS, RESULT], tools: [] }] })).toEqual([
      { role: 'user', text: 'Is it warm in Bonn?', tools: [] },
      { role: 'assistant', text: '', tools: [{ name: 'weather', arguments: { city: 'Bonn' } }] },
      { role: 'tool', text: 'sunny', tools: [], tool: 'weather' },
    ]);
    // As Rust records it.
    expect(asked({ messages: [QUESTION] })).toHaveLength(1);
  });

  test('what an agent is asked, when it is a text', () => {
    expect(question({ args: ['Is it warm?'] })).toEqual([{ role: 'user', text: 'Is it warm?', tools: [] }]);
    expect(question('Is it warm?')).toHaveLength(1);
    expect(question({ args: ['Is it warm?'], kwargs: { city: 'Bonn' } })).toBeUndefined();
    expect(question({ args: [1] })).toBeUndefined();
  });

  test('what a model answers, and what an agent gives, in Rust and in Python', () => {
    expect(answered({ text: 'Yes.', tool_calls: [], finish: 'stop' })).toEqual({
      role: 'assistant',
      text: 'Yes.',
      tools: [],
    });
    const given = { text: 'Yes.', structured: null, messages: [QUESTION, { role: 'assistant', content: 'Yes.' }] };
    for (const output of [given, { $object: ['sessiond._agent:AgentResult', given] }]) {
      expect(answered(output)?.text).toBe('Yes.');
      expect(conversation(output)?.map(({ role }) => role)).toEqual(['user', 'assistant']);
    }
  });
});

test('what only looks like a conversation is left as it is', () => {
  for (const value of [
    undefined,
    null,
    'text',
    [],
    { args: [] },
    { messages: [] },
    { messages: ['hello'] },
    { messages: [{ role: 1, content: 'x' }] },
    { messages: [{ role: 'user', content: [{ image: '…' }] }] },
  ]) {
    expect(asked(value)).toBeUndefined();
    expect(conversation(value)).toBeUndefined();
    expect(answered(value)).toBeUndefined();
  }
  expect(answered({ text: 'a function that gives a text' })).toBeUndefined();
});
