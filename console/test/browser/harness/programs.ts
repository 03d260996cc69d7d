// Programs that record what they do, as processes of their own on the directory that a server serves.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The environment that `cargo xtask test` builds the Python package in. */
const PYTHON = process.env.SESSIOND_PYTHON ?? here('../../../../target/python/bin/python');

/** Whether the package is there; where nobody watches, a test that cannot run is a failure. */
export const hasPython = existsSync(PYTHON) || !['', '0', 'false'].includes(process.env.CI ?? '');

/** What the agent of `report.py` is told: to look something up, and when it has, an answer. */
const WANTS = ['Bonn', 'Atlantis'].map((city, place) => ({
  id: `call_${place}`,
  type: 'function',
  function: { name: 'normals', arguments: JSON.stringify({ city }) },
}));
export const ANSWER =
  'It stays clear all week, and Cork is warmer than Rome.\nTake no umbrella: most years had rain in Bonn, this one has none.';

/** `report.py`, run on a directory, with a model that answers the same each time. */
export class Program {
  private readonly processes: ChildProcess[] = [];

  private constructor(
    private readonly store: string,
    private readonly gates: string,
    private readonly model: Server,
    private readonly pace: number,
  ) {}

  /** Makes ready for a program that works in `pace` times the seconds that it says. */
  static async prepare(store: string, pace = 0): Promise<Program> {
    const model = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => setTimeout(() => response.end(JSON.stringify(answer(body))), 900 * pace));
    });
    model.listen(0, '127.0.0.1');
    await once(model, 'listening');
    return new Program(store, await mkdtemp(join(tmpdir(), 'sessiond-gates-')), model, pace);
  }

  /** Starts it; what it runs and under which id stand in its arguments. */
  run(program: 'report' | 'book' | 'resume', session: string): ChildProcess {
    const { AGENT_BUS_API_KEY: _, SESSIOND_API_KEY: __, SESSIOND_URL: ___, ...env } = process.env;
    const { port } = this.model.address() as AddressInfo;
    const child = spawn(PYTHON, [here('report.py'), program, session], {
      cwd: this.gates,
      env: {
        ...env,
        SESSIOND_DIR: this.store,
        GATES: this.gates,
        PACE: String(this.pace),
        MODEL: `http://127.0.0.1:${port}/v1`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.processes.push(child);
    return child;
  }

  /** Lets it go on behind these gates. */
  async open(...gates: string[]): Promise<void> {
    await Promise.all(gates.map((gate) => writeFile(join(this.gates, gate), '')));
  }

  /** Ends what still runs. */
  async end(): Promise<void> {
    await Promise.all(this.processes.map(killed));
    this.model.close();
    await rm(this.gates, { recursive: true, force: true });
  }
}

/** Waits until a process has ended by itself, and tells what it said when it failed. */
export async function done(child: ChildProcess): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  if (code !== 0) {
    throw new Error(`the program ended with ${code}:\n${said}`);
  }
}

/** Kills a process as a crash does. */
export async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

/** As a service with OpenAI's chat completions answers. */
function answer(body: string): object {
  const { messages } = JSON.parse(body) as { messages: { role: string }[] };
  const looked = messages.some(({ role }) => role === 'tool');
  const message = looked ? { content: ANSWER } : { content: null, tool_calls: WANTS };
  return {
    choices: [{ message: { role: 'assistant', ...message }, finish_reason: looked ? 'stop' : 'tool_calls' }],
    usage: looked ? { prompt_tokens: 310, completion_tokens: 42 } : { prompt_tokens: 180, completion_tokens: 31 },
  };
}
