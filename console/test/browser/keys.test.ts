// A server that asks for keys.
import { connect } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, Viewer } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';

const ADMIN = 'admin-key-of-these-tests';
/** What a browser says of answers that are no success. */
const REFUSED = /status of 40[13]/;

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start([], { SESSIOND_API_KEY: ADMIN });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const come = (key?: string) =>
  Viewer.come(browser, server.url, { provokes: REFUSED, ...(key === undefined ? {} : { key }) });

test('a key of another server is forgotten at a server without keys', async () => {
  const open = await TestServer.start([]);
  const viewer = await Viewer.come(browser, open.url, { key: 'sk_of-another-server', provokes: REFUSED });
  await viewer.open('/sessions');
  await viewer.page.getByRole('button', { name: 'Continue without a key' }).click();
  await viewer.page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
  await viewer.leave();
  await open.stop();
});

test('a key is asked for, a wrong one is refused, and the right one is kept until it is forgotten', async () => {
  const viewer = await come();
  const { page } = viewer;
  await viewer.open('/sessions');
  const prompt = page.getByRole('heading', { name: 'This server needs a key' });
  await prompt.waitFor();
  await page.getByLabel('Key', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('alert').getByText('does not know this key').waitFor();

  await page.getByLabel('Key', { exact: true }).fill(ADMIN);
  await page.getByLabel('Keep it in this browser').check();
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();

  await server.client(ADMIN).sessions.create({ session_id: 'secret', kind: 'workflow', shared_context: { a: 1 } });
  await viewer.openSession('secret', 'context');
  await page.getByRole('button', { name: 'Edit', exact: true }).first().click();
  await page.getByRole('dialog').getByLabel('Value').fill('{ "a": "what nobody else shall read" }');
  await page.keyboard.press('Escape');
  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(await kept()).toContain('what nobody else shall read');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await prompt.waitFor();
  expect(await kept()).not.toContain(ADMIN);
  expect(await kept()).not.toContain('what nobody else shall read');
  await page.reload();
  await prompt.waitFor();
  await viewer.leave();
});

test('an administrator makes a key, sees it once, and revokes it', async () => {
  const viewer = await come(ADMIN);
  const { page } = viewer;
  await viewer.open('/keys');
  await page.getByRole('button', { name: 'New key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('backend');
  await dialog.getByLabel('Role').selectOption('agent');
  await dialog.getByLabel('Agents').fill('opencode://*');
  const [made] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/keys')),
    dialog.getByRole('button', { name: 'Create key' }).click(),
  ]);
  const { secret } = (await made.json()) as { secret: string };
  await dialog.getByText(secret).waitFor();
  expect((await server.client(secret).server.whoami()).role).toBe('agent');
  await dialog.getByRole('button', { name: 'I have copied it' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);

  await page.getByRole('button', { name: /^Revoke backend/ }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await page.locator('tr[data-state="revoked"]').waitFor();
  await expect
    .poll(() =>
      server
        .client(secret)
        .server.whoami()
        .catch(({ code }) => code),
    )
    .toBe('unauthenticated');
  await viewer.leave();
});

test('an agent’s key shows no page of the administrator', async () => {
  const { secret } = await server
    .client(ADMIN)
    .keys.create({ name: 'worker', role: 'agent', agents: ['opencode://*'] });
  const viewer = await come(secret);
  const { page } = viewer;
  await viewer.open('/sessions');
  await page.getByRole('heading', { name: 'No sessions yet' }).waitFor();
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await pages.getByText('worker').waitFor();
  expect(await pages.getByRole('link', { name: 'Keys' }).count()).toBe(0);
  await viewer.open('/keys');
  await page.getByRole('heading', { name: 'Only administrators can see keys' }).waitFor();
  await viewer.leave();
});

test('a page from elsewhere is refused by the server', async () => {
  const keyless = await TestServer.start();
  try {
    const [, status] = (await answerTo(keyless.port, 'http://elsewhere.example')).split(' ');
    expect(status).toBe('403');
    expect((await answerTo(keyless.port, keyless.url)).split(' ')[1]).toBe('200');
  } finally {
    await keyless.stop();
  }
});

/** What is answered to a request that a page of that origin makes; a browser does not let a page choose it. */
function answerTo(port: number, origin: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `GET /sessions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\norigin: ${origin}\r\nconnection: close\r\n\r\n`,
      );
    });
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
