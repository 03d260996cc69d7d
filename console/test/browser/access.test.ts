// Whoever cannot use a mouse, sees badly, or has a small screen: every page by axe, and the main things by keyboard.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, NARROW, Viewer, WIDE } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';
import { busy } from './harness/sessions.ts';

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start();
  browser = await launch();
  const client = server.client();
  await busy(client, 'busy');
  await client.schedules.create({ schedule_id: 'nightly', cron: '0 3 * * *', time_zone: 'Europe/Berlin' });
  await client.schedules.run('nightly');
  await client.schedules.create({ schedule_id: 'poll', every: '15m', paused: true });
  await client.sessions.create({ session_id: 'bare', kind: 'workflow' });
  await client.sessions.create({ session_id: 'over', kind: 'workflow', shared_context: { a: 1 } });
  await client.sessions.complete('over', { summary: 'All is done', artifacts: ['s3://artifacts/build.zip'] });
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Every page and panel, and what says that it is whole. */
const VIEWS: readonly (readonly [path: string, whole: string])[] = [
  ['/sessions', '[data-session="busy"]'],
  ['/sessions?q=nothing-like-this', 'text=No matching sessions'],
  ['/sessions/busy/plan', '[data-step="backend"]'],
  ['/sessions/busy/plan?step=backend', 'section[aria-label="Step backend"]'],
  ['/sessions/busy/tasks', '[data-task]'],
  ['/sessions/busy/participants', 'text=codex://frontend'],
  ['/sessions/busy/context', '[role="treeitem"]'],
  ['/sessions/busy/journal', '[data-type="session_created"]'],
  ['/sessions/busy/journal?seq=1', '[data-seq="1"]'],
  ['/sessions/busy/about', 'text=stage'],
  ['/sessions/bare', 'h1'],
  ['/sessions/over/about', 'text=All is done'],
  ['/sessions/nothing', 'text=Session not found'],
  ['/agents', 'tr[data-agent]'],
  ['/agents/codex%3A%2F%2Ffrontend', 'text=Working on'],
  ['/schedules', 'tr[data-schedule="nightly"]'],
  ['/keys', 'text=This server needs no key'],
  ['/server', 'h1'],
  ['/nothing', 'text=Page not found'],
];

describe.each([
  ['on a wide screen', WIDE],
  ['on a narrow screen', NARROW],
])('%s', (_, viewport) => {
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await Viewer.come(browser, server.url, { viewport, provokes: /status of 404/ });
  });
  afterAll(() => viewer.leave());

  test.each(VIEWS)('axe finds nothing serious at %s, in light and in dark', async (path, whole) => {
    await viewer.page.emulateMedia({ colorScheme: 'light' });
    await viewer.open(path);
    await viewer.page.locator(whole).first().waitFor();
    expect(await viewer.violations()).toEqual([]);
    await viewer.page.emulateMedia({ colorScheme: 'dark' });
    // Nothing else depends on the colours.
    expect(await viewer.violations('color-contrast')).toEqual([]);
    const beyond = await viewer.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(beyond).toBe(0);
  });
});

describe('by keyboard alone', () => {
  let viewer: Viewer;
  let page: Page;
  beforeAll(async () => {
    viewer = await Viewer.come(browser, server.url);
    page = viewer.page;
  });
  afterAll(() => viewer.leave());

  /** What has the focus: its name, as a screen reader would say it. */
  const focused = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      return at?.getAttribute('aria-label') ?? at?.textContent?.trim() ?? '';
    });
  /** Goes on with a key until the focus is where it should be. */
  const go = async (key: string, name: string) => {
    for (let presses = 0; (await focused()) !== name; presses += 1) {
      expect(presses, `${name} is not reached by ${key}; the focus is at “${await focused()}”`).toBeLessThan(60);
      await page.keyboard.press(key);
    }
  };
  /** Whether somebody can see where the focus is. */
  const isFocusVisible = () =>
    page.evaluate(() => {
      const at = document.activeElement;
      // What scrolls has its ring drawn by the frame around it.
      return [at, at?.parentElement].some((place) => {
        const { boxShadow, outlineStyle } = getComputedStyle(place ?? document.body);
        return boxShadow !== 'none' || outlineStyle !== 'none';
      });
    });

  test('the page can be reached past the navigation, and every stop shows that it has the focus', async () => {
    await viewer.open('/sessions');
    await page.locator('[data-session="busy"]').waitFor();
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('main') !== null)).toBe(true);
    let stops = 0;
    // After the last one the focus leaves the page.
    for (; await page.evaluate(() => document.activeElement !== document.body); stops += 1) {
      expect(await isFocusVisible(), await focused()).toBe(true);
      await page.keyboard.press('Tab');
    }
    expect(stops).toBeGreaterThan(8);
  });

  test('a session is found and opened', async () => {
    await viewer.open('/sessions');
    await page.locator('[data-session="busy"]').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Notifications');
    await page.waitForURL(/q=Notifications/);
    await page.locator('[data-session="bare"]').waitFor({ state: 'detached' });
    await go(
      'Tab',
      await page.getByRole('grid', { name: 'Sessions' }).evaluate((grid) => grid.getAttribute('aria-label') ?? ''),
    );
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-session="busy"][aria-selected="true"]').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/sessions/busy');
    await page.getByRole('heading', { level: 1, name: 'Notifications' }).waitFor();
  });

  test('the plan is walked by arrows, a step is opened, and a dialog gives the focus back', async () => {
    await viewer.openSession('busy', 'plan');
    await page.locator('[data-step="design"]').first().focus();
    const at = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.step);
    await page.keyboard.press('ArrowRight');
    await expect.poll(at).toMatch(/^(backend|frontend)$/);
    await page.keyboard.press('ArrowRight');
    await expect.poll(at).toBe('review');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(at).toMatch(/^(backend|frontend)$/);
    expect(await isFocusVisible()).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: `Step ${await at()}` }).waitFor();
    await go('Tab', 'Mark complete');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await viewer.violations()).toEqual([]);
    // The focus stays in the dialog, however often one goes on.
    for (let stop = 0; stop < 6; stop += 1) {
      await page.keyboard.press('Tab');
      expect(await dialog.evaluate((box) => box.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Mark complete');
  });

  test('the menu of a session is opened and left by keys, and a dialog from it gives the focus back', async () => {
    await viewer.openSession('busy', 'plan');
    const actions = page.getByRole('button', { name: 'Actions' });
    await actions.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: /^Advance/ }).waitFor();
    expect(await viewer.violations()).toEqual([]);
    await go('ArrowDown', 'Rename…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Renamed');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Renamed' }).waitFor();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('Actions');
    await server.client().sessions.update('busy', { name: 'Notifications' });
  });

  test('keys lead to every page, and the list of them is a key away', async () => {
    await viewer.open('/sessions');
    await page.getByRole('grid', { name: 'Sessions' }).waitFor();
    for (const [keys, title] of [
      ['ga', 'Agents'],
      ['gc', 'Schedules'],
      ['gk', 'Keys'],
      ['gh', 'Server'],
      ['gs', 'Sessions'],
    ] as const) {
      await page.keyboard.type(keys);
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await expect.poll(focused).toBe(title);
    }
    await page.keyboard.type('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(await viewer.violations()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.type('n');
    await page.getByRole('dialog', { name: 'New session' }).waitFor();
    expect(await viewer.violations()).toEqual([]);
    await page.keyboard.press('Escape');
  });
});
