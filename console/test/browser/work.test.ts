// What a person does over many sessions: sees what needs them, deals with several at once, finds and repeats actions.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, NARROW, Viewer } from './harness/browser.ts';
import { journal } from './harness/journals.ts';
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

test('what needs attention is on one page, and is dealt with there', async () => {
  const client = server.client();
  const agent = 'worker://one';
  await client.agents.register({ agent_descriptor: { agent_id: agent, framework: 'worker' } });
  for (const session_id of ['first', 'second']) {
    await client.sessions.create({
      session_id,
      name: `The ${session_id} session`,
      participants: [{ agent_id: agent, role: 'worker' }],
      workflow: [
        { name: 'build', required_agents: [agent], on_failure: 'continue' },
        { name: 'wait', required_agents: [] },
      ],
    });
    const { task_id } = await client.tasks.delegate(session_id, {
      task_type: 'compile',
      delegatee: agent,
      payload: {},
    });
    await client.tasks.accept(task_id, {});
    await client.tasks.fail(task_id, { error: { detail: `no disk in ${session_id}` } });
  }
  await client.questions.ask('second', { question_id: 'q1', text: 'Which branch?', schema: { type: 'string' } });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.open('/sessions');
  const nav = page.getByRole('navigation', { name: 'Pages' });
  await nav.locator('[data-attention]').waitFor();
  await nav.getByRole('link', { name: /Needs attention/ }).click();
  const failed = page.getByRole('table', { name: 'Failed tasks' });
  await failed.getByText('no disk in first').waitFor();
  await failed.getByText('no disk in second').waitFor();
  await failed.getByRole('link', { name: 'The second session' }).waitFor();
  expect(await viewer.violations()).toEqual([]);

  await page.locator('[data-question="q1"]').getByLabel('Answer').fill('main');
  await page.locator('[data-question="q1"]').getByRole('button', { name: 'Answer' }).click();
  await page.getByText('Which branch?').waitFor({ state: 'detached' });
  expect((await client.questions.get('second', 'q1')).answer).toBe('main');

  // A session that failed with its task is retried in place.
  await client.sessions.create({
    session_id: 'lost',
    name: 'The lost session',
    participants: [{ agent_id: agent, role: 'worker' }],
    workflow: [{ name: 'build', required_agents: [agent] }],
  });
  const { task_id } = await client.tasks.delegate('lost', { task_type: 'compile', delegatee: agent, payload: {} });
  await client.tasks.accept(task_id, {});
  await client.tasks.fail(task_id, { error: { detail: 'no disk in lost' } });
  expect((await client.sessions.get('lost')).status).toBe('failed');
  await page.getByRole('checkbox', { name: 'Select The lost session' }).check();
  await page.getByRole('button', { name: 'Retry 1 selected' }).click();
  await page.getByText('1 session retried').first().waitFor();
  expect((await client.sessions.get('lost')).status).toBe('active');
  await failed.getByText('no disk in lost').waitFor({ state: 'detached' });
  await viewer.leave();
});

test('sessions are selected, labelled, terminated and deleted together', async () => {
  const client = server.client();
  const ids = ['bulk-1', 'bulk-2', 'bulk-3', 'bulk-4'];
  for (const session_id of ids) {
    await client.sessions.create({ session_id, kind: 'workflow', name: session_id });
  }
  await client.sessions.complete('bulk-4', { summary: null, artifacts: [] });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.open('/sessions?q=bulk');
  await page.locator('[data-session="bulk-1"]').waitFor();
  const tick = (id: string) => page.getByRole('checkbox', { name: `Select ${id}` });
  await tick('bulk-4').click();
  await tick('bulk-1').click({ modifiers: ['Shift'] });
  const bar = page.getByRole('region', { name: 'Selected sessions' });
  await bar.getByText('4 sessions selected').waitFor();
  expect(await viewer.violations()).toEqual([]);
  await bar.getByRole('button', { name: 'Label' }).click();
  await page.getByRole('dialog').getByLabel('Labels').fill('team=search');
  await page.getByRole('dialog').getByRole('button', { name: 'Add labels' }).click();
  await page.getByText('3 sessions labelled').first().waitFor();
  expect((await client.sessions.list({ label: 'team=search' })).sessions).toHaveLength(3);

  await page.locator('[data-session="bulk-1"]').getByRole('link', { name: 'team: search' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('label')).toBe('team=search');
  await page.getByRole('checkbox', { name: 'Select all sessions that are loaded' }).click();
  await bar.getByText('3 sessions selected').waitFor();
  await bar.getByRole('button', { name: 'Terminate' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('enough');
  await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click();
  await page.getByText('3 sessions terminated').first().waitFor();

  await viewer.open('/sessions?q=bulk');
  await page.locator('[data-session="bulk-1"]').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await bar.getByText('1 session selected').waitFor();
  await page.getByRole('checkbox', { name: 'Select all sessions that are loaded' }).click();
  await bar.getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByLabel('To confirm').fill('4');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete permanently' }).click();
  await page.getByRole('heading', { name: 'No matching sessions' }).waitFor();
  expect((await client.sessions.list({ q: 'bulk' })).sessions).toEqual([]);
  await viewer.leave();
});

test('Ctrl-K finds a session, an agent and an action', async () => {
  const client = server.client();
  await client.sessions.create({ session_id: 'palette', kind: 'workflow', name: 'Quarterly figures' });
  await client.agents.register({ agent_descriptor: { agent_id: 'codex://painter', framework: 'codex' } });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.open('/agents');
  await page.getByLabel('Search agents').focus();
  const field = page.getByRole('combobox');
  const go = async (text: string, id: string) => {
    await page.keyboard.press('Control+k');
    await field.fill(text);
    await page.locator(`[data-command="${id}"][aria-selected="true"]`).waitFor();
    await page.keyboard.press('Enter');
  };
  await go('quarterly', 'palette');
  await page.waitForURL(/\/sessions\/palette$/);
  await go('painter', 'codex://painter');
  await page.waitForURL(/\/agents\/codex/);
  await go('new session', 'new-session');
  await page.getByRole('dialog').getByLabel('Orchestrator').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  expect(await viewer.violations()).toEqual([]);
  await viewer.leave();
});

test('every action can be shown as a command, which does nothing by itself', async () => {
  const client = server.client();
  await client.sessions.create({ session_id: 'shown', kind: 'workflow' });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.openSession('shown', 'about');
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.getByRole('menuitem', { name: 'Terminate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill("it's over");
  await dialog.getByRole('button', { name: 'As curl' }).click();
  const command = await dialog.locator('pre').innerText();
  expect(command).toContain(`curl -X POST ${server.url}/sessions/shown/terminate`);
  expect((await client.sessions.get('shown')).status).toBe('active');
  await dialog.getByLabel('Reason').fill('done');
  expect(await dialog.locator('pre').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Terminate' }).click();
  await dialog.waitFor({ state: 'detached' });
  expect((await client.sessions.get('shown')).outcome?.reason).toBe('done');
  await viewer.leave();
});

test('on a narrow screen the same is there', async () => {
  const viewer = await Viewer.come(browser, server.url, { viewport: NARROW });
  const { page } = viewer;
  await viewer.open('/attention');
  await page.getByRole('table', { name: 'Failed tasks' }).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(NARROW.width);
  expect(await viewer.violations()).toEqual([]);
  await viewer.leave();
});

test('a view of the list is saved, and found again', async () => {
  const client = server.client();
  await client.sessions.create({ session_id: 'viewed', kind: 'workflow', labels: { team: 'views' } });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.open('/sessions?label=team%3Dviews&sort=name');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Mine');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await viewer.open('/sessions');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Mine' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('label')).toBe('team=views');
  await page.locator('[data-session="viewed"]').waitFor();
  await page.getByRole('button', { name: 'Mine' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Views' }).waitFor();
  await viewer.leave();
});

test('the list is narrowed to a time and turned round, in the address and in a saved view', async () => {
  const client = server.client();
  const label = { team: 'times' };
  // Created on 1 January 2026.
  await client.sessions.import(journal('of-january', 3), {});
  await client.sessions.update('of-january', { labels: label });
  await client.sessions.create({ session_id: 'of-today', kind: 'workflow', labels: label });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  const shown = () =>
    page.locator('[data-session]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-session')));
  const search = () => Object.fromEntries(new URL(page.url()).searchParams);
  await viewer.open('/sessions?label=team%3Dtimes');
  await expect.poll(shown).toEqual(['of-today', 'of-january']);
  await page.getByLabel('Order').selectOption('Oldest first');
  await expect.poll(shown).toEqual(['of-january', 'of-today']);
  expect(search()).toMatchObject({ reverse: 'true' });
  await page.getByLabel('Time', { exact: true }).selectOption('Created in the last hour');
  await expect.poll(shown).toEqual(['of-today']);
  expect(search()).toMatchObject({ since: '1h' });
  // What was imported has changed today, whenever it was created.
  await page.getByLabel('Time', { exact: true }).selectOption('Updated in the last hour');
  await expect.poll(shown).toEqual(['of-january', 'of-today']);
  await page.getByLabel('Time', { exact: true }).selectOption('Custom range…');
  const dialog = page.getByRole('dialog', { name: 'Time range' });
  await dialog.getByLabel('Time').selectOption('Created');
  await dialog.getByLabel('Until').fill('2026-01-02T00:00');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(shown).toEqual(['of-january']);
  expect(search()).toMatchObject({ until: '2026-01-02T00:00:00.000Z', reverse: 'true' });
  await page.getByText('Created before 2 Jan 2026, 00:00:00 UTC').waitFor({ state: 'attached' });
  expect(await viewer.violations()).toEqual([]);
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('January');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await viewer.open('/sessions');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'January' }).click();
  await expect.poll(shown).toEqual(['of-january']);
  expect(search()).toMatchObject({ until: '2026-01-02T00:00:00.000Z', reverse: 'true', label: 'team=times' });
  // A head of a column: its order, the opposite, and none.
  await viewer.open('/sessions?label=team%3Dtimes');
  const head = page.getByRole('columnheader', { name: 'Updated' });
  for (const [sort, order] of [
    ['descending', { sort: 'updated' }],
    ['ascending', { sort: 'updated', reverse: 'true' }],
    ['none', {}],
  ] as const) {
    await head.getByRole('button').click();
    await page.locator(`[role="columnheader"][aria-sort="${sort}"]`, { hasText: 'Updated' }).waitFor();
    expect(search()).toEqual({ label: 'team=times', ...order });
  }
  await viewer.leave();
});

test('what is chosen in a panel is in the address, and there after a reload', async () => {
  const client = server.client();
  await client.sessions.create({
    session_id: 'kept',
    workflow: [
      { name: 'one', required_agents: [] },
      { name: 'two', required_agents: [] },
    ],
  });
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.openSession('kept', 'plan');
  await page.getByRole('button', { name: 'Timeline' }).click();
  await page.locator('[data-row="one"]').waitFor();
  expect(await viewer.violations()).toEqual([]);
  await page.reload();
  await page.locator('[data-row="one"]').waitFor();
  await viewer.open('/agents');
  await page.getByLabel('Search agents').fill('worker');
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('worker');
  await page.reload();
  await expect.poll(() => page.getByLabel('Search agents').inputValue()).toBe('worker');
  await viewer.leave();
});

test('where the colours are the system’s, the focus and what is chosen are seen', async () => {
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await page.emulateMedia({ forcedColors: 'active' });
  await viewer.open('/sessions');
  const outline = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return `${outlineStyle} ${outlineWidth}`;
      });
  await page.getByRole('link', { name: 'Sessions', exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await outline(':focus-visible')).toBe('solid 2px');
  for (const chosen of ['nav [aria-current="page"]', '[aria-pressed="true"]']) {
    expect(await outline(chosen)).toBe('solid 2px');
  }
  await viewer.leave();
});

test('the newest event stays in sight when it is opened', async () => {
  const client = server.client();
  await client.sessions.create({ session_id: 'newest', kind: 'workflow' });
  for (let at = 0; at < 60; at += 1) {
    await client.context.patch('newest', { at });
  }
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  await viewer.openSession('newest', 'journal');
  const last = page.locator('[role="option"][data-seq="61"]');
  await last.click();
  await page.locator('div[data-seq="61"] h2').waitFor();
  await expect.poll(() => last.isVisible()).toBe(true);
  const inside = await last.evaluate((row) => {
    const list = row.closest('[role="listbox"]')?.getBoundingClientRect();
    const box = row.getBoundingClientRect();
    return Boolean(list && box.bottom <= list.bottom + 1 && box.top >= list.top);
  });
  expect(inside).toBe(true);
  await viewer.leave();
});
