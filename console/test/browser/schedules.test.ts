// Schedules: the list says what each does next and what became of the last time; the form shows the times that the server says.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, NARROW, Viewer, WIDE } from './harness/browser.ts';
import { TestServer } from './harness/server.ts';

let server: TestServer;
let browser: Browser;

beforeAll(async () => {
  server = await TestServer.start();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

describe.each([
  ['wide', WIDE],
  ['narrow', NARROW],
])('on a %s screen', (name, viewport) => {
  const id = `report-${name}`;
  let viewer: Viewer;
  beforeAll(async () => {
    viewer = await Viewer.come(browser, server.url, { viewport, provokes: /status of 422/ });
  });
  afterAll(() => viewer.leave());

  test('a schedule is created, paused, resumed, run and deleted by keyboard and pointer', async () => {
    const { page } = viewer;
    await viewer.open('/schedules');
    await page.getByRole('heading', { level: 1, name: 'Schedules' }).waitFor();
    await page.keyboard.type('n');
    const dialog = page.getByRole('dialog', { name: 'New schedule' });
    await dialog.waitFor();
    await dialog.getByLabel('Id').fill(id);
    await dialog.getByLabel('Name of its sessions').fill(`Report ${name}`);
    await dialog.getByLabel('Cron expression').fill('0 9 * * 9');
    await dialog.getByText('it is no cron expression').waitFor();
    await dialog.getByLabel('Cron expression').fill('0 9 * * 1');
    await dialog.getByLabel('Time zone').fill('Europe/Berlin');
    await dialog.locator('[data-upcoming="3"]').waitFor();
    const made = { cron: '0 9 * * 1', time_zone: 'Europe/Berlin' };
    const { upcoming } = await server.client().schedules.preview(made);
    const shown = await dialog
      .locator('[data-upcoming] time')
      .evaluateAll((times) => times.map((time) => time.getAttribute('datetime')));
    expect(shown).toEqual(upcoming);
    expect(await viewer.violations()).toEqual([]);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const row = page.locator(`tr[data-schedule="${id}"]`);
    await row.waitFor();
    expect(await row.getAttribute('data-state')).toBe('active');
    await page.getByRole('button', { name: `Pause ${id}` }).click();
    await page.locator(`tr[data-schedule="${id}"][data-state="paused"]`).waitFor();
    await page.getByRole('button', { name: `Resume ${id}` }).click();
    await page.locator(`tr[data-schedule="${id}"][data-state="active"]`).waitFor();
    await page.getByRole('button', { name: `Run now: ${id}` }).click();
    await row.getByRole('link', { name: `Report ${name}` }).waitFor();
    expect(await viewer.violations()).toEqual([]);
    await page.getByRole('button', { name: `Delete ${id}` }).click();
    await page.getByRole('dialog', { name: 'Delete schedule' }).getByRole('button', { name: 'Delete' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await server.client().sessions.list({ label: `schedule=${id}` })).sessions).toHaveLength(1);
  });
});
