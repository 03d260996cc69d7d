// The official openai client for Node.js with a server that permits one open turn: node limits.mjs MODULES URL TOKEN

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';

const [modules, url, token] = process.argv.slice(2);
const { default: OpenAI } = createRequire(`${modules}/`)('openai');
const impatient = new OpenAI({ baseURL: url, apiKey: token, maxRetries: 0 });
const client = new OpenAI({ baseURL: url, apiKey: token, maxRetries: 5 });

const running = await client.responses.create({ model: 'assistant', input: 'words 60', background: true });
const messages = [{ role: 'user', content: 'words 1' }];
const refused = impatient.chat.completions.create({ model: 'assistant-stateless', messages });
await assert.rejects(refused, (error) => error instanceof OpenAI.RateLimitError && error.code === 'rate_limited');
const answer = await client.chat.completions.create({ model: 'assistant', messages });
assert.equal(answer.choices[0].message.content, 'w0 ');
assert.equal((await client.responses.retrieve(running.id)).status, 'completed');

console.log('came to its end');
