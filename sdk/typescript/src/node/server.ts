import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServerOptions, ServerProcess } from '../server-process.js';

/** How long a server may take to listen, in milliseconds. */
const START = 30_000;
/** How long it may take to end before it is killed; it gives open requests 5 seconds. */
const STOP = 15_000;
/** How much of its log is kept to say why it did not start. */
const TAIL = 2_000;

/** Runs `sessiond serve` until it is stopped, or this process ends. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const binary = options.binary ?? (process.env['SESSIOND_BIN'] || 'sessiond');
  const ownDir = options.dataDir === null ? await mkdtemp(join(tmpdir(), 'sessiond-')) : undefined;
  const dir = options.dataDir ?? ownDir ?? '.sessiond';
  const env = { ...process.env };
  delete env['AGENT_BUS_API_KEY'];
  delete env['SESSIOND_API_KEY'];
  if (options.key !== undefined) {
    // Not an argument: those are seen by every user of the machine.
    env['SESSIOND_API_KEY'] = options.key;
  }
  const child = spawn(binary, ['serve', '--listen', options.listen, '--dir', dir], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  // A process that ends without `stop` takes its server with it.
  const kill = () => void child.kill('SIGTERM');
  process.once('exit', kill);
  const clean = async () => {
    process.off('exit', kill);
    if (ownDir !== undefined) {
      await rm(ownDir, { recursive: true, force: true });
    }
  };
  try {
    const url = await listening(child, binary);
    return { url, stop: () => stop(child, ended).then(clean) };
  } catch (error) {
    await stop(child, ended);
    await clean();
    throw error;
  }
}

/** The key that the commands of sessiond take from the environment. */
export function environmentKey(): string | undefined {
  return process.env['SESSIOND_API_KEY'] || process.env['AGENT_BUS_API_KEY'] || undefined;
}

/** Waits for the line that says where it listens. */
function listening(child: ChildProcess, binary: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      const said = log.trim();
      reject(new Error(`${binary} does not start: ${why}${said ? `\n${said}` : ''}`));
    };
    const timer = setTimeout(() => fail('it does not say where it listens'), START);
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = 'it is not installed; set `binary` or SESSIOND_BIN, or run `sessiond serve` yourself';
      fail(error.code === 'ENOENT' ? missing : error.message);
    });
    child.once('close', (code, signal) => fail(`it ended (${signal ?? `exit code ${code}`})`));
    child.stderr?.on('data', (bytes: Buffer) => {
      log = (log + bytes.toString()).slice(-TAIL);
    });
    // Lines are read to the end, so that the pipe never fills.
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const url = /listens on (https?:\/\/\S+)/.exec(line)?.[1];
        if (url) {
          clearTimeout(timer);
          resolve(url);
        }
      });
    }
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) {
    return;
  }
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP);
    await ended;
    clearTimeout(timer);
  }
}
