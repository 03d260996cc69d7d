// Conversations with an assistant whose model a test scripts, and what a person does in the page of one.
import type { Browser, Page } from 'playwright-core';
import type { Client } from 'sessiond';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { launch, Viewer, type Visit } from './browser.ts';
import { type Script, ScriptedModel } from './model.ts';
import { TestServer } from './server.ts';

/** What the tests of one file share: a server with a scripted model, a browser, and a session for each test. */
export class Chats {
  model!: ScriptedModel;
  server!: TestServer;
  browser!: Browser;
  client!: Client;
  /** The session of the test that runs. */
  id = '';
  /** Those who have the page open; they take leave after each test. */
  readonly viewers: Viewer[] = [];
  private readonly foreign: string[] = [];

  /** Starts all of it before the tests of a file, and stops it after them. Each test begins with this script. */
  static forTests(prefix: string, script: Script): Chats {
    const chats = new Chats();
    let count = 0;
    beforeAll(async () => {
      chats.model = await ScriptedModel.start();
      chats.server = await TestServer.start([], chats.model.environment);
      chats.client = chats.server.client();
      chats.browser = await launch();
    });
    afterAll(async () => {
      await chats.browser?.close();
      await chats.server?.stop();
      chats.model?.stop();
    });
    beforeEach(async () => {
      count += 1;
      chats.id = `${prefix}-${count}`;
      await chats.client.sessions.create({ session_id: chats.id, kind: 'assistant', name: `Chat ${count}` });
      chats.model.script = script;
    });
    afterEach(async () => {
      for (const viewer of chats.viewers.splice(0)) {
        await viewer.leave();
      }
      // No page of a conversation has called another server.
      expect(chats.foreign.splice(0)).toEqual([]);
    });
    return chats;
  }

  /** Somebody at a server, this one by default, whose page calls no other. */
  async arrive(visit: Visit = {}, url = this.server.url): Promise<Viewer> {
    const viewer = await Viewer.come(this.browser, url, visit);
    this.viewers.push(viewer);
    viewer.page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('blob:')) {
        this.foreign.push(request.url());
      }
    });
    return viewer;
  }

  /** Somebody who has the test's conversation open. */
  async come(visit: Visit = {}): Promise<Page> {
    const viewer = await this.arrive(visit);
    await viewer.openSession(this.id);
    await viewer.page.locator('[data-turns]').waitFor();
    return viewer.page;
  }

  /** Says something over the interface, and waits for the answer. */
  async said(text: string): Promise<string> {
    return said(this.client, this.id, text);
  }

  /** Adds a file over the interface. */
  async added(name: string, content: string): Promise<string> {
    const { files } = await this.client.addFiles(this.id, [new File([content], name)]);
    return files[0]?.file?.file_id ?? '';
  }
}

/** Says something in a session over the interface, and waits for the answer. */
export async function said(client: Client, session: string, text: string): Promise<string> {
  const { turn_id } = await client.conversation.addTurn(session, { text });
  await client.conversation.getTurn(session, turn_id, { wait: '30s' });
  return turn_id;
}

export const box = (page: Page) => page.getByRole('textbox', { name: 'Message to the assistant' });
export const turns = (page: Page) => page.locator('article[data-turn]');
export const answer = (page: Page) => turns(page).last().locator('[data-answer]');
export const completed = (page: Page) => page.locator('article[data-status="completed"]');

/** Sends a message in the page. */
export async function send(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press('Enter');
}
