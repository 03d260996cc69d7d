// The official openai client for Node.js with a session's assistant: node assistant.mjs MODULES URL TOKEN OTHER_TOKEN
//
// The assistant's model is scripted: a message that ends with `N` is answered with N words, one in 20 ms; `cite 1` cites a source.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [modules, url, token, other] = process.argv.slice(2);
const { default: OpenAI, toFile } = createRequire(`${modules}/`)('openai');
const client = new OpenAI({ baseURL: url, apiKey: token, maxRetries: 0 });
const stranger = new OpenAI({ baseURL: url, apiKey: other, maxRetries: 0 });
const words = (count) => Array.from({ length: count }, (_, n) => `w${n} `).join('');

// Models.
const models = [];
for await (const model of client.models.list()) models.push(model.id);
assert.deepEqual(models, ['assistant', 'assistant-stateless']);
await assert.rejects(client.models.retrieve('gpt-4'), OpenAI.NotFoundError);

// Chat completions.
const first = { role: 'user', content: 'words 2' };
const answer = await client.chat.completions.create({ model: 'assistant', messages: [first] });
assert.equal(answer.choices[0].message.content, words(2));
assert.equal(answer.choices[0].finish_reason, 'stop');
const messages = [first, { role: 'assistant', content: words(2) }, { role: 'user', content: 'words 3' }];
const stream = await client.chat.completions.create({
  model: 'assistant',
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
let text = '';
let usage;
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta.content ?? '';
  usage = chunk.usage ?? usage;
}
assert.equal(text, words(3));
assert.equal(usage.completion_tokens, 3);
const runner = client.chat.completions.stream({ model: 'assistant', messages: [{ role: 'user', content: 'another 1' }] });
assert.equal((await runner.finalChatCompletion()).choices[0].message.content, words(1));
const refused = client.chat.completions.create({ model: 'assistant', messages: [first], n: 2 });
await assert.rejects(refused, (error) => error instanceof OpenAI.BadRequestError && error.param === 'n');

const limited = await client.chat.completions.create({
  model: 'assistant',
  messages: [{ role: 'user', content: 'limited 9' }],
  max_completion_tokens: 2,
  temperature: 0.2,
});
assert.deepEqual([limited.choices[0].message.content, limited.choices[0].finish_reason], [words(2), 'length']);

// The stateless model has no conversation: the client sends everything, and calls the tools.
const stateless = { model: 'assistant-stateless', messages: [...messages] };
assert.equal((await client.chat.completions.create(stateless)).choices[0].message.content, words(3));
const passed = client.chat.completions.stream(stateless);
assert.equal((await passed.finalChatCompletion()).choices[0].message.content, words(3));
const tool = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };
const calling = { model: 'assistant-stateless', messages: [{ role: 'user', content: 'call' }], tools: [tool] };
const called = (await client.chat.completions.stream(calling).finalChatCompletion()).choices[0];
assert.deepEqual([called.finish_reason, called.message.tool_calls[0].function.name], ['tool_calls', 'weather']);

// Responses: a chain, a stream that is resumed, background and cancel.
const one = await client.responses.create({ model: 'assistant', input: 'words 2' });
assert.equal(one.output_text, words(2));
const two = await client.responses.create({ model: 'assistant', input: 'words 1', previous_response_id: one.id });
assert.equal(two.output_text, words(1));
const events = [];
const response = await client.responses.create({ model: 'assistant', input: 'words 4', stream: true });
for await (const event of response) events.push(event);
assert.equal(events.at(-1).type, 'response.completed');
const { id } = events[0].response;
const rest = [];
const again = await client.responses.retrieve(id, { stream: true, starting_after: events[3].sequence_number });
for await (const event of again) rest.push(event);
const told = (list) => list.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta);
assert.equal(told([...events.slice(0, 4), ...rest]).join(''), words(4));
const long = await client.responses.create({ model: 'assistant', input: 'words 500', background: true });
assert.equal((await client.responses.cancel(long.id)).status, 'cancelled');
await assert.rejects(stranger.responses.retrieve(id), OpenAI.NotFoundError);

// Files and citations.
const contract = '# Contract\n\nThe notice period is thirty days.\n';
const file = await client.files.create({ file: await toFile(Buffer.from(contract), 'contract.md'), purpose: 'user_data' });
assert.equal(file.filename, 'contract.md');
const listed = [];
for await (const entry of client.files.list()) listed.push(entry.id);
assert.deepEqual(listed, [file.id]);
assert.equal(await (await client.files.content(file.id)).text(), contract);
await assert.rejects(stranger.files.retrieve(file.id), OpenAI.NotFoundError);
const cited = await client.responses.create({
  model: 'assistant',
  input: [{ role: 'user', content: [{ type: 'input_file', file_id: file.id }, { type: 'input_text', text: 'cite 1' }] }],
});
const [annotation] = cited.output[0].content[0].annotations;
assert.deepEqual([annotation.type, annotation.file_id], ['file_citation', file.id]);
assert.equal((await client.files.delete(file.id)).deleted, true);

// A request that is sent twice because its answer was lost has one effect.
let lost = 0;
const unlucky = new OpenAI({
  baseURL: url,
  apiKey: token,
  maxRetries: 2,
  fetch: async (address, init) => {
    const answer = await fetch(address, init);
    if (lost++ > 0) return answer;
    await answer.arrayBuffer();
    throw new TypeError('the connection was lost');
  },
});
const before = await client.conversations.items.list(`conv_${token.slice(3, token.lastIndexOf('_'))}`);
await unlucky.responses.create({ model: 'assistant', input: 'once 1', conversation: `conv_${token.slice(3, token.lastIndexOf('_'))}` });
const after = await client.conversations.items.list(`conv_${token.slice(3, token.lastIndexOf('_'))}`);
assert.equal(lost, 2);
const count = (page) => page.data.filter((item) => item.role === 'user' && item.content[0].text === 'once 1').length;
assert.deepEqual([count(before), count(after)], [0, 1]);

console.log('came to its end');
