// How fast a long conversation opens, and whether a long answer holds the page up.
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Viewer } from './harness/browser.ts';
import { Chats, completed, send } from './harness/chats.ts';
import { conversation } from './harness/journals.ts';

const TURNS = 1_000;
/** How long it may take to show the end of a long conversation, in milliseconds. */
const OPENS = 1_000;
/** How long a frame may take while an answer streams, in milliseconds. */
const FRAME = 50;

const chats = Chats.forTests('speed', async function* () {});
let viewer: Viewer;
let page: Page;

// One for all tests: what the browser has compiled stays.
beforeAll(async () => {
  await chats.client.sessions.import(conversation('long', TURNS), {});
  viewer = await Viewer.come(chats.browser, chats.server.url);
  page = viewer.page;
});

afterAll(() => viewer?.leave());

/** A machine that does something else at the same time is no fault of the page: what it does each time is. */
const AGAIN = { retry: 2 };

test(`a conversation of ${TURNS} turns opens at its end, and scrolls to its beginning`, AGAIN, async () => {
  const last = page.locator(`[data-turn="turn_${TURNS}"]`);
  // The page itself says when it shows the last turn: the test hears of it later.
  await page.addInitScript((turn) => {
    const look = () => {
      if (document.querySelector(`[data-turn="${turn}"], [data-empty]`)) {
        Object.assign(window, { shown: performance.now() });
        observer.disconnect();
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  }, `turn_${TURNS}`);
  const opened = async (session: string, shows: Locator) => {
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      await viewer.open(`/sessions/${session}`);
      await shows.waitFor();
      times.push(await page.evaluate(() => (window as unknown as { shown: number }).shown));
    }
    return Math.min(...times);
  };
  const empty = await opened(chats.id, page.getByRole('heading', { name: 'Write the first message' }));
  // On a machine so busy that a page without any turn takes long, the turns may double that at most.
  expect(await opened('long', last.getByText('one more'))).toBeLessThan(Math.max(OPENS, 2 * empty));
  const feed = page.getByRole('feed', { name: 'Turns' });
  await page.locator('[data-at-end="true"]').waitFor();
  expect(await feed.getByRole('article').count()).toBeLessThan(30);

  // Reasoning is folded.
  expect(await last.getByText(`I add 1 to ${TURNS - 1}.`).count()).toBe(0);
  await last.getByText('Reasoning').click();
  await last.getByText(`I add 1 to ${TURNS - 1}.`).waitFor();

  await feed.evaluate((element) => element.scrollTo({ top: 0 }));
  await expect
    .poll(async () => {
      await feed.evaluate((element) => element.scrollTo({ top: 0 }));
      return page.locator('[data-turn="turn_1"]').count();
    })
    .toBe(1);
  await page.getByRole('button', { name: 'Newest' }).click();
  await page.locator('[data-at-end="true"]').waitFor();
  await last.waitFor();
});

/** 100 KB of what models write. */
function* paragraphs(): Generator<string> {
  for (let part = 0, size = 0; size < 100_000; part += 1) {
    const text = [
      `## Part ${part}\n\n`,
      `A paragraph with **bold words**, \`code\` and a [link](https://example.org/${part}), which is as long as paragraphs are in answers: three lines or four of the column that they stand in.\n\n`,
      `- an item\n- another item, number ${part}\n- and the last one\n\n`,
      ...(part % 3 === 0
        ? [`\`\`\`ts\n${`const value${part} = compute(${part}); // in a block\n`.repeat(12)}\`\`\`\n\n`]
        : []),
      ...(part % 7 === 0 ? ['| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |\n\n'] : []),
    ].join('');
    size += text.length;
    yield text;
  }
}

/** 100 KB of one block of code. */
function* code(): Generator<string> {
  yield '```ts\n';
  for (let line = 0; line < 2_000; line += 1) {
    yield `const value${line} = compute(${line}); // of one block\n`;
  }
  yield '```\n';
}

/** 100 KB of one list. */
function* list(): Generator<string> {
  for (let item = 1; item < 2_200; item += 1) {
    yield `${item}. an item with **bold** words and some more\n`;
  }
}

test.each([
  ['of paragraphs, lists, code and tables', paragraphs],
  ['of one block of code', code],
  ['of one list', list],
])(`an answer of 100 KB %s streams without a frame over ${FRAME} ms`, AGAIN, async (_, text) => {
  await viewer.openSession(chats.id);
  await page.getByRole('heading', { name: 'Write the first message' }).waitFor();
  const pieces = [...text()].join('').match(/[\s\S]{1,120}/g) ?? [];
  chats.model.script = async function* () {
    for (const piece of pieces) {
      yield piece;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await page.evaluate(() => {
    const tasks: number[] = [];
    const frames: number[] = [];
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
    });
    let before = performance.now();
    const frame = (now: number) => {
      frames.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    Object.assign(window, { measured: { tasks, frames } });
  });
  await send(page, 'go');
  await completed(page).waitFor({ timeout: 90_000 });
  await page.waitForTimeout(300);
  const { tasks, frames } = await page.evaluate(
    () => (window as unknown as { measured: { tasks: number[]; frames: number[] } }).measured,
  );
  const slow = frames.filter((length) => length > FRAME);
  const told = `${frames.length} frames, ${slow.length} over ${FRAME} ms (${slow.map(Math.round).join(' ')})`;
  expect(
    tasks.filter((length) => length > FRAME),
    told,
  ).toEqual([]);
});
