// A program in another process records what it does on the directory that the server serves, and somebody looks on.
import type { Browser, Page } from 'playwright-core';
import type { CallEntry } from 'sessiond';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { launch, NARROW, Viewer, WIDE } from './harness/browser.ts';
import { ANSWER, done, hasPython, killed, Program } from './harness/programs.ts';
import { deferred, TestServer, until } from './harness/server.ts';

const WEEKLY = 'weekly';
const BOOK = 'book';

/** Of how many calls a tree still shows at once what is read of it. */
const MANY = 20_000;

test('a tree of many calls is there before all of them are read, and what they were given is read when it is asked for', async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.stop());
  const browser = await launch();
  onTestFinished(() => browser.close());
  const client = server.client();
  await client.sessions.create({ session_id: 'many', kind: 'execution' });
  const { writer } = await client.executions.begin('many', { process: 'host:1' });
  for (let batch = 1; batch <= MANY / 1_000; batch += 1) {
    const calls = Array.from({ length: 1_000 }, (_, at) => manyOf((batch - 1) * 1_000 + at + 1));
    await client.executions.record('many', { writer, batch, calls });
  }
  const viewer = await Viewer.come(browser, server.url);
  const { page } = viewer;
  const held = deferred();
  await page.route(/\/sessions\/many\/events\?.*after=[1-9]/, async (route) => {
    await held.promise;
    await route.continue();
  });
  await viewer.open('/sessions/many/calls');
  await page.locator('[data-reading="reading"] [data-call="2"]').waitFor();
  held.resolve();
  await page.locator('[data-reading="current"]').waitFor({ timeout: 40_000 });
  const tree = page.getByRole('treegrid', { name: 'Calls' });
  await tree.focus();
  await page.keyboard.press('End');
  const last = tree.locator('[data-call="19902"][aria-selected="true"]');
  await last.waitFor();
  // Of all of them, only those in sight are in the page.
  expect(await tree.getByRole('row').count()).toBeLessThan(80);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  await tree.locator(`[data-call="${MANY}"][aria-selected="true"]`).waitFor();
  await page.locator('section[data-call]').getByText(`"item ${MANY}"`).waitFor();
  await viewer.leave();
});

test('an execution is running while its writer keeps the lease, and interrupted when it has left', async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.stop());
  const browser = await launch();
  onTestFinished(() => browser.close());
  const client = server.client();
  await client.sessions.create({ session_id: 'leased', kind: 'execution' });
  const { writer } = await client.executions.begin('leased', {
    process: 'host:1',
    lease: { holder: 'here', ttl: '10m' },
  });
  await client.executions.record('leased', { writer, batch: 1, calls: [manyOf(1)] });
  const viewer = await Viewer.come(browser, server.url);
  const totals = viewer.page.getByLabel('Totals of the execution');
  await viewer.openSession('leased', 'calls');
  await totals.getByText('running', { exact: true }).waitFor();
  const left = await fetch(`${server.url}/sessions/leased/execution/release`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ writer }),
  });
  expect(left.status).toBe(200);
  await totals.getByText('interrupted', { exact: true }).waitFor();
  expect(await totals.getByText('running', { exact: true }).count()).toBe(0);
  await viewer.leave();
});

/** A call of a long run: each hundred stand under one, and those under the first. */
function manyOf(call: number): CallEntry {
  const parent = call === 1 ? undefined : call % 100 === 2 ? 1 : call - ((call - 2) % 100);
  const began_us = 1_738_494_000_000_000 + call * 10;
  return {
    call,
    node: `step ${call % 7}`,
    position: 0,
    key: 'ab',
    began_us,
    ended_us: began_us + 50,
    status: 'completed',
    input: { args: [`item ${call}`, 'x'.repeat(200)] },
    output: call,
    ...(parent !== undefined && { parent }),
  };
}

describe.skipIf(!hasPython)('a program that runs beside the server', () => {
  let server: TestServer;
  let browser: Browser;
  let program: Program;
  let viewer: Viewer;
  let page: Page;

  beforeAll(async () => {
    server = await TestServer.start();
    browser = await launch();
    program = await Program.prepare(server.dir);
    viewer = await Viewer.come(browser, server.url);
    page = viewer.page;
  });

  afterAll(async () => {
    await viewer?.leave();
    await program?.end();
    await browser?.close();
    await server?.stop();
  });

  const row = (name: string) => page.getByRole('row').filter({ hasText: name });
  const detail = () => page.locator('section[data-call]');
  const exists = (session: string) =>
    until(`the session ${session}`, async () => {
      const { sessions } = await server.client().sessions.list({ q: session });
      return sessions.some(({ session_id }) => session_id === session);
    });
  /** Opens what is told of the first call of a node. */
  const look = async (name: string) => {
    await row(name).first().click();
    await detail().getByRole('heading', { level: 2, name }).waitFor();
    await expect.poll(() => detail().getByText('Reading…').count()).toBe(0);
  };

  test('its calls stand in the tree while they run, under the call that made them', async () => {
    program.run('report', WEEKLY);
    await exists(WEEKLY);
    await viewer.openSession(WEEKLY);
    await row('read_station').nth(3).waitFor();
    expect(await page.getByRole('row', { level: 1 }).count()).toBe(1);
    expect(await row('Report').getAttribute('data-status')).toBe('running');
    expect(await page.locator('[data-status="running"][aria-level="2"]').count()).toBe(4);
    await page.getByLabel('Totals of the execution').getByText('5 open').waitFor();
  });

  test('calls that run at once stand below each other on the time line', async () => {
    await page.getByRole('button', { name: 'Timeline' }).click();
    const frame = page.getByRole('group', { name: /^Timeline/ });
    await frame.waitFor();
    // All of them have run until now, so the right end of each row is within its call.
    for (const [lane, name] of ['Report', 'read_station', 'read_station', 'read_station', 'read_station'].entries()) {
      const wide = await frame.evaluate((element) => element.clientWidth);
      await frame.click({ position: { x: wide - 12, y: 24 + 22 * lane + 11 } });
      await detail().getByRole('heading', { level: 2, name }).waitFor();
      expect(await detail().getAttribute('data-call')).toBe(String(lane + 1));
    }
    await page.getByText('running', { exact: true }).first().waitFor();
  });

  test('the page grows with the program, and says what its agent was asked and answered', async () => {
    await viewer.openSession(WEEKLY, 'calls');
    await row('read_station').nth(3).waitFor();
    await program.open('read');
    await row('Forecaster').waitFor();
    await page.locator('[data-status="completed"]', { hasText: 'Forecaster' }).waitFor();
    expect(await page.locator('[data-status="completed"]', { hasText: 'read_station' }).count()).toBe(4);
    const kinds = page.locator('[aria-level="3"] [data-kind]');
    expect(await kinds.evaluateAll((icons) => icons.flatMap((icon) => icon.getAttribute('title') ?? []))).toEqual([
      'model',
      'tool',
      'tool',
      'model',
    ]);
    await look('stand-in');
    const asked = detail().getByRole('list', { name: 'Input' }).getByRole('listitem');
    expect(await asked.first().innerText()).toContain('for people who read them at breakfast');
    expect(await asked.nth(1).innerText()).toContain('What of the week: Bonn 12, Rome 15, Oslo 18, Cork 21?');
    expect(await detail().getByRole('list', { name: 'Output' }).innerText()).toContain('Atlantis');
    await look('Forecaster');
    expect(await detail().getByRole('list', { name: 'Input' }).innerText()).toContain('What of the week');
    expect(await detail().getByRole('list', { name: 'Output' }).innerText()).toContain(ANSWER);
    await detail().getByText('6 messages').click();
    const conversation = detail().getByRole('list', { name: 'Conversation' });
    await conversation.getByText('Error: LookupError: there is no station in Atlantis').waitFor();
    await conversation.getByText('Bonn has 14 degrees and rain in most years').waitFor();
  });

  test('tokens and cost are given for the call and for all above it', async () => {
    await viewer.openSession(WEEKLY, 'calls');
    await expect.poll(() => row('Report').first().getByRole('gridcell').nth(4).innerText()).toBe('563');
    expect(await row('Report').first().getByRole('gridcell').nth(5).innerText()).toBe('$0.0026');
    const figures = page.getByLabel('Totals of the execution');
    await figures.getByText('490 input, 73 output').waitFor();
    await row('stand-in').nth(1).click();
    const used = detail().locator('section', { has: page.getByRole('heading', { name: 'Usage', exact: true }) });
    await used.getByText('stand-in of openai').waitFor();
    await used.getByText('310').waitFor();
  });

  test('what goes wrong says so in its own way, and an error has its trace', async () => {
    await viewer.openSession(WEEKLY, 'calls');
    await program.open('publish');
    await page.locator('[data-feed="ended"]').waitFor({ state: 'attached' });
    const states = { render: 'failed', upload: 'timeout', back_up: 'abandoned', notify: 'cancelled' };
    for (const [name, state] of Object.entries(states)) {
      expect(await row(name).first().getAttribute('data-status'), name).toBe(state);
    }
    await page.getByText('4 errors').waitFor();
    await look('render');
    await detail().getByText('a table has at least one column').first().waitFor();
    expect(await detail().locator('pre').innerText()).toContain('in render');
    await page
      .getByRole('group', { name: 'Status' })
      .getByRole('button', { name: /^failed/ })
      .click();
    await page.getByText('2 found').waitFor();
    await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'All' }).click();
  });

  test('what was too large and what is secret is not shown, and it is said why', async () => {
    await viewer.openSession(WEEKLY, 'calls');
    await look('archive');
    await detail().getByText('It was left out of the record, because it has 1.4 MiB.').waitFor();
    await look('sign_in');
    await detail().getByText('For people alone', { exact: false }).waitFor();
    expect(await detail().getByRole('group', { name: 'Input' }).innerText()).toContain('[redacted]');
    expect(await page.content()).not.toContain('hunter2');
  });

  test('the tree is walked and searched by keyboard', async () => {
    await viewer.openSession(WEEKLY, 'calls');
    const tree = page.getByRole('treegrid', { name: 'Calls' });
    const at = () => tree.getByRole('row', { selected: true });
    await row('Report').first().waitFor();
    await tree.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => at().getAttribute('data-call')).toBe('1');
    const rows = Number(await tree.getAttribute('aria-rowcount'));
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => at().getAttribute('aria-expanded')).toBe('false');
    expect(await tree.getAttribute('aria-rowcount')).toBe('2');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe(String(rows));
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => at().getAttribute('data-call')).toBe('2');
    await page.keyboard.press('Enter');
    await expect.poll(() => detail().evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    await detail().waitFor({ state: 'detached' });
    await page.keyboard.press('e');
    await detail().getByRole('heading', { level: 2, name: 'normals' }).waitFor();
    await page.keyboard.press('e');
    await detail().getByRole('heading', { level: 2, name: 'render' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('atlantis');
    await page.getByText('1 found').waitFor();
    await page.getByLabel('Search calls').fill('');
  });

  test('the time line is moved by keyboard, and says which call is selected', async () => {
    await viewer.openSession(WEEKLY, 'calls?look=time');
    const line = page.getByRole('group', { name: /^Timeline/ });
    await line.focus();
    await page.keyboard.press('ArrowDown');
    const status = page.locator('p[role="status"].hidden');
    const before = await status.innerText();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => status.innerText()).not.toBe(before);
    expect(await status.innerText()).toMatch(/, call \d+, \w+, /);
    const legend = page.getByRole('list', { name: 'Colours' }).getByRole('listitem');
    const colours = await legend.evaluateAll((items) =>
      items.map((item) => getComputedStyle(item, '::before').backgroundColor),
    );
    expect(colours.length).toBeGreaterThan(3);
    expect(colours).not.toContain('rgba(0, 0, 0, 0)');
    expect(new Set(colours).size).toBe(colours.length);
    const whole = await page.getByText(/ in sight$/).innerText();
    await page.keyboard.press('+');
    await expect.poll(() => page.getByText(/ in sight$/).innerText()).not.toBe(whole);
    await page.keyboard.press('0');
    await expect.poll(() => page.getByText(/ in sight$/).innerText()).toBe(whole);
  });

  test('a program that is killed and resumed shows what was done and what was used again', async () => {
    const first = program.run('book', BOOK);
    await exists(BOOK);
    await viewer.openSession(BOOK);
    await program.open('chapter-1', 'chapter-2');
    await page.locator('[data-call="4"][data-status="running"]').waitFor();
    await killed(first);
    await program.open('chapter-3');
    await done(program.run('resume', BOOK));
    await page.locator('[data-feed="ended"]').waitFor({ state: 'attached' });
    // Book, its three chapters, and what the second process did of it again: Book and the third chapter.
    expect(await page.locator('[data-call="1"]').first().getAttribute('data-status')).toBe('interrupted');
    await page.getByText('resumed by 5').waitFor();
    await expect.poll(() => page.getByText('from the record', { exact: true }).count()).toBe(2);
    await row('Book').nth(1).click();
    expect(await detail().getAttribute('data-call')).toBe('5');
    await detail().getByRole('button', { name: 'Book, call 1' }).click();
    await detail().getByText('so its result is unknown', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Timeline' }).click();
    await page.getByRole('combobox', { name: 'Process' }).selectOption('all');
  });

  describe.each([
    ['wide', WIDE],
    ['narrow', NARROW],
  ])('on a %s screen', (_, viewport) => {
    test.each([
      [`/sessions/${WEEKLY}/calls`, '[data-call="1"]'],
      [`/sessions/${WEEKLY}/calls?call=6`, 'section[data-call="6"] ol'],
      [`/sessions/${WEEKLY}/calls?call=12`, 'section[data-call="12"] h3'],
      [`/sessions/${WEEKLY}/calls?look=time&call=2`, 'section[data-call="2"] h3'],
      [`/sessions/${BOOK}/calls`, 'text=resumed by 5'],
    ])('axe finds nothing serious at %s, in light and in dark', async (path, whole) => {
      const other = await Viewer.come(browser, server.url, { viewport });
      await other.open(path);
      await other.page.locator(whole).first().waitFor();
      expect(await other.violations()).toEqual([]);
      await other.page.emulateMedia({ colorScheme: 'dark' });
      expect(await other.violations('color-contrast')).toEqual([]);
      expect(
        await other.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBe(0);
      await other.leave();
    });
  });
});
