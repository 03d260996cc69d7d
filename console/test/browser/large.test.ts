// Much of everything: a journal of ten thousand events, and more sessions than a page holds.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, Viewer } from './harness/browser.ts';
import { journal } from './harness/journals.ts';
import { TestServer } from './harness/server.ts';

const EVENTS = 10_000;
/** More than three pages of the list. */
const SESSIONS = 350;

let server: TestServer;
let browser: Browser;
let viewer: Viewer;
let page: Page;

beforeAll(async () => {
  server = await TestServer.start();
  const client = server.client();
  browser = await launch();
  // That it was imported is an event too.
  await client.sessions.import(journal('long', EVENTS - 1), {});
  await Promise.all(
    Array.from({ length: SESSIONS }, (_, n) =>
      client.sessions.create({
        session_id: `many-${String(n).padStart(4, '0')}`,
        name: `Session ${n}`,
        kind: 'workflow',
        labels: { parity: n % 2 ? 'odd' : 'even' },
      }),
    ),
  );
  viewer = await Viewer.come(browser, server.url);
  page = viewer.page;
});

afterAll(async () => {
  await viewer?.leave();
  await browser?.close();
  await server?.stop();
});

test('a journal of ten thousand events opens at its end, and scrolls to its beginning', async () => {
  await viewer.openSession('long', 'journal');
  await page.locator(`[data-seq="${EVENTS}"][data-type="session_forked"]`).waitFor();
  const events = page.getByRole('listbox', { name: 'Events' });
  await events.focus();
  await page.keyboard.press('Home');
  await page.locator('[data-seq="1"][data-type="session_created"]').waitFor();
  // Of all of them, only those in sight are in the page.
  expect(await events.getByRole('option').count()).toBeLessThan(80);
  await page.keyboard.press('End');
  await page.locator(`[data-seq="${EVENTS}"]`).waitFor();
});

test('a filter looks through the whole journal', async () => {
  await viewer.openSession('long', 'journal');
  await page.getByLabel('Search events').fill('milestone');
  await page.getByText(/^9 found in 10,000/).waitFor();
  const found = page.getByRole('listbox', { name: 'Events' }).locator('[data-seq]');
  await expect.poll(() => found.count()).toBe(9);
  await page.locator('[data-seq="3000"]').click();
  await page.waitForURL(/seq=3000/);
  await page.getByLabel('Search events').fill('nothing like this');
  await page.getByRole('heading', { name: 'No matching event' }).waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.locator(`[data-seq="${EVENTS - 1}"]`).waitFor();
});

test('a link to an event opens the journal at it', async () => {
  await viewer.open('/sessions/long/journal?seq=5000');
  await page.locator('[data-seq="5000"][aria-selected="true"]').waitFor();
  await page.locator('[data-seq="5001"][data-type]').waitFor();
});

test('a long list of sessions is read as far as it is scrolled, in its order', async () => {
  await viewer.open('/sessions?q=Session&sort=name');
  const grid = page.getByRole('grid', { name: 'Sessions' });
  await grid.locator('[data-session="many-0000"]').waitFor();
  await grid.focus();
  for (;;) {
    await page.keyboard.press('End');
    const rows = await grid.getAttribute('aria-rowcount');
    if (rows !== '-1') {
      expect(Number(rows)).toBe(SESSIONS + 1);
      break;
    }
  }
  await page.keyboard.press('End');
  // By name, 99 is the last of them.
  await grid.locator('[data-session="many-0099"][aria-selected="true"]').waitFor();
  expect(await grid.locator('[data-session]').count()).toBeLessThan(80);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/sessions/many-0099');
});

test('a list is narrowed by text, label and status, and the address keeps it', async () => {
  await viewer.open('/sessions');
  await page.getByLabel('Search sessions').fill('Session 12');
  await page.waitForURL(/q=Session(\+|%20)12/);
  await page.locator('[data-session="many-0012"]').waitFor();
  await expect.poll(() => page.locator('[data-session]').count()).toBe(11);
  await page.getByLabel('Label, as key or key=value').fill('parity=odd');
  await expect.poll(() => page.locator('[data-session]').count()).toBe(5);
  await page.reload();
  await expect.poll(() => page.locator('[data-session]').count()).toBe(5);
  expect(await page.getByLabel('Search sessions').inputValue()).toBe('Session 12');
});
