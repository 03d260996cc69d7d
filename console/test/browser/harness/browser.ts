// A real browser, and somebody who looks at the console in it.
import { accessSync, constants, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, extname, join, normalize } from 'node:path';
import axe, { type Result } from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const MISSING = 'there is no Chromium: install it (apt-get install chromium), or name it in SESSIOND_CHROMIUM';
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** How wide a window is that people work in, and one in the hand. */
export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** What tells a state may have nothing to show. */
export const ATTACHED = { state: 'attached' } as const;

/** The browser's program; undefined when there is none. */
function program(): string | undefined {
  const named = process.env.SESSIOND_CHROMIUM;
  if (named) {
    if (!existsSync(named)) {
      throw new Error(`SESSIOND_CHROMIUM names ${named}, and there is no such file`);
    }
    return named;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts the browser. */
export function launch(): Promise<Browser> {
  const executablePath = program();
  if (!executablePath) {
    throw new Error(MISSING);
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** How somebody comes to the console. */
export interface Visit extends Pick<BrowserContextOptions, 'colorScheme' | 'deviceScaleFactor'> {
  viewport?: { width: number; height: number };
  /** The key that this browser has kept. */
  key?: string;
  /** Problems that the page may tell on its console: what this test provokes. */
  provokes?: RegExp;
}

/** Somebody at the console, in a browser profile of their own. */
export class Viewer {
  /** What failed in the page. */
  readonly faults: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {}

  static async come(browser: Browser, url: string, visit: Visit = {}): Promise<Viewer> {
    const { key, provokes, viewport = WIDE, ...options } = visit;
    const context = await browser.newContext({
      viewport,
      // What moves is not where it will be: a person would wait, and so would every step of a test.
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    if (process.env.SESSIOND_CONSOLE) {
      await serveFrom(context, process.env.SESSIOND_CONSOLE);
    }
    if (key !== undefined) {
      await context.addInitScript((value) => localStorage.setItem('sessiond.key', value), key);
    }
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const viewer = new Viewer(context, page, url);
    page.on('pageerror', (error) => viewer.faults.push(String(error)));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && !provokes?.test(text)) {
        viewer.faults.push(text);
      }
    });
    return viewer;
  }

  /** Goes to an address of the console. */
  async open(path: string): Promise<void> {
    await this.page.goto(`${this.url}/console${path}`);
  }

  /** Goes to a session, or to a panel of it, and waits until it is followed. */
  async openSession(id: string, panel?: string): Promise<void> {
    await this.open(`/sessions/${encodeURIComponent(id)}${panel ? `/${panel}` : ''}`);
    await this.page.locator('[data-feed="live"], [data-feed="ended"]').first().waitFor(ATTACHED);
  }

  /** Takes leave; nothing may have gone wrong in the page. */
  async leave(): Promise<void> {
    await this.context.close();
    expect(this.faults).toEqual([]);
  }

  /** What axe finds on the page that is serious; by all of its rules, or by one. */
  async violations(rule?: string): Promise<string[]> {
    // The page's policy lets nobody add a script to it, but what a test evaluates is no part of the page.
    await this.page.evaluate(axe.source);
    const violations = await this.page.evaluate(async (rule) => {
      const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Result[] }> } };
      return (await axe.run({ resultTypes: ['violations'], ...(rule ? { runOnly: [rule] } : {}) })).violations;
    }, rule);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
  }
}

/** Has the console come from a folder that `npm run build` filled, instead of from the program that is tested. */
async function serveFrom(context: BrowserContext, folder: string): Promise<void> {
  const types: Record<string, string> = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.woff2': 'font/woff2',
  };
  await context.route('**/console/**', async (route) => {
    const path = normalize(new URL(route.request().url()).pathname.slice('/console/'.length));
    const file = path.startsWith('assets/') ? path : 'index.html';
    const body = await readFile(join(folder, file));
    await route.fulfill({ contentType: types[extname(file)] ?? 'application/octet-stream', body });
  });
}
