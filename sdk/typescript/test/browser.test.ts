// What a browser gets: no module of Node, and a socket that carries its key as a subprotocol.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { TestServer } from './support.js';

const DIST = new URL('../dist/', import.meta.url);

/** All modules that a bundler for browsers finds, and the names that are no files of ours. */
async function graph(): Promise<{ files: Set<string>; foreign: string[] }> {
  const { imports } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    imports: Record<string, { default: string }>;
  };
  const files = new Set<string>();
  const foreign: string[] = [];
  const visit = async (url: URL): Promise<void> => {
    if (files.has(url.href)) {
      return;
    }
    files.add(url.href);
    const code = await readFile(url, 'utf8');
    for (const [, name = ''] of code.matchAll(/(?:\bfrom |\bimport\()['"]([^'"]+)['"]/g)) {
      const own = imports[name]?.default;
      if (own) {
        await visit(new URL(own.replace('./dist/', ''), DIST));
      } else if (name.startsWith('.')) {
        await visit(new URL(name, url));
      } else {
        foreign.push(name);
      }
    }
  };
  await visit(new URL('index.js', DIST));
  return { files, foreign };
}

test('a bundle for browsers holds no module of Node and no dependency', async () => {
  const { files, foreign } = await graph();
  assert.ok(files.size > 20 && [...files].some((file) => file.endsWith('/browser/socket.js')));
  assert.deepEqual(foreign, []);
  for (const file of files) {
    const code = await readFile(new URL(file), 'utf8');
    assert.doesNotMatch(code, /\b(process|Buffer)\.\w|\b__dirname\b/, file);
  }
});

describe('the socket of browsers', () => {
  let server: TestServer;

  before(async () => {
    server = await TestServer.start([], { SESSIOND_API_KEY: 'dev-key_1.2~3' });
  });
  after(() => server.stop());

  async function connect(key: string): Promise<unknown> {
    const code = `
      const { openSocket } = await import(${JSON.stringify(new URL('browser/socket.js', DIST).href)});
      const { Client } = await import(${JSON.stringify(new URL('index.js', DIST).href)});
      const [url, key] = [${JSON.stringify(server.url)}, ${JSON.stringify(key)}];
      await new Client({ url, key: 'dev-key_1.2~3' }).agents.register({ agent_descriptor: { agent_id: 'web://page' } });
      const socket = await openSocket({ url: url.replace('http', 'ws') + '/ws?agent_id=web%3A%2F%2Fpage', key }, {
        alive() {},
        message(text) {
          console.log(JSON.parse(text).type);
          socket.close(1000, 'bye');
        },
        closed(code) {
          console.log(code);
        },
      });`;
    // Node 20 has a WebSocket like that of browsers behind this flag.
    const words = ['--experimental-websocket', '--no-warnings', '--input-type=module', '-e', code];
    return (await promisify(execFile)(process.execPath, words)).stdout.trim().split('\n');
  }

  test('is let in by the key, and without it is not', async () => {
    assert.deepEqual(await connect('dev-key_1.2~3'), ['connected', '1000']);
    assert.deepEqual(await connect('another'), ['1006']);
  });

  test('says which keys cannot travel', async () => {
    await assert.rejects(connect('a/b'), /a browser can hand on only keys/);
  });
});
