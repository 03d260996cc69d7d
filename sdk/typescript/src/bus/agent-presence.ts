import type { Client } from '../client.js';
import { sleep } from '../time.js';

/** What is told of agents. */
export interface PresenceListener {
  came(agentId: string): void;
  went(agentId: string): void;
  problem(error: Error): void;
}

/** Looks from time to time which agents can be reached, and tells what changed. */
export class AgentPresence {
  private readonly close = new AbortController();
  private readonly present = new Set<string>();
  private running = false;

  constructor(
    private readonly client: Client,
    private readonly interval: number,
    private readonly listener: PresenceListener,
  ) {}

  /** Begins to look; agents that are there already are told, too. */
  start(): void {
    if (!this.running) {
      this.running = true;
      void this.run();
    }
  }

  stop(): void {
    this.close.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.close;
    while (!signal.aborted) {
      try {
        for await (const { agent_id, status } of this.client.agents.all({ limit: 1000 }, { signal })) {
          const there = status !== 'unreachable' && status !== 'gone';
          if (there && !this.present.has(agent_id)) {
            this.present.add(agent_id);
            this.listener.came(agent_id);
          } else if (!there && this.present.delete(agent_id)) {
            this.listener.went(agent_id);
          }
        }
      } catch (error) {
        if (!signal.aborted) {
          this.listener.problem(error as Error);
        }
      }
      await sleep(this.interval, signal).catch(() => {});
    }
  }
}
