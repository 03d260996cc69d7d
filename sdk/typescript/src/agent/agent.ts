import { Client } from '../client.js';
import { Emitter } from '../emitter.js';
import { type ClientOptions, randomId } from '../http.js';
import { Problem } from '../problem.js';
import type { AgentDescriptor, InboxMessage, MessageType, RegisterAgent, SendMessage, Sent } from '../schema.js';
import { after } from '../time.js';
import { Connection } from './connection.js';
import { TaskFailure } from './failure.js';
import type { Transport } from './line.js';
import { cancels, taskOf } from './message.js';
import { type TaskContext, TaskStopped } from './task.js';
import { type Ended, Worker } from './worker.js';

/** What an agent is, and how it works. */
export interface AgentOptions extends ClientOptions {
  /** Who it is: `framework://name`. */
  agentId: string;
  /** What it can, for others to know. */
  capabilities?: AgentDescriptor['capabilities'];
  /** `version, author, tags` and more, for others to know. */
  metadata?: AgentDescriptor['metadata'];
  /** The names of the keys that may take it into their sessions and write to it, beside its own; `*` for all. */
  openTo?: string[] | undefined;
  /** Tasks that it works on at the same time; 1 when absent. */
  concurrency?: number | undefined;
  /** How often it says that it lives, in milliseconds; 10,000 when absent. */
  heartbeat?: number | undefined;
  /**
   * How it reads its inbox. `auto`, when absent: by WebSocket, and by long polls where something on the way lets none
   * through; every two minutes the WebSocket is tried again.
   */
  transport?: Transport | 'auto' | undefined;
}

/** The kinds of work that an agent knows: `{ review: { payload: Diff; result: Verdict } }`. */
export type TaskTypes<T> = { [K in keyof T]: { payload: unknown; result: unknown } };

/** Does the work of a task and gives its result; what it throws is the task's failure. */
export type TaskHandler<Payload, Result> = (task: TaskContext<Payload>) => Result | Promise<Result>;

/** Takes note of a message that is no task. */
export type MessageHandler = (message: InboxMessage) => void | Promise<void>;

/** What an agent tells of itself. */
export interface AgentEvents {
  /** Its inbox is read from now on. A WebSocket has a fencing token, which grows with each one. */
  connected: { transport: Transport; fence?: number };
  /** It is not, for a while. */
  disconnected: { reason: string };
  /** A task began. */
  task_started: { task: TaskContext };
  /** A request was dealt with. */
  task_ended: { message: InboxMessage; ended: Ended };
  /** Something went wrong, and the agent goes on. */
  problem: Error;
}

/** Message ids that are remembered so that a repeat is not handled again. */
const REMEMBERED = 8_192;
/** Messages that are held unacknowledged, as the server counts them for a WebSocket. */
const WINDOW = 64;
/** How long running tasks may take to end when the agent is stopped, in milliseconds. */
const GRACE = 20_000;

/** A message that is held here and not acknowledged. */
interface Held {
  message: InboxMessage;
  state: 'waiting' | 'running' | 'noted';
  stop: AbortController;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without named types a handler may say what it expects
type AnyTypes = Record<string, { payload: any; result: any }>;

/**
 * A participant's own process: it registers, reads its inbox, runs a handler for each task and reports the
 * result. A message is acknowledged when its task was reported, so a crash loses nothing; a lost connection is made
 * again by itself.
 */
export class Agent<T extends TaskTypes<T> = AnyTypes> extends Emitter<AgentEvents> {
  readonly agentId: string;
  readonly client: Client;
  private readonly connection: Connection;
  private readonly worker: Worker;
  private readonly handlers = new Map<string, TaskHandler<never, unknown>>();
  private readonly noters = new Map<MessageType, MessageHandler>();
  private readonly held = new Map<string, Held>();
  private readonly seen = new Set<string>();
  private readonly close = new AbortController();
  private readonly abandon = new AbortController();
  private readonly concurrency: number;
  private readonly beat: number;
  private anyTask: TaskHandler<never, unknown> | undefined;
  private notes: Promise<void> = Promise.resolve();
  private stopping = false;
  private running = 0;
  private idle: (() => void) | undefined;
  private ended: Promise<void> | undefined;
  /** Tells who waits for the first connection that there will be none. */
  private refuse: ((error: Error) => void) | undefined;

  constructor(options: AgentOptions) {
    super();
    this.agentId = options.agentId;
    this.client = new Client(options);
    this.concurrency = Math.max(1, options.concurrency ?? 1);
    this.beat = options.heartbeat ?? 10_000;
    const { agentId, client } = this;
    const agent_descriptor: AgentDescriptor = { agent_id: agentId };
    if (options.capabilities !== undefined) {
      agent_descriptor.capabilities = options.capabilities;
    }
    if (options.metadata !== undefined) {
      agent_descriptor.metadata = options.metadata;
    }
    const registration: RegisterAgent = { agent_descriptor, ...(options.openTo ? { open_to: options.openTo } : {}) };
    const transport = options.transport ?? 'auto';
    const room = () => WINDOW - this.held.size;
    this.connection = new Connection({ client, key: options.key || undefined, agentId, registration, transport, room }, {
      connected: (by, fence) => this.emit('connected', { transport: by, ...(fence === undefined ? {} : { fence }) }),
      disconnected: (reason) => this.emit('disconnected', { reason }),
      message: (message) => this.take(message),
      problem: (problem) => this.emit('problem', problem),
    });
    this.worker = new Worker({
      client,
      agentId,
      handle: (task) => this.handle(task),
      abandon: this.abandon.signal,
      problem: (problem) => this.emit('problem', problem),
    });
  }

  /** Sets the handler of a kind of work. */
  onTask<K extends keyof T & string>(type: K, handler: TaskHandler<T[K]['payload'], T[K]['result']>): this;
  /** Sets the handler of every kind of work that has none of its own. */
  onTask(handler: TaskHandler<unknown, unknown>): this;
  onTask(type: string | TaskHandler<never, unknown>, handler?: TaskHandler<never, unknown>): this {
    if (typeof type === 'string') {
      this.handlers.set(type, handler as TaskHandler<never, unknown>);
    } else {
      this.anyTask = type;
    }
    return this;
  }

  /** Sets the handler of messages that are no tasks. They come one at a time, and are acknowledged when it is done. */
  onMessage(type: Exclude<MessageType, 'task_request' | 'heartbeat'>, handler: MessageHandler): this {
    this.noters.set(type, handler);
    return this;
  }

  /** Connects; resolves when the inbox is read for the first time. */
  start(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const refuse = (error: Error) => {
        // Who started it is told; `closed` then is no news.
        this.ended?.catch(() => {});
        reject(error);
      };
      this.refuse = refuse;
      this.once('connected', () => {
        this.refuse = undefined;
        resolve();
      });
      this.ended ??= this.serve();
    });
  }

  /**
   * Resolves when the agent was stopped. Rejects when there is no use in going on: with {@link TakenOver} when a newer
   * connection reads its inbox, with a {@link Problem} when the server will not have it. Somebody should look at it.
   */
  get closed(): Promise<void> {
    return this.ended ?? Promise.resolve();
  }

  /**
   * Takes no more tasks, lets those that run end for `grace` milliseconds, aborts the rest, and closes the connection.
   * What was not reported is delivered to the agent's next process.
   */
  async stop({ grace = GRACE }: { grace?: number } = {}): Promise<void> {
    if (!this.stopping) {
      this.stopping = true;
      this.connection.drain();
      this.forget('waiting');
      if (this.running > 0) {
        await new Promise<void>((resolve) => {
          const disarm = after(grace, resolve);
          this.idle = () => (disarm(), resolve());
        });
      }
      // The last acknowledgements go out before the closing handshake.
      this.cutShort();
      this.close.abort();
    }
    await this.ended?.catch(() => {});
  }

  /** Sends a message in this agent's name. */
  send(message: Omit<SendMessage, 'message_id' | 'timestamp' | 'sender'> & { message_id?: string; session_id?: string }): Promise<Sent> {
    const { session_id, ...rest } = message;
    const sender = { agent_id: this.agentId, ...(session_id === undefined ? {} : { session_id }) };
    return this.client.messages.send({ message_id: `msg_${randomId()}`, timestamp: new Date().toISOString(), ...rest, sender });
  }

  private async serve(): Promise<void> {
    const heartbeat = setInterval(() => this.connection.heartbeat(this.health(), this.waiting()), this.beat);
    try {
      await this.connection.run(this.close.signal);
      this.refuse?.(new Error('the agent was stopped'));
    } catch (error) {
      this.refuse?.(error as Error);
      throw error;
    } finally {
      clearInterval(heartbeat);
      this.stopping = true;
      // Nobody hears the reports any more.
      this.cutShort();
    }
  }

  private health(): 'idle' | 'busy' {
    return this.running > 0 ? 'busy' : 'idle';
  }

  /** The requests that wait for a place: the server does not deliver them again while it is told of them. */
  private waiting(): string[] {
    return [...this.held].filter(([, held]) => held.state === 'waiting').map(([id]) => id).slice(0, WINDOW);
  }

  /** One message from the inbox. */
  private take(message: InboxMessage): void {
    const id = message.message_id;
    const held = this.held.get(id);
    if (this.seen.has(id)) {
      this.connection.acknowledge([id]);
      return;
    }
    if (held) {
      if (held.state === 'waiting') {
        this.connection.heartbeat(this.health(), this.waiting());
      }
      return;
    }
    const cancelled = cancels(message);
    if (cancelled) {
      this.cancel(cancelled.taskId, cancelled.attempt);
      this.settle(id);
      return;
    }
    if (this.stopping) {
      return;
    }
    if (message.message_type === 'task_request') {
      this.held.set(id, { message, state: 'waiting', stop: new AbortController() });
      this.startReady();
    } else {
      this.held.set(id, { message, state: 'noted', stop: new AbortController() });
      this.notes = this.notes.then(() => this.note(message));
    }
  }

  /** Starts what waits, as far as there are places. */
  private startReady(): void {
    for (const [id, held] of this.held) {
      if (this.stopping || this.running >= this.concurrency) {
        return;
      }
      if (held.state === 'waiting') {
        const reference = taskOf(held.message);
        if (reference) {
          // Another attempt of the same task takes the place of the one that runs.
          this.stopTask(reference.taskId);
        }
        held.state = 'running';
        this.running += 1;
        if (this.running === 1) {
          this.connection.heartbeat('busy');
        }
        void this.worker.work(held.message, held.stop).then((ended) => this.done(id, held.message, ended));
      }
    }
  }

  private done(id: string, message: InboxMessage, ended: Ended): void {
    this.running -= 1;
    this.held.delete(id);
    if (ended !== 'left') {
      this.settle(id);
    }
    this.emit('task_ended', { message, ended });
    this.startReady();
    if (this.running === 0) {
      this.connection.heartbeat('idle');
      this.idle?.();
    }
  }

  private async handle(task: TaskContext): Promise<unknown> {
    const handler = this.handlers.get(task.taskType) ?? this.anyTask;
    if (!handler) {
      throw new TaskFailure('no_handler', `${this.agentId} has no handler for tasks of the type '${task.taskType}'`);
    }
    this.emit('task_started', { task });
    return handler(task as TaskContext<never>);
  }

  private async note(message: InboxMessage): Promise<void> {
    try {
      await this.noters.get(message.message_type)?.(message);
    } catch (error) {
      this.emit('problem', error instanceof Error ? error : new Error(String(error)));
    }
    this.held.delete(message.message_id);
    this.settle(message.message_id);
  }

  /** A message is done with. */
  private settle(id: string): void {
    this.seen.add(id);
    if (this.seen.size > REMEMBERED) {
      const [oldest] = this.seen;
      this.seen.delete(oldest ?? id);
    }
    this.connection.acknowledge([id]);
  }

  /** A task is wanted no more. */
  private cancel(taskId: string, attempt: number | undefined): void {
    this.stopTask(taskId);
    for (const [id, held] of this.held) {
      const waiting = held.state === 'waiting' ? taskOf(held.message) : undefined;
      // A newer attempt of a task that was cancelled and came back must not be dropped.
      if (waiting?.taskId === taskId && (attempt === undefined || (waiting.attempt ?? 0) <= attempt)) {
        this.held.delete(id);
        this.settle(id);
      }
    }
  }

  private stopTask(taskId: string): void {
    for (const held of this.held.values()) {
      if (held.state === 'running' && taskOf(held.message)?.taskId === taskId) {
        held.stop.abort(new TaskStopped('cancelled'));
      }
    }
  }

  /** Everything that runs is to end now, and is left to be delivered again. */
  private cutShort(): void {
    for (const held of this.held.values()) {
      if (held.state === 'running') {
        held.stop.abort(new TaskStopped('shutdown'));
      }
    }
    this.abandon.abort(new Problem({ code: 'unavailable', detail: 'the agent has stopped' }));
    this.forget('waiting');
  }

  private forget(state: Held['state']): void {
    for (const [id, held] of this.held) {
      if (held.state === state) {
        this.held.delete(id);
      }
    }
  }
}
