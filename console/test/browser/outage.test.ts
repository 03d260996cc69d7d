// A server that is killed while its sessions are watched, and two who watch.
import type { Browser, Page } from 'playwright-core';
import type { JournalEvent } from 'sessiond';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTACHED, launch, Viewer } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';

let server: TestServer;
let browser: Browser;

/** What a browser says of requests that nobody answers. */
const AWAY = /Failed to load resource|ERR_CONNECTION|net::/;

beforeAll(async () => {
  server = await TestServer.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A session with a plan of three steps that end by hand. */
async function begin(session_id: string): Promise<void> {
  await server.client().sessions.create({
    session_id,
    name: 'Watched',
    orchestrator: 'claude-code://orchestrator',
    workflow: ['design', 'implementation', 'review'].map((name) => ({ name, required_agents: [] })),
    shared_context: { project: 'feature/notifications' },
  });
}

/** The journal as the server has it. */
async function journalOf(id: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = [];
  for await (const event of server.client().events.all(id)) {
    events.push(event);
  }
  return events;
}

/** The journal as somebody sees it: the number and type of each event, from top to bottom. */
const seen = (page: Page): Promise<string[]> =>
  page
    .getByRole('listbox', { name: 'Events' })
    .locator('[data-type]')
    .evaluateAll((rows) =>
      rows
        .map((row) => ({ seq: Number((row as HTMLElement).dataset.seq), type: (row as HTMLElement).dataset.type }))
        // Rows stand where their place says, whatever their order in the document.
        .sort((one, other) => one.seq - other.seq)
        .map(({ seq, type }) => `${seq} ${type}`),
    );

test('two who watch see the same', async () => {
  await begin('shared');
  const viewers = await Promise.all([1, 2].map(() => Viewer.come(browser, server.url)));
  for (const viewer of viewers) {
    await viewer.openSession('shared', 'journal');
  }
  const [one, other] = viewers;
  if (!one || !other) {
    throw new Error('two have come');
  }
  const client = server.client();
  await client.workflow.advance('shared', { step: 'design' });
  await Promise.all(Array.from({ length: 20 }, (_, n) => client.context.patch('shared', { [`part ${n}`]: n })));
  const journal = (await journalOf('shared')).map(({ seq, type }) => `${seq} ${type}`).slice(-10);
  for (const { page } of viewers) {
    await expect.poll(async () => (await seen(page)).slice(-10), { timeout: 10_000 }).toEqual(journal);
  }
  // What one of them does, the other sees.
  await other.openSession('shared', 'plan');
  await one.openSession('shared', 'plan');
  await one.page.locator('[data-step="implementation"]').first().click();
  await one.page.getByRole('button', { name: 'Mark complete' }).click();
  await one.page.getByRole('dialog').getByRole('button', { name: 'Mark complete' }).click();
  for (const { page } of viewers) {
    await page.locator('[data-step="implementation"][data-status="completed"]').first().waitFor();
    await page.locator('[data-step="review"][data-status="active"]').first().waitFor();
  }
  await one.leave();
  await other.leave();
});

test('who watches when the server is killed is told, and misses nothing when it is back', async () => {
  await begin('watched');
  const viewer = await Viewer.come(browser, server.url, { provokes: AWAY });
  const { page } = viewer;
  await viewer.openSession('watched', 'journal');
  // A page that is loaded anew forgets this.
  await page.evaluate(() => Object.assign(window, { mark: 'the same page' }));
  await server.client().context.patch('watched', { before: true });
  await page.locator('[data-type="context_updated"]').waitFor();

  await server.kill();
  await page.locator('[data-feed="lost"]').waitFor(ATTACHED);
  await page.locator('[data-reach="lost"]').getByText('The server stopped answering').waitFor();

  await server.begin();
  const client = server.client();
  await client.workflow.advance('watched', { step: 'design' });
  await client.context.patch('watched', { while: 'it was away' });
  await page.locator('[data-feed="live"]').waitFor(ATTACHED);
  await page.locator('[data-reach="there"]').waitFor(ATTACHED);
  await client.context.patch('watched', { after: true });

  const journal = (await journalOf('watched')).map(({ seq, type }) => `${seq} ${type}`);
  await expect.poll(() => seen(page), { timeout: 10_000 }).toEqual(journal);
  expect(await page.evaluate(() => (window as unknown as { mark?: string }).mark)).toBe('the same page');
  await viewer.leave();
});
