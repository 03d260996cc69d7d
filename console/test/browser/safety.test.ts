// What must not be lost: a key's secret, the page around a part that fails, what somebody typed, and what they copy.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, Viewer } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';
import { busy } from './harness/sessions.ts';

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start();
  browser = await launch();
  await busy(server.client(), 'busy');
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe('a key', () => {
  test('the first one is used at once, and its secret stays until it is copied', async () => {
    const keyless = await TestServer.start();
    const viewer = await Viewer.come(browser, keyless.url, { provokes: /status of 401/ });
    const { page } = viewer;
    await viewer.open('/keys');
    await page.getByRole('button', { name: 'New key' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('first');
    const [made] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/keys')),
      dialog.getByRole('button', { name: 'Create key' }).click(),
    ]);
    const { secret } = (await made.json()) as { secret: string };
    await dialog.getByText(secret).waitFor();
    // The pages have read again with the new key: this list needs one.
    await page.locator('tr[data-key]').getByText('first').waitFor();
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    expect(await dialog.getByText(secret).count()).toBe(1);
    expect(await page.locator('[data-key-prompt]').count()).toBe(0);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await viewer.open('/sessions');
    await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
    await viewer.leave();
    await keyless.stop();
  });

  test('one that is revoked in the middle of an edit leaves what was typed', async () => {
    const admin = 'admin-key-of-this-test';
    const keyed = await TestServer.start([], { SESSIOND_API_KEY: admin });
    const client = keyed.client(admin);
    await client.sessions.create({ session_id: 's', kind: 'workflow' });
    const { secret, key_id } = await client.keys.create({ name: 'admin2', role: 'admin' });
    const viewer = await Viewer.come(browser, keyed.url, {
      key: secret,
      provokes: /status of 401|INCOMPLETE_CHUNKED_ENCODING/,
    });
    const { page } = viewer;
    await viewer.openSession('s', 'about');
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name: 'Complete' }).click();
    await page.getByRole('dialog').getByLabel('Summary').fill('a long summary');
    // What follows the session is told at once.
    await client.keys.revoke(key_id);
    const prompt = page.locator('[data-key-prompt]');
    await prompt.waitFor();
    await prompt.getByLabel('Key', { exact: true }).fill(admin);
    await prompt.getByRole('button', { name: 'Open the console' }).click();
    await prompt.waitFor({ state: 'detached' });
    expect(await page.getByRole('dialog').getByLabel('Summary').inputValue()).toBe('a long summary');
    await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await client.sessions.get('s')).outcome?.summary).toBe('a long summary');
    await viewer.leave();
    await keyed.stop();
  });
});

describe('a part that cannot be loaded', () => {
  const LOST = /Failed to load resource|ERR_|net::|preload CSS|dynamically imported/;

  test.each([
    ['/sessions/busy/plan', 'Context', 'ContextPanel', '[role="treeitem"]'],
    ['/sessions', 'Agents', 'AgentsPage', 'tr[data-agent]'],
  ])('of %s leaves the page around it, and comes when it is loaded again', async (from, link, chunk, whole) => {
    const viewer = await Viewer.come(browser, server.url, { provokes: LOST });
    const { page } = viewer;
    await page.route(`**/assets/${chunk}*`, (route) => route.abort());
    await viewer.open(from);
    await page.getByRole('link', { name: link }).first().click();
    await page.getByRole('heading', { name: 'This part could not be loaded' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Sessions' }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.locator(whole).first().waitFor();
    expect(viewer.faults.filter((fault) => !LOST.test(fault))).toEqual([]);
    await viewer.context.close();
  });

  test('while the server is away comes when the server is back', async () => {
    const other = await TestServer.start();
    await busy(other.client(), 'busy');
    const viewer = await Viewer.come(browser, other.url, { provokes: LOST });
    const { page } = viewer;
    await page.route('**/assets/ContextPanel*', (route) => route.abort());
    await viewer.openSession('busy', 'plan');
    await other.kill();
    await page.getByRole('link', { name: 'Context' }).click();
    await page.getByRole('heading', { name: 'Not loaded yet' }).waitFor();
    await page.getByText('The server stopped answering').waitFor();
    await page.unrouteAll();
    await other.begin();
    await page.locator('[role="treeitem"]').first().waitFor();
    await viewer.context.close();
    await other.stop();
  });

  test('of another version says so', async () => {
    const viewer = await Viewer.come(browser, server.url, { provokes: LOST });
    const { page } = viewer;
    await viewer.openSession('busy', 'plan');
    await page.route('**/assets/ContextPanel*', (route) => route.fulfill({ status: 404 }));
    await page.route('**/console/', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/console/assets/new.js"></script>' }),
    );
    await page.getByRole('link', { name: 'Context' }).click();
    await page.getByRole('heading', { name: 'The console has a new version' }).waitFor();
    await viewer.context.close();
  });
});

test('copying works without the clipboard’s interface, and says so when it does not', async () => {
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
  await viewer.openSession('busy', 'plan');
  await page.getByRole('button', { name: 'Copy busy' }).click();
  await page.getByText('Copied', { exact: true }).waitFor({ state: 'attached' });
  await viewer.open('/sessions');
  await page.getByLabel('Search sessions').focus();
  await page.keyboard.press('Control+v');
  expect(await page.getByLabel('Search sessions').inputValue()).toBe('busy');

  await viewer.openSession('busy', 'journal?seq=1');
  await page.evaluate(() => Object.assign(document, { execCommand: () => false }));
  await page.getByRole('button', { name: 'Copy a link to this event' }).click();
  await page.getByText('does not allow copying').first().waitFor();
  await viewer.leave();
});

describe('what is typed into a dialog is there when it opens again', () => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await Viewer.come(browser, server.url, { provokes: /status of 412/ });
  });
  afterAll(() => viewer.leave());

  const action = (name: string) => async (page: Page) => {
    await page.getByRole('button', { name: 'Actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  const button = (name: string) => (page: Page) => page.getByRole('button', { name, exact: true }).first().click();

  test.each<[title: string, path: string, open: (page: Page) => Promise<void>, field: string, text: string]>([
    ['delegating a task', 'tasks', button('Delegate task'), 'Payload', '{ "long": "payload" }'],
    ['editing the plan', 'plan', button('Edit plan'), 'Steps', '[{ "name": "another" }]'],
    ['completing', 'about', action('Complete'), 'Summary', 'All of it'],
    ['terminating', 'about', action('Terminate'), 'Details', 'Because'],
    ['renaming', 'about', action('Rename'), 'Name', 'Another name'],
    ['labels', 'about', button('Labels'), 'Labels', 'team=other'],
    ['sending a message', 'participants', button('Send a message to codex://frontend'), 'Payload', '{ "text": "hi" }'],
  ])('%s', async (_, panel, open, field, text) => {
    const { page } = viewer;
    await viewer.openSession('busy', panel);
    await open(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(field).fill(text);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.reload();
    await open(page);
    await expect.poll(() => dialog.getByLabel(field).inputValue()).toBe(text);
    await dialog.getByRole('button', { name: 'Discard' }).click();
    await dialog.waitFor({ state: 'detached' });
    await open(page);
    await expect.poll(() => dialog.getByLabel(field).inputValue()).not.toBe(text);
    await page.keyboard.press('Escape');
  });

  test('with the choices beside it', async () => {
    const { page } = viewer;
    await viewer.openSession('busy', 'participants');
    const open = button('Send a message to codex://frontend');
    await open(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Type').selectOption('task_request');
    await dialog.getByLabel('Priority').selectOption('high');
    await dialog.getByLabel('Payload').fill('{ "task_type": "draw" }');
    await page.keyboard.press('Escape');
    await open(page);
    await expect.poll(() => dialog.getByLabel('Payload').inputValue()).toBe('{ "task_type": "draw" }');
    expect(await dialog.getByLabel('Type').inputValue()).toBe('task_request');
    expect(await dialog.getByLabel('Priority').inputValue()).toBe('high');
    await dialog.getByRole('button', { name: 'Discard' }).click();
  });

  test('a plan that somebody else changed meanwhile is not overwritten', async () => {
    const client = server.client();
    await client.sessions.create({ session_id: 'both', workflow: [{ name: 'one', required_agents: [] }] });
    const { page } = viewer;
    await viewer.openSession('both', 'plan');
    await button('Edit plan')(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Steps').fill('[{ "name": "one" }, { "name": "mine" }]');
    await dialog.getByRole('list', { name: 'Changes of the plan' }).getByText('/mine').waitFor();
    await page.keyboard.press('Escape');
    await client.workflow.update('both', { steps: [{ name: 'one' }, { name: 'theirs' }] });
    await button('Edit plan')(page);
    await dialog.getByRole('button', { name: 'Replace plan' }).click();
    await dialog.getByText('Somebody else changed the plan: theirs added').waitFor();
    expect((await client.sessions.get('both')).workflow?.steps.map(({ name }) => name)).toEqual(['one', 'theirs']);
    await dialog.getByRole('button', { name: 'Discard' }).click();
  });
});

test('what is wrong with a field is said beside it, once', async () => {
  const viewer = await Viewer.come(browser, server.url, { provokes: /status of 4\d\d/ });
  const { page } = viewer;
  await viewer.open('/sessions');
  await page.getByRole('button', { name: 'New session' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Orchestrator').fill('not an id');
  await dialog.getByRole('button', { name: 'Create session' }).click();
  const field = dialog.getByLabel('Orchestrator');
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await dialog.getByText(/framework:\/\/name/).count()).toBe(1);
  await field.fill('claude-code://orchestrator');
  await dialog.getByRole('button', { name: 'Create session' }).click();
  await dialog.waitFor({ state: 'detached' });
  await viewer.leave();
});
