// Files in a chat: they are added, refused, cited, removed and kept, and every tab shows the same.
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Viewer, Visit } from './harness/browser.ts';
import { answer, box, Chats, completed, send } from './harness/chats.ts';
import { deferred } from './harness/server.ts';

const CONTRACT = '# Contract\n\nThe notice period is 30 days to the end of a month.\n';

const chats = Chats.forTests('files', async function* () {
  yield 'It is 30 days [1], and 40 in another [7].';
});

const text = (name: string, content: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
const choose = (page: Page, ...files: ReturnType<typeof text>[]) =>
  page.locator('input[type="file"]').setInputFiles(files);
const upload = (page: Page, state: string) => page.locator(`[data-upload="${state}"]`);
const has = (page: Page, files: number) => page.locator(`[data-files="${files}"]`).waitFor();

test('a chosen file is added, the next message is about it, and a citation opens the passage', async () => {
  const page = await chats.come();
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Add files' }).click(),
  ]);
  await chooser.setFiles(text('contract.md', CONTRACT));
  await upload(page, 'ready').getByText('contract.md').waitFor();
  await send(page, 'How long is the notice period?');
  await completed(page).waitFor();
  expect(await page.locator('[data-upload]').count()).toBe(0);
  const { turns } = await chats.client.conversation.listTurns(chats.id);
  const { files } = await chats.client.files.list(chats.id);
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
  await chats.client.files.delete(chats.id, files[0]?.file_id ?? '');
  await has(page, 0);
  await answer(page).locator('[data-citation="1"]').click();
  await dialog.getByText('The file was removed.').waitFor();
  await dialog.getByText('The notice period is 30 days').waitFor();
});

test('a file without a readable text is refused with the server’s reason, and others are added', async () => {
  const page = await chats.come({ provokes: /status of 422/ });
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
  const page = await chats.come();
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
  const [page, other] = [await chats.come(), await chats.come()];
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
  expect((await chats.client.files.list(chats.id)).files).toHaveLength(2);
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
  chats.model.script = async function* () {
    yield 'wait';
    await gate.promise;
  };
  const page = await chats.come();
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
  chats.model.script = async function* () {
    yield 'It is 30 days.';
  };
  await chats.added('contract.md', CONTRACT);
  const page = await chats.come();
  await send(page, 'How long is the notice period?');
  await completed(page).waitFor();
  await answer(page)
    .getByText(/^Sources: contract\.md/)
    .waitFor();
});

test('an answer from the files only is asked for, and the choice stays', async () => {
  await chats.added('contract.md', CONTRACT);
  const page = await chats.come();
  const toggle = page.getByRole('button', { name: 'Answer from the files only' });
  await toggle.click();
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await page.reload();
  expect(await toggle.getAttribute('aria-pressed')).toBe('true');
  await send(page, 'xylophone?');
  await completed(page).waitFor();
  await page.getByText('From the files only', { exact: true }).waitFor();
  const { turns } = await chats.client.conversation.listTurns(chats.id);
  expect(turns[0]?.mode).toBe('query');
});

test('clearing keeps the files or removes them', async () => {
  await chats.added('contract.md', CONTRACT);
  const page = await chats.come();
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
  expect((await chats.client.files.list(chats.id)).files).toHaveLength(1);
  await clear(false);
  await has(page, 0);
  expect((await chats.client.files.list(chats.id)).files).toHaveLength(0);
});

describe('everybody can use it', () => {
  test.each([
    ['wide', {}],
    ['wide and dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 380, height: 800 } }],
  ] as [string, Visit][])('%s', async (_, visit) => {
    const page = await chats.come({ ...visit, provokes: /status of 422/ });
    const viewer = chats.viewers.at(-1) as Viewer;
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
