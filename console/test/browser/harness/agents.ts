// Agents as processes of their own, as people run them: `sessiond agent --exec`.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../../../../sdk/typescript/test/support.ts';

/**
 * Says how far it is, waits until the test lets it go on, and answers. What it answers and where it waits stand in the
 * environment, because the task's own fields do too.
 */
const WORK = [
  'echo "progress: reading the sources" >&2',
  'until [ -e "$GATES/$SESSIOND_TASK_TYPE" ]; do sleep 0.05; done',
  'cat "$GATES/$SESSIOND_TASK_TYPE"',
].join('; ');

/** Agents that work until they are sent home. */
export class Crew {
  private readonly processes: ChildProcess[] = [];

  private constructor(
    private readonly url: string,
    private readonly gates: string,
  ) {}

  static async gather(url: string, ...agents: string[]): Promise<Crew> {
    const crew = new Crew(url, await mkdtemp(join(tmpdir(), 'sessiond-gates-')));
    for (const agent of agents) {
      crew.join(agent);
    }
    return crew;
  }

  private join(agent: string): void {
    const { AGENT_BUS_API_KEY: _, SESSIOND_API_KEY: __, ...env } = process.env;
    const child = spawn(binary(), ['agent', '--url', this.url, '--id', agent, '--exec', WORK, '--grace', '1s'], {
      env: { ...env, GATES: this.gates },
      stdio: 'ignore',
    });
    this.processes.push(child);
  }

  /** Lets every task of this kind be done, with this result. */
  async finish(taskType: string, result: unknown): Promise<void> {
    await writeFile(join(this.gates, taskType), JSON.stringify(result));
  }

  async goHome(): Promise<void> {
    await Promise.all(
      this.processes.map(async (child) => {
        if (child.exitCode === null && child.signalCode === null) {
          const ended = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGTERM');
          await ended;
        }
      }),
    );
    await rm(this.gates, { recursive: true, force: true });
  }
}
