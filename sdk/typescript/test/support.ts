// What the tests share: a real server, a place for its store, and waiting.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'sessiond';

/** The built program. */
export function binary(): string {
  const target = process.env['CARGO_TARGET_DIR'] ?? fileURLToPath(new URL('../../../target', import.meta.url));
  const program = process.env['SESSIOND_BIN'] || join(target, 'debug', 'sessiond');
  if (!existsSync(program)) {
    throw new Error(`there is no ${program}: run \`cargo build -p sessiond\` first, or set SESSIOND_BIN`);
  }
  return program;
}

/** A server with a store of its own. */
export class TestServer {
  private child: ChildProcess | undefined;

  private constructor(
    readonly dir: string,
    readonly port: number,
    private readonly arguments_: string[],
    private readonly env: Record<string, string>,
  ) {}

  static async start(arguments_: string[] = [], env: Record<string, string> = {}, port?: number): Promise<TestServer> {
    const dir = await mkdtemp(join(tmpdir(), 'sessiond-test-'));
    const server = new TestServer(dir, port ?? (await freePort()), arguments_, env);
    await server.begin();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it again on the same port and store. */
  async begin(): Promise<void> {
    const { AGENT_BUS_API_KEY: _, SESSIOND_API_KEY: __, ...rest } = process.env;
    const child = spawn(binary(), ['serve', '--listen', `127.0.0.1:${this.port}`, '--dir', this.dir, ...this.arguments_], {
      env: { ...rest, ...this.env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
      createInterface({ input: child.stdout }).once('line', () => resolve());
    });
  }

  /** Ends it as a crash does. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    await rm(this.dir, { recursive: true, force: true });
  }

  client(key?: string): Client {
    return new Client({ url: this.url, key });
  }
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Waits until something holds, and says what did not. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) {
      throw new Error(`not in time: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A promise and the function that fulfils it. */
export function deferred<Value = void>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
