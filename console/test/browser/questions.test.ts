// A session asks, and somebody answers in the console.
import type { Browser, Page } from 'playwright-core';
import type { Client } from 'sessiond';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, NARROW, Viewer } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';

const SETTINGS = {
  type: 'object',
  properties: {
    replicas: { type: 'integer', title: 'Replicas', maximum: 9 },
    strategy: { enum: ['rolling', 'blue-green'], title: 'Strategy' },
    note: { anyOf: [{ type: 'string' }, { type: 'null' }], title: 'Note' },
    days: { type: 'array', title: 'Days', items: { enum: ['Mon', 'Tue', 'Wed'] } },
  },
  required: ['replicas', 'strategy'],
};

let server: TestServer;
let browser: Browser;
let viewer: Viewer;
let page: Page;
let client: Client;

beforeAll(async () => {
  server = await TestServer.start();
  client = server.client();
  browser = await launch();
  viewer = await Viewer.come(browser, server.url, { provokes: /status of 422/ });
  page = viewer.page;
  await client.sessions.create({ session_id: 'deploy', name: 'Deploy' });
  await client.sessions.create({ session_id: 'idle', name: 'Idle' });
  await client.questions.ask('deploy', { question_id: 'settings', text: 'Which settings?', schema: SETTINGS });
  await client.questions.ask('deploy', {
    question_id: 'rollout',
    kind: 'approval',
    text: 'Roll out?',
    timeout: '2h',
    default: { approved: false },
  });
});

afterAll(async () => {
  await viewer?.leave();
  await browser?.close();
  await server?.stop();
});

const open = (id: string) => page.locator(`[data-question="${id}"]`);
const row = (id: string) => page.getByRole('list', { name: 'Questions' }).locator(`[data-question="${id}"]`);

test('sessions that wait are marked in the list, and found', async () => {
  await viewer.open('/sessions');
  await page.locator('[data-session="idle"] [data-status="active"]').waitFor();
  await page.locator('[data-session="deploy"] [data-status="waiting"]').waitFor();
  await page.getByRole('button', { name: 'Waiting' }).click();
  await page.locator('[data-session="idle"]').waitFor({ state: 'detached' });
  await page.locator('[data-session="deploy"]').waitFor();
  expect(new URL(page.url()).search).toBe('?waiting=true');
});

test('an answer is written in a form, wrong ones are told, and what was typed stays', async () => {
  await viewer.openSession('deploy', 'plan');
  await page.getByRole('heading', { name: 'Question', exact: true }).waitFor();
  const form = open('settings');
  await form.getByLabel('Replicas').fill('99');
  await form.getByLabel('Strategy').selectOption('blue-green');
  await form.getByLabel('Tue').check();
  await form.getByRole('button', { name: 'Answer' }).click();
  await form.getByRole('alert').waitFor();
  expect(await form.getByLabel('Replicas').getAttribute('aria-invalid')).toBe('true');
  await form.getByLabel('Replicas').fill('3');
  await form.getByRole('button', { name: 'Answer' }).click();
  await form.waitFor({ state: 'detached' });
  const { answer } = await client.questions.get('deploy', 'settings');
  expect(answer).toEqual({ replicas: 3, strategy: 'blue-green', days: ['Tue'] });
});

test('an approval has its buttons, its deadline and what happens then; the panel keeps what was answered', async () => {
  await viewer.openSession('deploy', 'questions');
  await row('settings').locator('[data-status="answered"]').waitFor();
  const approval = page.locator('section').filter({ hasText: 'Comment (optional)' });
  await approval.getByText('the answer is then “rejected”').waitFor();
  expect(await viewer.violations()).toEqual([]);
  await approval.getByLabel('Comment').fill('go ahead');
  await approval.getByRole('button', { name: 'Approve' }).click();
  await row('rollout').getByText('Approved: go ahead').waitFor();
  await page.locator('h1 ~ [data-status="active"]').waitFor();
  await page.setViewportSize(NARROW);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(
    true,
  );
});
