// Tools in a chat: their calls stand above the answer with what they gave, also after a reload.
import { expect, test } from 'vitest';
import { answer, Chats, completed, send } from './harness/chats.ts';
import { deferred } from './harness/server.ts';

const gate = deferred<void>();

const chats = Chats.forTests('tools', async function* (_, { messages }) {
  if (messages.at(-1)?.role === 'tool') {
    await gate.promise;
    yield 'It is 1024.';
    return;
  }
  yield 'I calculate.';
  yield { call: 'calculate', arguments: { expression: '2^10' } };
  yield { call: 'shell', arguments: { command: 'ls' } };
});

test('the calls of an answer are shown with their results while it is written, and after a reload', async () => {
  await chats.client.conversation.setAssistant(chats.id, { prompt: 'Be exact.', tools: ['calculate'] });
  const page = await chats.come();
  await send(page, 'What is 2^10?');
  const tools = answer(page).locator('details', { hasText: '2 tool calls' });
  await tools.getByText('1 failed').waitFor();
  await tools.locator('summary').press('Enter');
  await tools.locator('[data-tool="calculate"][data-status="completed"] pre', { hasText: '1024' }).waitFor();
  await tools.locator('[data-tool="shell"][data-status="failed"]').getByText('There is no tool "shell".').waitFor();
  gate.resolve();
  await completed(page).waitFor();
  await answer(page).getByText('It is 1024.').waitFor();
  await page.reload();
  await tools.locator('summary').click();
  await tools.getByText('{"expression":"2^10"}').waitFor();
});

test('the assistant’s tools are set on the page, and nothing else is lost by it', async () => {
  await chats.client.conversation.setAssistant(chats.id, { prompt: 'Be exact.', tools: ['calculate'] });
  const page = await chats.come();
  await page.getByRole('button', { name: 'Assistant' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Assistant' });
  const field = dialog.getByLabel('Tools');
  expect(await field.inputValue()).toBe('calculate');
  await field.fill('search, read');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const { conversation } = await chats.client.sessions.get(chats.id);
  expect(conversation?.assistant).toMatchObject({ prompt: 'Be exact.', tools: ['search', 'read'] });
});
