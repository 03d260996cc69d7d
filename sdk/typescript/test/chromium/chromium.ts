// Pages in a real browser. A page's address is the server's own, because a server without keys answers to no other; what
// the page consists of is put under it by the test and never asked of the server.
import { accessSync, constants, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const PACKAGE = new URL('../../', import.meta.url);
/** Where the test's files seem to lie. */
const PLACE = '/console/__test/';
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

/** The browser's program; undefined when there is none. */
export function program(): string | undefined {
  const named = process.env['SESSIOND_CHROMIUM'];
  if (named) {
    if (!existsSync(named)) {
      throw new Error(`SESSIOND_CHROMIUM names ${named}, and there is no such file`);
    }
    return named;
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

/** Why the tests cannot run here; false when they can. On a machine that nobody watches they run, and fail. */
export function skipped(): string | false {
  const isCi = !['', '0', 'false', undefined].includes(process.env['CI']);
  return program() || isCi ? false : MISSING;
}

export function launch(): Promise<Browser> {
  const executablePath = program();
  if (!executablePath) {
    throw new Error(MISSING);
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Opens an empty page of that server in which the package can be imported by its name, as a bundler would resolve it. */
export async function open(browser: Browser, url: string): Promise<{ page: Page; errors: string[] }> {
  const { exports, imports } = JSON.parse(await readFile(new URL('package.json', PACKAGE), 'utf8')) as {
    exports: { '.': { default: string } };
    imports: Record<string, { default: string }>;
  };
  const files = Object.entries({ sessiond: exports['.'], ...imports }).map(([name, file]) => [name, file.default.replace('./', PLACE)]);
  const importMap = JSON.stringify({ imports: Object.fromEntries(files) });
  const html = `<!doctype html><title>sessiond</title><script type="importmap">${importMap}</script>`;
  const page = await browser.newPage();
  // A page that was not fetched counts as one from the internet, and may open no WebSocket to this machine without asking.
  await page.context().grantPermissions(['local-network-access'], { origin: url });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.route(`${url}${PLACE}**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice(PLACE.length);
    if (path === '') {
      await route.fulfill({ contentType: 'text/html', body: html });
    } else {
      await route.fulfill({ contentType: 'text/javascript', body: await readFile(new URL(path, PACKAGE)) });
    }
  });
  await page.goto(`${url}${PLACE}`);
  return { page, errors };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
