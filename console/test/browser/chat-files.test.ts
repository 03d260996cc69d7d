// Files in a chat: they are added, refused, cited, removed and kept, and every tab shows the same.
import type { Browser, Page } from 'playwright-core';
import type { Client } from 'sessiond';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launch, Viewer, type Visit } from './harness/browser.ts';
import { ScriptedModel } from './harness/model.ts';
import { deferred, TestServer } from './harness/server.ts';

let model: ScriptedModel;
let server: TestServer;
let browser: Browser;
let client: Client;
let id: string;
let count = 0;
const viewers: Viewer[] = [];
const foreign: string[] = [];

const CONTRACT = '# Contract\n\nThe notice period is 30 days to the end of a month.\n';

beforeAll(async () => {
  model = await ScriptedModel.start();
  server = await TestServer.start([], model.environment);
  client = server.client();
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  model?.stop();
});

beforeEach(async () => {
  count += 1;
  id = `files-${count}`;
  await client.sessions.create({ session_id: id, kind: 'assistant', name: `Files ${count}` });
  model.script = async function* () {
    yield 'It is 30 days [1], and 40 in another [7].';
  };
});

afterEach(async () => {
  for (const viewer of viewers.splice(0)) {
    await viewer.leave();
  }
  expect(foreign.splice(0)).toEqual([]);
});

/** Somebody who has the conversation open. */
async function come(visit: Visit = {}): Promise<Page> {
  const viewer = await Viewer.come(browser, server.url, visit);
  viewers.push(viewer);
  viewer.page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !request.url().startsWith('blob:')) {
      foreign.push(request.url());
    }
  });
  await viewer.openSession(id);
  await viewer.page.locator('[data-turns]').waitFor();
  return viewer.page;
}

const text = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
const choose = (page: Page, ...files: ReturnType<typeof text>[]) =>
  page.locator('input[type="file"]').setInputFiles(files);
const box = (page: Page) => page.getByRole('textbox', { name: 'Message to the assistant' });
const answer = (page: Page) => page.locator('article[data-turn]').last().locator('[data-answer]');
const completed = (page: Page) => page.locator('article[data-status="completed"]');
const upload = (page: Page, state: string) => page.locator(`[data-upload="${state}"]`);
const has = (page: Page, files: number) => page.locator(`[data-files="${files}"]`).waitFor();

async function send(page: Page, message: string): Promise<void> {
  await box(page).fill(message);
  await box(page).press('Enter');
}

/** Adds a file over the interface. */
async function added(name: string, content: string): Promise<string> {
  const { files } = await client.addFiles(id, [new File([content], name)]);
  return files[0]?.file?.file_id ?? '';
}

test('a chosen file is added, the next message is about it, and a citation opens the passage', async () => {
  const page = await come();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add files' }).click(),
  ]);
  await chooser.setFiles(text('contract.md', CONTRACT));
  await upload(page, 'ready').getByText('contract.md').waitFor();
  await send(page, 'How long is the notice period?');
  await completed(page).waitFor();
  expect(await page.locator('[data-upload]').count()).toBe(0);
  const { turns } = await client.conversation.listTurns(id);
  const { files } = await client.files.list(id);
  expect(turns[0]?.files).toEqual([files[0]?.file_id]);

  // A number that is no citation stays text.
  await answer(page).getByText('and 40 in another [7].').waitFor();
  expect(await answer(page).locator('[data-citation]').count()).toBe(1);
  await answer(page)
    .getByRole('button', { name: /^Source 1: contract.md/ })
    .press('Enter');
  const dialog = page.getByRole('dialog', { name: 'contract.md' });
  await dialog.getByText('The notice period is 30 days').waitFor();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download the file' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('contract.md');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-citation'))).toBe('1');

  // The quote stays when the file is removed.
  await client.files.delete(id, files[0]?.file_id ?? '');
  await has(page, 0);
  await answer(page).locator('[data-citation="1"]').click();
  await dialog.getByText('The file was removed.').waitFor();
  await dialog.getByText('The notice period is 30 days').waitFor();
});

test('a file without a readable text is refused with the server’s reason, and others are added', async () => {
  const page = await come({ provokes: /status of 422/ });
  const picture = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  await choose(page, { name: 'scan.png', mimeType: 'image/png', buffer: picture }, text('notes.txt', 'A note.'));
  await upload(page, 'ready').getByText('notes.txt').waitFor();
  const refused = upload(page, 'refused');
  await refused.getByText('scan.png').waitFor();
  await expect.poll(() => refused.innerText()).toMatch(/picture|image/i);
  await refused.getByRole('button', { name: 'Dismiss: scan.png' }).click();
  await expect.poll(() => page.locator('[data-upload]').count()).toBe(1);
  await has(page, 1);
});

test('files are dropped on the conversation and pasted into it', async () => {
  const page = await come();
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(['dropped words'], 'dropped.txt', { type: 'text/plain' }));
    return data;
  });
  const panel = page.getByRole('region', { name: 'Conversation' });
  await panel.dispatchEvent('dragover', { dataTransfer: transfer });
  await page.locator('[data-drop]').waitFor();
  await panel.dispatchEvent('drop', { dataTransfer: transfer });
  await upload(page, 'ready').getByText('dropped.txt').waitFor();
  expect(await page.locator('[data-drop]').count()).toBe(0);
  await box(page).evaluate((area) => {
    const data = new DataTransfer();
    data.items.add(new File(['pasted words'], 'pasted.txt', { type: 'text/plain' }));
    area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await upload(page, 'ready').getByText('pasted.txt').waitFor();
  await has(page, 2);
});

test('two tabs show the same files; one is downloaded, and removed after a confirmation', async () => {
  const [page, other] = [await come(), await come()];
  await choose(page, text('a.txt', 'The first.'), text('b.csv', 'x,y\n1,2\n'));
  await has(other, 2);
  await has(page, 2);
  await upload(page, 'ready').getByText('a.txt').waitFor();
  await other.getByRole('button', { name: '2 files' }).click();
  const dialog = other.getByRole('dialog', { name: 'Files', exact: true });
  await dialog.locator('[data-file="b.csv"]').getByText('CSV · 8 bytes').waitFor();
  const [saved] = await Promise.all([
    other.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download a.txt' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('a.txt');
  await dialog.getByRole('button', { name: 'Remove a.txt' }).click();
  const question = other.getByRole('dialog', { name: 'Remove a.txt' });
  await question.waitFor();
  expect((await client.files.list(id)).files).toHaveLength(2);
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await question.waitFor({ state: 'detached' });
  for (const each of [page, other]) {
    await has(each, 1);
  }
  expect(await dialog.locator('[data-file]').count()).toBe(1);
  // The next message cannot be about a file that is gone.
  await expect.poll(() => page.locator('[data-upload]').count()).toBe(1);
});

test('a message that is taken back brings its files back', async () => {
  const gate = deferred();
  model.script = async function* () {
    yield 'wait';
    await gate.promise;
  };
  const page = await come();
  await send(page, 'first');
  await answer(page).getByText('wait').waitFor();
  await choose(page, text('a.txt', 'The first.'));
  await upload(page, 'ready').waitFor();
  await send(page, 'about it');
  await page.locator('[data-queued]').getByRole('button', { name: 'Take back' }).click();
  await upload(page, 'ready').getByText('a.txt').waitFor();
  await expect.poll(() => box(page).inputValue()).toBe('about it');
  gate.resolve();
  await completed(page).waitFor();
});

test('an answer that cites nothing names what the model was given', async () => {
  model.script = async function* () {
    yield 'It is 30 days.';
  };
  await added('contract.md', CONTRACT);
  const page = await come();
  await send(page, 'How long is the notice period?');
  await completed(page).waitFor();
  await answer(page)
    .getByText(/^Sources: contract\.md/)
    .waitFor();
});

test('an answer from the files only is asked for, and the choice stays', async () => {
  await added('contract.md', CONTRACT);
  const page = await come();
  const toggle = page.getByRole('button', { name: 'Answer from the files only' });
  await toggle.click();
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await page.reload();
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await send(page, 'xylophone?');
  await completed(page).waitFor();
  await page.getByText('From the files only', { exact: true }).waitFor();
  const { turns } = await client.conversation.listTurns(id);
  expect(turns[0]?.mode).toBe('query');
});

test('clearing keeps the files or removes them', async () => {
  await added('contract.md', CONTRACT);
  const page = await come();
  await send(page, 'one');
  await completed(page).waitFor();
  const clear = async (keep: boolean) => {
    await page.getByRole('button', { name: 'Conversation', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Clear' }).click();
    const dialog = page.getByRole('dialog', { name: 'Clear the conversation' });
    if (keep) {
      await dialog.getByRole('checkbox', { name: 'Keep the files (1)' }).check();
    }
    await dialog.getByRole('button', { name: 'Clear' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Write the first message' }).waitFor();
  };
  await clear(true);
  expect((await client.files.list(id)).files).toHaveLength(1);
  await clear(false);
  await has(page, 0);
  expect((await client.files.list(id)).files).toHaveLength(0);
});

describe('everybody can use it', () => {
  test.each([
    ['wide', {}],
    ['wide and dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 380, height: 800 } }],
  ] as [string, Visit][])('%s', async (_, visit) => {
    const page = await come({ ...visit, provokes: /status of 422/ });
    const viewer = viewers.at(-1) as Viewer;
    const look = async () => {
      expect(await viewer.violations()).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    };
    await choose(
      page,
      text('contract of the year with a long name, second version.md', CONTRACT),
      text('empty.txt', ''),
    );
    await upload(page, 'ready').waitFor();
    await upload(page, 'refused').waitFor();
    await look();
    await send(page, 'How long is the notice period?');
    await completed(page).waitFor();
    await answer(page).locator('[data-citation]').waitFor();
    await look();
    await answer(page).locator('[data-citation]').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Download the file' }).waitFor();
    await look();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: '1 file' }).click();
    await page.getByRole('dialog', { name: 'Files' }).waitFor();
    await look();
  });
});
