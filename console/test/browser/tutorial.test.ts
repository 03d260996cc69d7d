// The tutorial, clicked through by a person while real agents work.
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import type { Client } from 'sessiond';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Crew } from './harness/agents.ts';
import { launch, Viewer } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';

let server: TestServer;
let browser: Browser;
let crew: Crew;
let viewer: Viewer;
let page: Page;
let client: Client;
/** The session that the tests go through one after the other. */
let id: string;

beforeAll(async () => {
  server = await TestServer.start();
  client = server.client();
  browser = await launch();
  crew = await Crew.gather(server.url, 'opencode://backend', 'codex://frontend');
  // Who takes part need not be registered, and then there is no agent of that name.
  viewer = await Viewer.come(browser, server.url, { provokes: /status of 404/ });
  page = viewer.page;
});

afterAll(async () => {
  await viewer?.leave();
  await crew?.goHome();
  await browser?.close();
  await server?.stop();
});

const step = (name: string) => page.getByRole('group', { name: /^Plan as a graph/ }).locator(`[data-step="${name}"]`);
const becomes = (name: string, status: string) =>
  page.locator(`[data-step="${name}"][data-status="${status}"]`).first().waitFor();
const dialog = () => page.getByRole('dialog');
const press = (name: string) => dialog().getByRole('button', { name, exact: true }).click();
const panel = (name: string) =>
  page.getByRole('navigation', { name: 'Panels of the session' }).getByRole('link', { name }).click();
const event = (type: string) => page.locator(`[data-event="${type}"]`).first().waitFor();

test('a session is begun with its participants and its plan', async () => {
  await viewer.open('/');
  await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
  await page.getByRole('button', { name: 'New session' }).click();
  await dialog().getByLabel('Name').fill('Notifications');
  await dialog().getByLabel('Labels').fill('team=shop');
  await dialog().getByLabel('Orchestrator').fill('claude-code://orchestrator');
  const people = [
    ['opencode://backend', 'implementer'],
    ['codex://frontend', 'implementer'],
    ['claude-code://qa', 'reviewer'],
  ] as const;
  for (const [index, [agent, role]] of people.entries()) {
    await press('Add participant');
    await dialog().getByLabel('Agent', { exact: true }).nth(index).fill(agent);
    await dialog().getByLabel('Role').nth(index).fill(role);
  }
  const steps = [
    ['design', 'claude-code://orchestrator'],
    ['implementation', 'opencode://backend, codex://frontend'],
    ['review', 'claude-code://qa'],
  ] as const;
  for (const [index, [name, agents]] of steps.entries()) {
    await press('Add step');
    await dialog().getByLabel('Step', { exact: true }).nth(index).fill(name);
    await dialog().getByLabel('Required agents').nth(index).fill(agents);
  }
  await press('Create session');
  await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  id = decodeURIComponent(new URL(page.url()).pathname.split('/')[3] ?? '');
  const session = await client.sessions.get(id);
  expect(session.participants?.map(({ agent_id, role }) => [agent_id, role])).toEqual(
    expect.arrayContaining(people.map((one) => [...one])),
  );
  expect(session.labels).toEqual({ team: 'shop' });
  await becomes('design', 'active');
  await becomes('implementation', 'pending');
});

test('a step is ended by hand, and the next one starts before one’s eyes', async () => {
  await step('design').click();
  await page.getByRole('button', { name: 'Mark complete' }).click();
  await press('Mark complete');
  await becomes('design', 'completed');
  await becomes('implementation', 'active');
  await event('workflow_advanced');
});

test('a task is delegated, its progress is seen, and its result', async () => {
  await step('implementation').click();
  const inspector = page.getByRole('region', { name: 'Step implementation' });
  for (const [agent, type] of [
    ['opencode://backend', 'build'],
    ['codex://frontend', 'draw'],
  ] as const) {
    await inspector.getByRole('button', { name: 'Delegate task' }).click();
    await dialog().getByLabel('Agent', { exact: true }).selectOption(agent);
    await dialog().getByLabel('Task type').fill(type);
    await dialog().getByLabel('Payload').fill('{ "component": "notification-service" }');
    await press('Delegate');
    await dialog().waitFor({ state: 'detached' });
  }
  // The agents are processes of their own: they have taken the tasks, and say how far they are.
  await inspector.locator('[data-task][data-status="in_progress"]').nth(1).waitFor();
  await step('implementation').locator('[data-agent="opencode://backend"]').getByText('reading the sources').waitFor();
  await crew.finish('build', { files_changed: 3 });
  await inspector.locator('[data-task][data-status="completed"]').waitFor();
  await becomes('implementation', 'active');
  await crew.finish('draw', { screens: ['bell', 'settings'] });
  await becomes('implementation', 'completed');
  await becomes('review', 'active');

  await panel('Tasks');
  const task = page.locator('[data-task][data-status="completed"]').filter({ hasText: 'build' });
  await task.getByRole('button', { name: /build/ }).click();
  await task.getByText('files_changed').waitFor();
});

test('the shared context is changed, and nobody’s change is overwritten unseen', async () => {
  await panel('Context');
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await dialog().getByLabel('Value').fill('{ "project": "feature/notifications", "branch": "main" }');
  await press('Save');
  await page.getByRole('treeitem', { name: /branch/ }).waitFor();

  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await dialog().getByLabel('Value').fill('{ "project": "feature/notifications", "branch": "feature/notifications" }');
  // An agent is faster.
  await client.context.patch(id, { latestCommit: 'abc123' });
  await dialog().locator('[data-conflict]').waitFor();
  expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await press('Apply mine on top of theirs');
  await press('Save');
  await dialog().waitFor({ state: 'detached' });
  expect(await client.context.get(id)).toEqual({
    project: 'feature/notifications',
    branch: 'feature/notifications',
    latestCommit: 'abc123',
  });
  await page.getByRole('treeitem', { name: /latestCommit/ }).waitFor();
});

const action = async (name: string) => {
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name }).click();
};

test('a participant is added and removed, and a message is sent to another', async () => {
  await panel('Participants');
  await page.getByRole('button', { name: 'Add participant' }).click();
  await dialog().getByLabel('Agent', { exact: true }).fill('opencode://security');
  await dialog().getByLabel('Role').fill('reviewer');
  await press('Add');
  const security = page.locator('[data-agent="opencode://security"]');
  await security.waitFor();
  await page.getByRole('button', { name: 'Send a message to opencode://backend' }).click();
  await dialog().getByLabel('From').selectOption('claude-code://orchestrator');
  await dialog().getByLabel('Payload').fill('{ "note": "well done" }');
  await press('Send');
  await page.locator('[data-message]').filter({ hasText: 'well done' }).waitFor();
  await page.getByRole('button', { name: 'Remove opencode://security' }).click();
  await press('Remove');
  await page.locator('[data-agent="opencode://security"][data-left]').waitFor();
});

test('a session is forked, exported, and imported under another id', async () => {
  await action('Fork…');
  await dialog().getByLabel('Id of the fork').fill('the-copy');
  await press('Fork');
  await page.waitForURL('**/sessions/the-copy');
  await viewer.openSession(id);
  const [download] = await Promise.all([page.waitForEvent('download'), action('Export as JSON Lines')]);
  expect(download.suggestedFilename()).toBe(`${id}.jsonl`);
  const journal = await readFile(await download.path(), 'utf8');
  expect(journal.trimEnd().split('\n').length - 1).toBe((await client.sessions.get(id)).revision);

  await viewer.open('/sessions');
  await page.getByRole('button', { name: 'Import' }).click();
  await dialog()
    .getByLabel('Journal')
    .setInputFiles({ name: 'journal.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(journal) });
  await dialog().getByLabel('Session id').fill('the-import');
  await press('Import');
  await page.waitForURL('**/sessions/the-import');
  await becomes('implementation', 'completed');
});

test('the session is completed, and its executive summary is read', async () => {
  await viewer.openSession(id);
  await step('review').click();
  await page.getByRole('button', { name: 'Mark complete' }).click();
  await press('Mark complete');
  await becomes('review', 'completed');
  await action('Complete…');
  await dialog().getByLabel('Summary').fill('All tasks completed successfully');
  await dialog().getByLabel('Artifacts').fill('s3://artifacts/build.zip');
  await press('Complete');
  await page.locator('[data-status="completed"]').first().waitFor();
  await panel('About');
  await page.getByText('All tasks completed successfully').first().waitFor();
  await page.getByText('s3://artifacts/build.zip').first().waitFor();
  // An ended session cannot be changed, and says so.
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Terminate…' }).getByText('The session is completed').waitFor();
});
