// @ts-check
// What `cargo xtask bench console` measures in a real browser. It prints one JSON object.
//
//   node console.mjs open URL REPEATS    a session with 10,000 events, in a browser that has nothing of the console yet
//   node console.mjs scroll URL SECONDS  the list of sessions, scrolled by the wheel
import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const EVENTS = 10_000;
/** What of the page draws the plan as a graph: it is loaded after what is useful at first. */
const CHARTS = /\/assets\/PlanGraph-/;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser's program. */
function program() {
  const look = 'for name in chromium chromium-browser google-chrome; do command -v "$name" && exit; done; exit 1';
  return process.env.SESSIOND_CHROMIUM ?? execFileSync('sh', ['-c', look], { encoding: 'utf8' }).trim();
}

/**
 * Makes a session with a plan and a long journal: a short one is exported, and imported with more in it.
 * @param {string} url
 */
async function makeSession(url) {
  /** @type {(path: string, method?: string, body?: string, type?: string) => Promise<string>} */
  const ask = async (path, method = 'GET', body, type = 'application/json') => {
    const response = await fetch(url + path, { method, ...(body ? { body, headers: { 'content-type': type } } : {}) });
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.text();
  };
  const names = ['design', 'backend', 'frontend', 'review', 'test', 'documents', 'release', 'report'];
  const workflow = names.map((name) => ({ name, required_agents: [`opencode://${name}`] }));
  const participants = names.map((name) => ({ agent_id: `opencode://${name}`, role: 'implementer' }));
  const session = { session_id: 'short', name: 'Ten thousand events', participants, workflow };
  await ask('/sessions', 'POST', JSON.stringify(session));
  const lines = (await ask('/sessions/short/export')).trimEnd().split('\n');
  const last = JSON.parse(lines.at(-1) ?? '');
  for (let seq = last.seq + 1; seq <= EVENTS; seq += 1) {
    const data = { patch: { [`part ${seq % 50}`]: { note: `the files of part ${seq} are read` } } };
    lines.push(JSON.stringify({ seq, time: last.time, actor: 'local', type: 'context_updated', data }));
  }
  lines[0] = JSON.stringify({ ...JSON.parse(lines[0] ?? ''), revision: EVENTS });
  await ask('/sessions/import?session_id=long', 'POST', `${lines.join('\n')}\n`, 'application/jsonl');
}

/**
 * Opens an address, and says when what `wanted` names was painted and what had been transferred.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address
 * @param {string} wanted
 */
async function open(browser, address, wanted) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send('Network.enable');
  /** @type {Map<string, { url: string, bytes: number }>} */
  const transfers = new Map();
  network.on('Network.requestWillBeSent', ({ requestId, request }) => {
    transfers.set(requestId, { url: request.url, bytes: 0 });
  });
  network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId);
    if (transfer) {
      transfer.bytes = encodedDataLength;
    }
  });
  const loaded = () => [...transfers.values()].filter(({ bytes }) => bytes > 0).length;
  await page.addInitScript((selector) => {
    const look = () => {
      if (document.querySelector(selector)) {
        // What is in the document now is in the frame that follows.
        requestAnimationFrame(() => setTimeout(() => Object.assign(window, { painted: performance.now() })));
      } else {
        requestAnimationFrame(look);
      }
    };
    look();
  }, wanted);
  await page.goto(address);
  const painted = await page.waitForFunction(() => /** @type {any} */ (window).painted);
  const paint = await painted.jsonValue();
  // The stream of events stays open, so a page is never idle: what still comes, comes soon.
  for (let before = -1, now = loaded(); now !== before; now = loaded()) {
    before = now;
    await page.waitForTimeout(500);
  }
  await context.close();
  const files = [...transfers.values()];
  const sum = (/** @type {typeof files} */ some) => some.reduce((all, { bytes }) => all + bytes, 0);
  return { paint_ms: paint, bytes: sum(files.filter(({ url }) => !CHARTS.test(url))), all_bytes: sum(files) };
}

/**
 * Scrolls the list for a while, as fast as a wheel turns, and says how long each frame took.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {number} seconds
 */
async function scroll(browser, url, seconds) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${url}/console/sessions`);
  await page.locator('[data-session]').first().waitFor();
  await page.mouse.move(720, 600);
  await page.evaluate(() => {
    /** @type {number[]} */
    const frames = [];
    let before = performance.now();
    const note = (/** @type {number} */ now) => {
      frames.push(now - before);
      before = now;
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
    Object.assign(window, { frames });
  });
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    await page.mouse.wheel(0, 240);
  }
  const result = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('[aria-rowindex]')].map((row) =>
      Number(row.getAttribute('aria-rowindex')),
    );
    return { frames: /** @type {any} */ (window).frames.slice(1), rows: Math.max(...rows) };
  });
  await page.close();
  return result;
}

const [what, url, number] = process.argv.slice(2);
if (!what || !url || !number) {
  throw new Error('usage: console.mjs (open | scroll) URL NUMBER');
}
const browser = await chromium.launch({ executablePath: program(), args: ARGUMENTS });
try {
  if (what === 'open') {
    await makeSession(url);
    const views = { plan: '[data-step][data-status]', journal: `[data-seq="${EVENTS}"][data-type]` };
    /** @type {Record<string, object[]>} */
    const result = {};
    for (const [panel, wanted] of Object.entries(views)) {
      /** @type {object[]} */
      const runs = [];
      result[panel] = runs;
      for (let run = 0; run < Number(number); run += 1) {
        runs.push(await open(browser, `${url}/console/sessions/long/${panel}`, wanted));
      }
    }
    console.log(JSON.stringify({ browser: browser.version(), views: result }));
  } else {
    console.log(JSON.stringify({ browser: browser.version(), ...(await scroll(browser, url, Number(number))) }));
  }
} finally {
  await browser.close();
}
