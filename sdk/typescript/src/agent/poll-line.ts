import { Problem } from '../problem.js';
import { after, linked, sleep } from '../time.js';
import { TakenOver } from './failure.js';
import { FINAL, type Line, type LineOptions, type Lost } from './line.js';

/** How long one poll waits for a message. Proxies give up on what is silent for longer than 30 seconds. */
const WAIT = '25s';
/** How often it is looked whether there is room for more messages. */
const ROOM = 100;
/** Acknowledgements of one request. */
const BATCH = 1_000;
/** How long the last acknowledgements may take. */
const FLUSH = 2_000;

/** What a {@link PollLine} needs. */
export interface PollOptions extends LineOptions {
  /** How many messages more the agent can hold. */
  room: () => number;
  /** The token of the last WebSocket of this agent: with it, the server refuses when another process has connected since. */
  fence: () => number | undefined;
}

/** The inbox by long polls. */
export class PollLine implements Line {
  private acknowledged: string[] = [];
  private sending: Promise<void> | undefined;
  private asking: AbortController | undefined;
  private drained = false;

  constructor(private readonly options: PollOptions) {}

  acknowledge(messageIds: string[]): void {
    this.acknowledged.push(...messageIds);
    this.sending ??= this.send();
  }

  heartbeat(status: 'idle' | 'busy', waiting: string[]): void {
    const { client, agentId } = this.options;
    // The polls are a sign of life too, and it is they that notice when the server is away.
    client.agents.heartbeat(agentId, waiting.length > 0 ? { status, waiting } : { status }).catch(() => {});
  }

  /** Takes no more messages: nobody would work on them, and they would come again only after a minute. */
  drain(): void {
    this.drained = true;
    this.asking?.abort();
  }

  /** Waits for the last acknowledgements, but not for long. */
  async flush(): Promise<void> {
    let disarm = () => {};
    const late = new Promise<void>((resolve) => {
      disarm = after(FLUSH, resolve);
    });
    await Promise.race([this.sending, late]);
    disarm();
  }

  /** After the time `until` it ends, so that a WebSocket can be tried. */
  async serve(close: AbortSignal, until = Infinity): Promise<Lost> {
    for (let first = true; !close.aborted; first = false) {
      if (Date.now() >= until) {
        return { reason: 'the WebSocket is tried again', over: true };
      }
      const limit = this.drained ? 0 : this.options.room();
      if (limit > 0) {
        // The first poll answers at once, so that the agent soon knows that it is connected.
        const lost = await this.poll(limit, !first, close);
        if (lost || close.aborted) {
          return lost ?? { reason: 'the agent stopped' };
        }
      } else {
        await sleep(ROOM, close).catch(() => {});
      }
      if (first) {
        this.options.up();
      }
    }
    return { reason: 'the agent stopped' };
  }

  private async poll(limit: number, waits: boolean, close: AbortSignal): Promise<Lost | undefined> {
    const { client, agentId, incoming } = this.options;
    const fence = this.options.fence();
    const query = { limit, ...(waits ? { wait: WAIT } : {}), ...(fence === undefined ? {} : { fence }) };
    const { controller, unlink } = linked(close, Infinity);
    this.asking = controller;
    try {
      const { messages } = await client.inbox.receive(agentId, query, { signal: controller.signal });
      messages.forEach((message) => incoming.message(message));
      return undefined;
    } catch (error) {
      if (controller.signal.aborted) {
        return undefined;
      }
      if (error instanceof Problem && error.code === 'fence_stale') {
        throw new TakenOver(`a newer connection of ${agentId} reads its inbox`);
      }
      if (!(error instanceof Problem) || FINAL.has(error.code)) {
        throw error;
      }
      return { reason: error.message };
    } finally {
      unlink();
      this.asking = undefined;
    }
  }

  private async send(): Promise<void> {
    const { client, agentId, incoming } = this.options;
    while (this.acknowledged.length > 0) {
      // What came in the same turn travels together.
      await Promise.resolve();
      try {
        await client.inbox.acknowledge(agentId, { message_ids: this.acknowledged.splice(0, BATCH) });
      } catch (error) {
        // The messages come again and are acknowledged again.
        incoming.problem(error instanceof Problem ? error : new Problem({ code: 'internal', detail: String(error) }, { cause: error }));
      }
    }
    this.sending = undefined;
  }
}
