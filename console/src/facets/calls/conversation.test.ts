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

describe('the messages of other services are read too', () => {
  const arguments_ = '{"city":"Bonn","id":9007199254740993}';
  const given = { city: 'Bonn', id: 9007199254740993n };

  test('OpenAI’s chat completions', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: arguments_ } };
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
    const messages = [
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Is it warm?' }, image] },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
    ];
    for (const input of [{ model: 'm', messages }, { args: [], kwargs: { messages } }, { args: [messages] }]) {
      expect(asked(input)).toEqual([
        { role: 'developer', text: 'Be brief.', tools: [] },
        { role: 'user', text: 'Is it warm?', tools: [], attached: ['image: image/png'] },
        { role: 'assistant', text: '', tools: [{ name: 'weather', arguments: given }] },
        { role: 'tool', text: 'sunny', tools: [], tool: 'weather' },
      ]);
    }
    const message = { role: 'assistant', content: '**Yes**', tool_calls: [call] };
    const said = { role: 'assistant', text: '**Yes**', tools: [{ name: 'weather', arguments: given }] };
    expect(answered(message)).toEqual(said);
    expect(answered({ id: 'x', choices: [{ index: 0, message }] })).toEqual(said);
  });

  test('OpenAI’s responses', () => {
    const call = { type: 'function_call', call_id: 'c1', id: 'f1', name: 'weather', arguments: arguments_ };
    expect(
      asked({
        instructions: 'Be brief.',
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Is it warm?' }] },
          { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Look it up.' }] },
          call,
          { type: 'function_call_output', call_id: 'c1', output: 'sunny' },
        ],
      }),
    ).toEqual([
      { role: 'system', text: 'Be brief.', tools: [] },
      { role: 'user', text: 'Is it warm?', tools: [] },
      { role: 'assistant', text: '', tools: [], thought: 'Look it up.' },
      { role: 'assistant', text: '', tools: [{ name: 'weather', arguments: given }] },
      { role: 'tool', text: 'sunny', tools: [], tool: 'weather' },
    ]);
    expect(asked({ input: 'Is it warm?' })).toEqual([{ role: 'user', text: 'Is it warm?', tools: [] }]);
    const text = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes.' }] };
    expect(answered({ object: 'response', output: [text, call] })).toEqual({
      role: 'assistant',
      text: 'Yes.',
      tools: [{ name: 'weather', arguments: given }],
    });
  });

  test('Anthropic’s messages', () => {
    const use = { type: 'tool_use', id: 't1', name: 'weather', input: { city: 'Bonn' } };
    const result = (id: string, text: string) => ({
      type: 'tool_result',
      tool_use_id: id,
      content: [{ type: 'text', text }],
    });
    expect(
      asked({
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [
          { role: 'user', content: 'Is it warm?' },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'Look it up.' }, use] },
          { role: 'user', content: [result('t1', 'sunny'), { type: 'text', text: 'And now?' }] },
        ],
      }),
    ).toEqual([
      { role: 'system', text: 'Be brief.', tools: [] },
      { role: 'user', text: 'Is it warm?', tools: [] },
      {
        role: 'assistant',
        text: '',
        tools: [{ name: 'weather', arguments: { city: 'Bonn' } }],
        thought: 'Look it up.',
      },
      { role: 'tool', text: 'sunny', tools: [], tool: 'weather' },
      { role: 'user', text: 'And now?', tools: [] },
    ]);
    expect(answered({ type: 'message', role: 'assistant', content: [{ type: 'text', text: 'Yes.' }, use] })).toEqual({
      role: 'assistant',
      text: 'Yes.',
      tools: [{ name: 'weather', arguments: { city: 'Bonn' } }],
    });
  });
});
