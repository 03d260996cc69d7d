import type { Client } from '../client.js';
import { Problem } from '../problem.js';
import type { RegisterAgent } from '../schema.js';
import { Delays, sleep } from '../time.js';
import { FINAL, type Incoming, type Line, type Lost, type Transport } from './line.js';
import { PollLine } from './poll-line.js';
import { SocketLine } from './socket-line.js';

/** How long the inbox is polled before a WebSocket is tried again. */
const SPELL = 120_000;
/** WebSockets in a row that did not open, though HTTP answered, before the inbox is polled. */
const UNOPENED = 2;

/** What a {@link Connection} needs. */
export interface ConnectionOptions {
  client: Client;
  key: string | undefined;
  agentId: string;
  registration: RegisterAgent;
  /** `auto` is by WebSocket where that can be had. */
  transport: Transport | 'auto';
  /** How many messages more the agent can hold. */
  room: () => number;
}

/** The connection to the server: made, kept, and made again. */
export class Connection {
  private readonly socket: SocketLine;
  private readonly poll: PollLine;
  /** The one that reads the inbox now. */
  private line: Line | undefined;
  private fence: number | undefined;
  private readonly delays = new Delays(250, 10_000);
  private unopened = 0;
  private pollUntil: number;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly incoming: Incoming,
  ) {
    const { client, key, agentId, room } = options;
    const shared = { client, key, agentId, incoming };
    this.pollUntil = options.transport === 'poll' ? Infinity : 0;
    this.socket = new SocketLine({ ...shared, up: (fence) => this.up('websocket', this.socket, fence) });
    this.poll = new PollLine({ ...shared, room, fence: () => this.fence, up: () => this.up('poll', this.poll) });
  }

  /** Connects, and goes on connecting until `close` is aborted. Rejects when there is no use in going on. */
  async run(close: AbortSignal): Promise<void> {
    while (!close.aborted) {
      try {
        await this.options.client.agents.register(this.options.registration, { signal: close });
        const lost = await this.once(close);
        if (close.aborted || lost.over || this.mayPoll(lost)) {
          continue;
        }
        this.down(lost.reason);
      } catch (error) {
        if (close.aborted) {
          break;
        }
        if (!(error instanceof Problem) || FINAL.has(error.code)) {
          throw error;
        }
        this.incoming.problem(error);
        if (this.line) {
          this.down(error.message);
        }
      }
      await sleep(this.delays.next(), close).catch(() => {});
    }
    await this.poll.flush();
  }

  /** Says that messages are done with. What is not sent comes again and is acknowledged again. */
  acknowledge(messageIds: string[]): void {
    this.line?.acknowledge(messageIds);
  }

  /** Says that the agent lives, and which requests wait in it. */
  heartbeat(status: 'idle' | 'busy', waiting: string[] = []): void {
    this.line?.heartbeat(status, waiting);
  }

  /** Takes no more requests where that can be done; a WebSocket's come again as soon as another one is open. */
  drain(): void {
    this.poll.drain();
  }

  /** Serves one connection to its end. */
  private once(close: AbortSignal): Promise<Lost> {
    if (Date.now() < this.pollUntil) {
      return this.poll.serve(close, this.pollUntil);
    }
    return this.socket.serve(close).catch((error: unknown) => {
      if (this.options.transport === 'auto' && error instanceof Problem && error.code === 'invalid_input') {
        // The key cannot travel with a browser's WebSocket; a request can carry it.
        return { reason: error.detail, noSocket: 'certain' };
      }
      throw error;
    });
  }

  private up(transport: Transport, line: Line, fence?: number): void {
    const isNews = this.line !== line;
    this.line = line;
    this.delays.reset();
    if (transport === 'websocket') {
      this.unopened = 0;
      this.fence = fence;
    }
    if (isNews) {
      this.incoming.connected(transport, fence);
    }
  }

  private down(reason: string): void {
    this.line = undefined;
    this.incoming.disconnected(reason);
  }

  /** Whether the inbox is to be polled, because no WebSocket is to be had. */
  private mayPoll({ noSocket, reason }: Lost): boolean {
    if (noSocket === undefined || this.options.transport !== 'auto') {
      return false;
    }
    const isFirst = this.unopened < UNOPENED;
    this.unopened = noSocket === 'certain' ? UNOPENED : this.unopened + 1;
    if (this.unopened < UNOPENED) {
      return false;
    }
    if (isFirst) {
      const detail = `no WebSocket can be had, so the inbox is read by long polls: ${reason}`;
      this.incoming.problem(new Problem({ code: 'unavailable', detail, retryable: true }));
    }
    this.pollUntil = Date.now() + SPELL;
    return true;
  }
}
