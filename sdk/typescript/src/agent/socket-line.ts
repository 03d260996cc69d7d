import { parse, Problem } from '../problem.js';
import type { Connected, InboxMessage } from '../schema.js';
import { BROKEN, type Refusal, type Socket, type SocketAddress } from '../socket.js';
import { TakenOver } from './failure.js';
import type { Line, LineOptions, Lost } from './line.js';

/** Without any sign of the server for this long a connection is dead, whatever TCP says. It pings every 20 seconds. */
const SILENCE = 65_000;
/** How long a connection may take to be made. */
const CONNECT = 10_000;
/** The close code of a connection whose inbox a newer one reads. */
const TAKEN_OVER = 4001;
/** The close code of a connection whose agent is not registered any more. */
const NOT_REGISTERED = 1008;

/** The inbox by WebSocket. */
export class SocketLine implements Line {
  private socket: Socket | undefined;
  private up = false;

  constructor(private readonly options: LineOptions) {}

  acknowledge(messageIds: string[]): void {
    this.send({ type: 'ack', message_ids: messageIds });
  }

  heartbeat(status: 'idle' | 'busy', waiting: string[]): void {
    this.send({ type: 'heartbeat', status, ...(waiting.length > 0 ? { waiting } : {}) });
  }

  private send(frame: object): void {
    if (this.up) {
      this.socket?.send(JSON.stringify(frame));
    }
  }

  async serve(close: AbortSignal): Promise<Lost> {
    const { openSocket } = await import('#socket');
    const { client, key, agentId } = this.options;
    const address: SocketAddress = { url: `${client.url.replace(/^http/, 'ws')}/ws?agent_id=${encodeURIComponent(agentId)}`, key };
    return new Promise<Lost>((resolve, reject) => {
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
      const lose = (lost: Lost) => end(() => (socket?.terminate(), resolve(lost)));
      const hangUp = () => {
        socket?.close(1000, 'the agent stops');
        // The closing handshake follows; a server that does not answer is not waited for.
        clearTimeout(alive);
        alive = setTimeout(() => lose({ reason: 'the agent stopped' }), 2_000);
      };
      const heard = () => {
        if (!close.aborted && !ended) {
          clearTimeout(alive);
          alive = setTimeout(() => lose({ reason: 'the server has fallen silent' }), SILENCE);
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
              lose({ reason: 'the WebSocket at /ws is not that of sessiond', noSocket: 'certain' });
              return;
            }
            this.up = true;
            this.options.up(hello.fence);
          } else {
            this.read(text);
          }
          heard();
        },
        closed: (code: number, reason: string, refusal?: Refusal) => {
          const wasUp = this.up;
          end(() => {
            const said = reason ? `${code}: ${reason}` : String(code);
            if (code === TAKEN_OVER) {
              reject(new TakenOver(`a newer connection of ${agentId} reads its inbox`));
            } else if (refusal) {
              settle(refusal, reason);
            } else if (code === NOT_REGISTERED) {
              // It is registered anew before the next connection.
              resolve({ reason: `not registered (${said})` });
            } else if (code === BROKEN && !wasUp) {
              resolve({ reason: `the WebSocket could not be opened (${said})`, noSocket: 'perhaps' });
            } else {
              resolve({ reason: `the connection was closed (${said})` });
            }
          });
        },
      };
      const settle = ({ status, problem }: Refusal, reason: string) => {
        if (problem && (status === 401 || status === 403)) {
          reject(new Problem({ code: status === 401 ? 'unauthenticated' : 'forbidden', status, detail: reason }));
        } else {
          // A server that is busy says so with one of these; any other answer is that of something which knows no upgrade.
          const passing = status >= 500 || status === 429 || status === 409;
          resolve({ reason, noSocket: passing ? 'perhaps' : 'certain' });
        }
      };
      close.addEventListener('abort', hangUp, { once: true });
      // HTTP answered a moment ago, so it is the upgrade that hangs.
      alive = setTimeout(() => lose({ reason: 'the WebSocket could not be opened in time', noSocket: 'certain' }), CONNECT);
      openSocket(address, listener).then(
        (opened) => {
          socket = opened;
          if (ended || close.aborted) {
            opened.close(1000, 'the agent stops');
            end(() => resolve({ reason: 'the agent stopped' }));
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
      this.options.incoming.message(frame as InboxMessage);
    } else if (frame?.type === 'problem') {
      this.options.incoming.problem(new Problem(frame.problem as ConstructorParameters<typeof Problem>[0]));
    }
    // Anything else is of a newer server. A message among it is not acknowledged, so a person sees it as a dead letter.
  }
}
