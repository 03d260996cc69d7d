// The pictures that the documents use, taken of the running program: the demo's agents at work on this project's own
// sources, and sessions as the tests make them. `npm run pictures` writes docs/images/ anew.
import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { Client } from 'sessiond';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { binary } from '../../../sdk/typescript/test/support.ts';
import { launch, NARROW, Viewer, type Visit, WIDE } from '../browser/harness/browser.ts';
import { ScriptedModel } from '../browser/harness/model.ts';
import { done, hasPython, Program } from '../browser/harness/programs.ts';
import { deferred, TestServer } from '../browser/harness/server.ts';
import { busy } from '../browser/harness/sessions.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
/** What the demo's agents look at. */
const SOURCES = fileURLToPath(new URL('../../../crates/', import.meta.url));

/** Sessions beside the demo's, so that the list shows what a list is for. */
const OTHERS = [
  ['Search index rebuild', { team: 'search' }],
  ['Payments: retry storm', { team: 'payments', stage: 'production' }],
  ['Release 2.4', { team: 'platform' }],
  ['Accessibility review', { team: 'web' }],
  ['Upgrade of the image pipeline', { team: 'media' }],
] as const;

/** The session whose shared context is shown, and what happened to it. */
const CONTEXT = 'sess_search_index_rebuild';
const CHANGES = [
  { index: { documents: 1_204_332, shards: 12, analyser: 'standard' } },
  { decisions: ['keep the old index until the new one has answered for a day'] },
  { index: { analyser: 'english', refresh: '30s' }, latestCommit: '9f6fe5e' },
  { review: { open: 2, by: 'claude-code://qa' } },
];

let folder: string;
let demo: ChildProcess;
let url: string;
let client: Client;
let session: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessiond-pictures-'));
  // Twice, so that who looks for duplicates has something to do.
  for (const copy of ['services', 'services-old']) {
    for (const crate of ['engine', 'server']) {
      await cp(join(SOURCES, crate), join(folder, 'project', copy, crate), { recursive: true });
    }
  }
  const { AGENT_BUS_API_KEY: _, SESSIOND_API_KEY: __, ...env } = process.env;
  demo = spawn(binary(), ['demo', 'project', '--listen', '127.0.0.1:0', '--pace', '30ms'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  url = await address(demo);
  client = new Client({ url });
  for (const [index, [name, labels]] of OTHERS.entries()) {
    const session_id = `sess_${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')}`;
    await busy(client, session_id);
    await client.sessions.update(session_id, { name, labels });
    if (index === 2) {
      await client.sessions.complete(session_id, { summary: 'Released', artifacts: [] });
    } else if (index === 3) {
      await client.sessions.terminate(session_id, { reason: 'no longer needed' });
    }
  }
  const { sessions } = await client.sessions.list({ q: 'project' });
  session = sessions.find(({ participants }) => participants.some((id) => id.startsWith('surveyor')))?.session_id ?? '';
  expect(session).not.toBe('');
  // The demo names its session after the folder, which is nobody’s.
  await client.sessions.update(session, { name: 'What is in acme/shop' });
  for (const patch of CHANGES) {
    await client.context.patch(CONTEXT, patch);
  }
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  demo?.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** The address that the demo says it serves at. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (found) {
        resolve(found);
      }
    });
  });
}

/** Takes a picture of a page once it shows what it should. */
async function picture(
  name: string,
  path: string,
  shows: (page: Page) => Promise<unknown>,
  visit: Visit = {},
  at = url,
) {
  const viewer = await Viewer.come(browser, at, { viewport: WIDE, ...visit, provokes: /404/ });
  await viewer.open(path);
  await shows(viewer.page);
  await viewer.page.evaluate(() => document.fonts.ready.then(() => undefined));
  await viewer.page.screenshot({ path: join(IMAGES, `console-${name}.png`) });
  await viewer.leave();
}

/** Both of the demo's steps side by side are under way. */
const working = async (page: Page) => {
  await page.locator('[data-step][data-status="active"] progress').nth(1).waitFor({ timeout: 60_000 });
  await page.getByRole('list', { name: 'Newest events' }).getByRole('listitem').nth(9).waitFor();
};

test('the plan while its agents work', async () => {
  await picture('session', `/sessions/${session}`, working);
  await picture('session-dark', `/sessions/${session}`, working, { colorScheme: 'dark' });
  // The plan is a list here, without bars.
  await picture(
    'session-narrow',
    `/sessions/${session}`,
    async (page) => {
      await page.locator('[data-step][data-status="active"]').nth(1).waitFor();
      await page.getByRole('list', { name: 'Newest events' }).getByRole('listitem').nth(9).waitFor();
    },
    { viewport: NARROW, deviceScaleFactor: 2 },
  );
});

test('the journal and the shared context', async () => {
  await picture('journal', `/sessions/${session}/journal?seq=7`, (page) =>
    page.locator('[data-seq="7"][aria-selected="true"]').waitFor(),
  );
  const { revision } = await client.sessions.get(CONTEXT);
  await picture('context', `/sessions/${CONTEXT}/context?rev=${revision - 1}`, (page) =>
    page.getByRole('treeitem').nth(3).waitFor(),
  );
});

test('the list of sessions', async () => {
  await picture('sessions', '/sessions', (page) => page.locator(`[data-session="${session}"]`).waitFor());
});

test.skipIf(!hasPython)('the calls of a program that ran on the directory of the demo', async () => {
  const program = await Program.prepare(join(folder, '.sessiond'), 1);
  await program.open('read', 'publish');
  await done(program.run('report', 'weekly'));
  await program.end();
  await picture('calls', '/sessions/weekly/calls?call=6', (page) =>
    page.locator('section[data-call="6"] [data-role="assistant"]').first().waitFor(),
  );
  await picture(
    'calls-time',
    '/sessions/weekly/calls?look=time',
    // Its legend has a colour only for calls that are read.
    (page) => page.locator('[data-reading="current"] [data-kind="error"]').waitFor(),
    { colorScheme: 'dark' },
  );
});

/** The files that the assistant answers from, as a person wrote them. */
const DOCUMENTS = {
  'lease agreement.md': `# Lease agreement

## 4. Rent

The rent is 1,480 euros a month, due on the third working day. Heating is paid for in advance with 120 euros a month.

## 9. Notice

The tenant gives notice in writing, three months to the end of a month. The landlord gives notice six months to the end of a
month after the fifth year.

## 12. Deposit

The deposit is three months' rent. It is returned within six months after the keys were handed over.
`,
  'house rules.txt': `House rules

Bicycles are kept in the cellar. Keys that are lost are reported to the caretaker on the same day.
The flat is handed over swept, with all keys, by noon of the last day.
`,
};

/** What the assistant says; the sources that it cites by their places. */
const ANSWERS: Record<string, string> = {
  'How do I end': `You give notice **in writing**, three months to the end of a month [1]. For an end on **31 August** it must be there by
31 May:

| notice arrives | the lease ends |
|---|---|
| until 31 May | 31 August |
| until 30 June | 30 September |

On the last day you hand the flat over swept, with all keys, by noon [2].`,
  'When do I get': 'The deposit is three months’ rent, **4,440 euros**, and comes back within',
};

test('a chat about two files, whose second answer is on its way', async () => {
  const model = await ScriptedModel.start();
  const server = await TestServer.start([], model.environment);
  const gate = deferred();
  const client = server.client();
  const { conversation, sessions } = client;
  const { session_id } = await sessions.create({ kind: 'assistant', name: 'The lease of the flat' });
  const added = await client.addFiles(
    session_id,
    Object.entries(DOCUMENTS).map(([name, text]) => new File([text], name)),
  );
  const files = added.files.flatMap(({ file }) => file?.file_id ?? []);
  model.script = async function* (message) {
    const question = Object.keys(ANSWERS).find((question) => message.includes(question)) ?? '';
    const numbers = [...message.matchAll(/<source number="(\d+)"/g)].map(([, number]) => number);
    const text = (ANSWERS[question] ?? '').replaceAll(/\[(\d)\]/g, (_, place) => `[${numbers[place - 1]}]`);
    yield* text.split(/(?<= )/);
    if (question === 'When do I get') {
      await gate.promise;
    }
  };
  const { turn_id } = await conversation.addTurn(session_id, { text: 'How do I end the lease?', files });
  await conversation.getTurn(session_id, turn_id, { wait: '30s' });
  const again = await conversation.retryTurn(session_id, turn_id, { text: 'How do I end the lease in August?' });
  const answered = await conversation.getTurn(session_id, again.turn_id, { wait: '30s' });
  expect(answered.citations?.map(({ name }) => name)).toEqual(Object.keys(DOCUMENTS));
  await conversation.addTurn(session_id, { text: 'When do I get the deposit back?' });
  await conversation.addTurn(session_id, { text: 'Write the letter.' });
  const shows = async (page: Page) => {
    await page.locator('[data-answer="running"]').getByText('comes back within').waitFor();
    await page.locator('[data-queued]').waitFor();
    await page.locator('[data-citation]').nth(1).waitFor();
    const notes = { name: 'handover notes.txt', mimeType: 'text/plain', buffer: Buffer.from('Meter: 40217.') };
    await page.locator('input[type="file"]').setInputFiles([notes]);
    await page.locator('[data-upload="ready"]').waitFor();
    await page.locator('[data-at-end="true"]').waitFor();
  };
  await picture('chat', `/sessions/${session_id}`, shows, { viewport: { width: 1440, height: 1080 } }, server.url);
  gate.resolve();
  await server.stop();
  model.stop();
});
