// What is empty, wrong, too long, or not what it seems.
import type { Browser, Page } from 'playwright-core';
import type { Client } from 'sessiond';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, NARROW, Viewer } from './harness/browser.ts';
import { deferred, TestServer } from './harness/server.ts';

/** What a browser says of answers that are no success: these tests ask for them. */
const REFUSED = /status of (404|409|412|422)/;

let server: TestServer;
let browser: Browser;
let viewer: Viewer;
let page: Page;
let client: Client;

beforeAll(async () => {
  server = await TestServer.start();
  client = server.client();
  browser = await launch();
  viewer = await Viewer.come(browser, server.url, { provokes: REFUSED });
  page = viewer.page;
});

afterAll(async () => {
  await viewer?.leave();
  await browser?.close();
  await server?.stop();
});

const dialog = () => page.getByRole('dialog');
const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click();

test('what is empty says what to do, with a command to copy', async () => {
  await viewer.open('/sessions');
  await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
  await page.getByRole('button', { name: /^Copy/ }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('sessiond demo .');
  await viewer.open('/agents');
  await page.getByRole('heading', { name: 'No agents yet' }).waitFor();
  await page.getByText('sessiond agent --url').waitFor();
  await client.sessions.create({ session_id: 'empty', kind: 'workflow' });
  await viewer.openSession('empty', 'plan');
  await page.getByRole('heading', { name: 'This session has no plan' }).waitFor();
  await viewer.openSession('empty', 'tasks');
  await page.getByRole('heading', { name: 'No tasks yet' }).waitFor();
  await viewer.openSession('empty', 'context');
  await page.getByRole('heading', { name: 'The shared context is empty' }).waitFor();
});

test('an invalid field is marked, or named by its pointer, and what was typed stays', async () => {
  await viewer.open('/sessions');
  await page.getByRole('button', { name: 'New session' }).click();
  await dialog().getByLabel('Name').fill('Not like this');
  await press('Add step');
  await dialog().getByLabel('Step', { exact: true }).fill('design');
  await dialog().getByLabel('Required agents').fill('opencode://stranger');
  await press('Create session');
  const field = dialog().getByLabel('Required agents');
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  await press('JSON');
  await dialog().getByRole('textbox').fill('{ "workflow": [{ "name": "design", "required_agents": ["no id"] }] }');
  await press('Create session');
  const alert = dialog().getByRole('alert').last();
  await alert.getByText('/workflow/0/required_agents/0', { exact: true }).waitFor();
  const help = alert.getByRole('link', { name: 'invalid_input' });
  expect(await help.getAttribute('href')).toBe('/docs/errors/invalid_input');
  await dialog().getByRole('button', { name: 'Fields' }).click();
  expect(await dialog().getByLabel('Name').inputValue()).toBe('Not like this');
  await page.keyboard.press('Escape');
});

test('a session that is not there says so, and so do its deletion and a page that is not', async () => {
  await viewer.open('/sessions/nobody');
  await page.getByRole('heading', { name: 'Session not found' }).waitFor();
  await viewer.open('/nothing/like/this');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await client.sessions.create({ session_id: 'short-lived', kind: 'workflow' });
  await viewer.openSession('short-lived');
  await client.sessions.delete('short-lived');
  await page.locator('[data-feed="deleted"]').waitFor();
});

test('a plan that somebody else changed meanwhile is not overwritten unseen', async () => {
  const steps = ['design', 'review'].map((name) => ({ name, required_agents: [] }));
  await client.sessions.create({ session_id: 'stale', workflow: steps });
  await viewer.openSession('stale', 'plan');
  await page.getByRole('button', { name: 'Edit plan' }).click();
  await dialog()
    .getByLabel('Steps')
    .fill(JSON.stringify([...steps, { name: 'release', required_agents: [] }]));
  await client.workflow.update('stale', { steps: [...steps, { name: 'documents', required_agents: [] }] });
  await press('Replace plan');
  await dialog().getByText('revision_stale').waitFor();
  expect((await client.sessions.get('stale')).workflow?.steps.map(({ name }) => name)).toContain('documents');
  await press('Replace it with mine');
  await press('Replace plan');
  await page.locator('[data-step="release"]').first().waitFor();
  expect((await client.sessions.get('stale')).workflow?.steps.map(({ name }) => name)).not.toContain('documents');
});

test('what was typed into the shared context and not sent is there when the page was loaded again', async () => {
  await client.sessions.create({ session_id: 'typed', kind: 'workflow', shared_context: { title: 'Draft' } });
  await viewer.openSession('typed', 'context');
  const edit = () => page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await edit();
  await dialog().getByLabel('Value').fill('{ "title": "Half a thou');
  await page.reload();
  await edit();
  await expect.poll(() => dialog().getByLabel('Value').inputValue()).toBe('{ "title": "Half a thou');
  await dialog().getByText('your unsent edit').waitFor();
  await press('Discard');
  await page.reload();
  await edit();
  await expect.poll(() => dialog().getByLabel('Value').inputValue()).toContain('Draft');
  await press('Discard');
});

test('participants of a session that has ended have ended with it, and who is not registered is not asked for', async () => {
  await client.agents.register({ agent_descriptor: { agent_id: 'codex://known', framework: 'codex' } });
  await client.sessions.create({
    session_id: 'ended',
    participants: ['codex://known', 'codex://unknown', 'codex://gone'].map((agent_id) => ({ agent_id, role: 'a' })),
    workflow: [{ name: 'work', required_agents: ['codex://known'] }],
  });
  // A fault of the browser's own, such as an answer of 404, fails the test when this one leaves.
  const other = await Viewer.come(browser, server.url);
  const state = (agent: string) => other.page.locator(`tr[data-agent="codex://${agent}"] [data-status]`).first();
  const inbox = () => other.page.locator('tr[data-agent="codex://known"] td').nth(4).innerText();
  await other.openSession('ended', 'participants');
  await expect.poll(inbox).toBe('0');
  await expect.poll(() => state('unknown').innerText()).toBe('not registered');
  await client.participants.remove('ended', 'codex://gone');
  await client.sessions.complete('ended', { summary: 'All of it is *done*' });
  await other.page.locator('[data-feed="ended"]').waitFor({ state: 'attached' });
  await expect.poll(() => state('known').innerText()).toBe('session ended');
  await expect.poll(() => state('gone').innerText()).toBe('left');
  await other.openSession('ended', 'about');
  const summary = other.page.getByRole('region', { name: 'Executive summary', exact: true }).last();
  await summary.getByRole('heading', { name: 'Summary', exact: true }).waitFor();
  await summary.getByText('All of it is *done*', { exact: true }).waitFor();
  await other.leave();
});

test('a part of a session is on its way while the session still is', async () => {
  const other = await Viewer.come(browser, server.url);
  const held = deferred();
  await other.page.route(/\/sessions\/empty\/events/, async (route) => {
    await held.promise;
    await route.continue();
  });
  const asked = other.page.waitForRequest(/assets\/ContextPanel-.*\.js/);
  await other.open('/sessions/empty/context');
  await asked;
  held.resolve();
  await other.page.getByRole('heading', { name: 'The shared context is empty' }).waitFor();
  await other.leave();
});

test('what cannot be undone is offered once it is confirmed', async () => {
  await client.sessions.create({ session_id: 'to-delete', kind: 'workflow' });
  await viewer.openSession('to-delete', 'about');
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  const act = dialog().getByRole('button', { name: 'Delete permanently' });
  await act.waitFor();
  expect(await act.isDisabled()).toBe(true);
  await dialog().getByLabel('To confirm, type to-delete').fill('to-delete');
  await expect.poll(() => act.isEnabled()).toBe(true);
  await act.click();
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
});

test('why a session failed is said with the error of its task, and leads to the task', async () => {
  await client.sessions.create({
    session_id: 'unbuilt',
    kind: 'workflow',
    participants: [{ agent_id: 'codex://backend', role: 'builder' }],
    workflow: [{ name: 'build', required_agents: ['codex://backend'], task: { task_type: 'compile', payload: {} } }],
  });
  const { tasks } = await client.tasks.listOf('unbuilt');
  const id = tasks[0]?.task_id ?? '';
  await client.tasks.accept(id, { agent_id: 'codex://backend' });
  await client.tasks.fail(id, {
    agent_id: 'codex://backend',
    error: { message: '3 of 1,204 tests failed' },
    retryable: false,
  });
  await viewer.openSession('unbuilt', 'about');
  const outcome = page.locator('section', { has: page.getByRole('heading', { name: 'Outcome' }) });
  await outcome.getByText('codex://backend failed: 3 of 1,204 tests failed').waitFor();
  expect(await outcome.textContent()).not.toContain(id);
  await outcome.getByRole('link', { name: 'build: compile' }).click();
  await page.locator(`[data-task="${id}"]`).waitFor();
});

test('HTML in names is text, wherever it is shown', async () => {
  const evil = '<img src=x onerror="document.title=1"><b>bold</b>';
  await client.sessions.create({
    session_id: 'evil',
    name: evil,
    labels: { team: '<i>shop</i>' },
    orchestrator: 'claude-code://orchestrator',
    workflow: [{ name: evil, description: evil, required_agents: ['claude-code://orchestrator'] }],
    shared_context: { [evil]: evil },
  });
  await client.tasks.delegate('evil', { task_type: 'x<b>', delegatee: 'claude-code://orchestrator', payload: evil });
  await viewer.open('/sessions');
  await page.getByRole('link', { name: evil }).waitFor();
  for (const panel of ['plan', 'tasks', 'participants', 'context', 'journal', 'about']) {
    await viewer.openSession('evil', panel);
    await page.getByRole('heading', { level: 1, name: evil }).waitFor();
    expect(await page.locator('main img, main b, main i').count()).toBe(0);
    await expect.poll(() => page.title()).toBe(`${evil} · sessiond`);
  }
});

test.each([
  ['on a wide screen', undefined],
  ['on a narrow screen', NARROW],
])('names without end do not widen the page %s', async (_, size) => {
  const long = 'a-name-without-end-'.repeat(10);
  const session_id = `long-${size ? 'narrow' : 'wide'}`;
  const agent = `claude-code://${'agent-without-end-'.repeat(8)}`;
  await client.sessions.create({
    session_id,
    name: long,
    labels: { [long.slice(0, 60)]: long.slice(0, 60) },
    orchestrator: agent,
    workflow: [{ name: long.slice(0, 120), required_agents: [agent], task: { task_type: long.slice(0, 60) } }],
    shared_context: { [long]: long.repeat(5) },
  });
  const other = await Viewer.come(browser, server.url, { provokes: REFUSED, ...(size ? { viewport: size } : {}) });
  for (const path of [
    '',
    ...['plan', 'tasks', 'participants', 'context', 'journal', 'about'].map((panel) => `/${session_id}/${panel}`),
  ]) {
    await other.open(`/sessions${path}`);
    await other.page.getByText(long.slice(0, 40)).first().waitFor({ state: 'attached' });
    expect(
      await other.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      path,
    ).toBe(0);
  }
  await other.leave();
});
