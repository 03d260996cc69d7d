import type { Client } from '../client.js';
import { parse, Problem } from '../problem.js';
import type { Connected, InboxMessage, RegisterAgent } from '../schema.js';
import type { Socket, SocketAddress } from '../socket.js';
import { Delays, sleep } from '../time.js';
import { TakenOver } from './failure.js';

/** Without any sign of the server for this long a connection is dead, whatever TCP says. It pings every 20 seconds. */
const SILENCE = 65_000;
/** How long a connection may take to be made. */
const CONNECT = 15_000;
/** The close code of a connection whose inbox a newer one reads. */
const TAKEN_OVER = 4001;
/** The close code of a connection whose agent is not registered any more. */
const NOT_REGISTERED = 1008;

/** Problems that asking again does not change. */
const FINAL = new Set([
  'unauthenticated', 'forbidden', 'agent_exists', 'invalid_input', 'origin_refused', 'limit_reached', 'malformed_request',
  'not_found', 'body_too_large',
]);

/** What comes from the server. */
export interface Incoming {
  connected(fence: number): void;
  disconnected(reason: string): void;
  message(message: InboxMessage): void;
  problem(problem: Problem): void;
}

/** What a {@link Connection} needs. */
export interface ConnectionOptions {
  client: Client;
  key: string | undefined;
  agentId: string;
  registration: RegisterAgent;
}

/** The connection to the server: made, kept, and made again. */
export class Connection {
  private socket: Socket | undefined;
  private up = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly incoming: Incoming,
  ) {}

  /** Connects, and goes on connecting until `close` is aborted. Rejects when there is no use in going on. */
  async run(close: AbortSignal): Promise<void> {
    const delays = new Delays(250, 10_000);
    while (!close.aborted) {
      try {
        await this.options.client.agents.register(this.options.registration, { signal: close });
        const reason = await this.serve(close, () => delays.reset());
        if (!close.aborted) {
          this.incoming.disconnected(reason);
        }
      } catch (error) {
        if (close.aborted) {
          return;
        }
        if (!(error instanceof Problem) || FINAL.has(error.code)) {
          throw error;
        }
        this.incoming.problem(error);
      }
      await sleep(delays.next(), close).catch(() => {});
    }
  }

  /** Says that messages are done with. What is not sent comes again and is acknowledged again. */
  acknowledge(messageIds: string[]): void {
    this.send({ type: 'ack', message_ids: messageIds });
  }

  /** Says that the agent lives. */
  heartbeat(status: 'idle' | 'busy'): void {
    this.send({ type: 'heartbeat', status });
  }

  private send(frame: object): void {
    if (this.up) {
      this.socket?.send(JSON.stringify(frame));
    }
  }

  /** Serves one connection to its end, and says why it ended. */
  private async serve(close: AbortSignal, good: () => void): Promise<string> {
    const { openSocket } = await import('#socket');
    const { client, key, agentId } = this.options;
    const address: SocketAddress = { url: `${client.url.replace(/^http/, 'ws')}/ws?agent_id=${encodeURIComponent(agentId)}`, key };
    return new Promise<string>((resolve, reject) => {
      let alive: ReturnType<typeof setTimeout> | undefined;
      let socket: Socket | undefined;
      let ended = false;
      const end = (settle: () => void) => {
        if (!ended) {
          ended = true;
          clearTimeout(alive);
          close.removeEventListener('abort', hangUp);
          this.up = false;
          this.socket = undefined;
          settle();
        }
      };
      const lose = (reason: string) => end(() => (socket?.terminate(), resolve(reason)));
      const hangUp = () => {
        socket?.close(1000, 'the agent stops');
        // The closing handshake follows; a server that does not answer is not waited for.
        clearTimeout(alive);
        alive = setTimeout(() => lose('the agent stopped'), 2_000);
      };
      const heard = () => {
        if (!close.aborted && !ended) {
          clearTimeout(alive);
          alive = setTimeout(() => lose('the server has fallen silent'), SILENCE);
          if (this.up && !socket?.seesPings) {
            clearTimeout(alive);
          }
        }
      };
      const listener = {
        alive: heard,
        message: (text: string) => {
          if (!this.up) {
            const hello = parse(text) as Connected | undefined;
            if (hello?.type !== 'connected') {
              lose('the WebSocket at /ws is not that of sessiond');
              return;
            }
            this.up = true;
            good();
            this.incoming.connected(hello.fence);
          } else {
            this.read(text);
          }
          heard();
        },
        closed: (code: number, reason: string, status?: number) =>
          end(() => {
            const said = reason ? `${code}: ${reason}` : String(code);
            if (code === TAKEN_OVER) {
              reject(new TakenOver(`a newer connection of ${agentId} reads its inbox`));
            } else if (status === 401 || status === 403) {
              reject(new Problem({ code: status === 401 ? 'unauthenticated' : 'forbidden', status, detail: reason }));
            } else if (code === NOT_REGISTERED) {
              // It is registered anew before the next connection.
              resolve(`not registered (${said})`);
            } else {
              resolve(`the connection was closed (${said})`);
            }
          }),
      };
      close.addEventListener('abort', hangUp, { once: true });
      alive = setTimeout(() => lose('the WebSocket could not be opened in time'), CONNECT);
      openSocket(address, listener).then(
        (opened) => {
          socket = opened;
          if (ended || close.aborted) {
            opened.close(1000, 'the agent stops');
            end(() => resolve('the agent stopped'));
          } else {
            this.socket = opened;
          }
        },
        (error: unknown) => end(() => reject(error)),
      );
    });
  }

  private read(text: string): void {
    const frame = parse(text) as Partial<InboxMessage> & { type?: string; problem?: unknown };
    if (typeof frame?.message_id === 'string' && frame.message_type !== undefined && frame.sender !== undefined) {
      this.incoming.message(frame as InboxMessage);
    } else if (frame?.type === 'problem') {
      this.incoming.problem(new Problem(frame.problem as ConstructorParameters<typeof Problem>[0]));
    }
    // Anything else is of a newer server. A message among it is not acknowledged, so a person sees it as a dead letter.
  }
}
