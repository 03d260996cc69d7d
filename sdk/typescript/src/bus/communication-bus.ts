import { Client } from '../client.js';
import { duration } from '../duration.js';
import { Emitter, type Listener } from '../emitter.js';
import type { EventType } from '../events.js';
import { Problem } from '../problem.js';
import type { RegisterAgent, SendMessage, Sent } from '../schema.js';
import type { ServerProcess } from '../server-process.js';
import { AgentPresence } from './agent-presence.js';
import { type BusMetrics, readMetrics } from './metrics.js';
import { ResultAggregator } from './result-aggregator.js';
import { type SessionEvent, type SessionEvents, SessionManager } from './session-manager.js';

/** The options of the tutorial's bus, and those that say how to find or start the server. */
export interface CommunicationBusOptions {
  /** The server's port; 8080 when absent. With 0 a server is started on a free port. */
  port?: number | undefined;
  /** The server's host; `localhost` when absent. */
  host?: string | undefined;
  /** Sessions whose events are followed at the same time, 100 when absent; further ones wait, and miss nothing. */
  maxConnections?: number | undefined;
  /** How often agents are looked at for `agent_connected` and `agent_disconnected`, in milliseconds; 30,000 when absent. */
  heartbeatInterval?: number | undefined;
  /** The time that an attempt of a requested task may take when the request names none, in milliseconds. */
  messageTimeout?: number | undefined;
  /** False: a server that `start` starts keeps its data for this run alone. One that runs already keeps what it keeps. */
  persistenceEnabled?: boolean | undefined;
  /** True: the server is reached by HTTPS, which needs a proxy in front of it; none can be started then. */
  encryptionEnabled?: boolean | undefined;
  /** The key; in Node from `SESSIOND_API_KEY` or `AGENT_BUS_API_KEY` when absent. */
  apiKey?: string | undefined;
  /** The directory of a server that `start` starts; `.sessiond` when absent. */
  dataDir?: string | undefined;
  /** The program that `start` starts; from `SESSIOND_BIN` when absent, else `sessiond` in the path. */
  binary?: string | undefined;
  /** False: `start` attaches to a server that runs, or fails. */
  autoStart?: boolean | undefined;
  /** The server's whole address, in place of `host` and `port`. */
  url?: string | undefined;
}

/** What a bus tells: what it did itself, how agents are, and the events of its sessions. */
export type BusEvents = Omit<SessionEvents, 'problem'> & {
  agent_registered: { agent_id: string; descriptor: RegisterAgent['agent_descriptor'] };
  agent_unregistered: { agent_id: string };
  /** An agent can be reached. */
  agent_connected: { agent_id: string };
  /** It was not heard of for a while. */
  agent_disconnected: { agent_id: string };
  message_failed: { message: SendMessage; error: Error };
  /** A participant of a session was asked for work. */
  task_request_received: SessionEvent<'task_delegated'>;
  /** A task ended well. */
  task_response_received: SessionEvent<'task_updated'>;
  /** A task or a participant told how far it is. */
  status_update_received: SessionEvent<'message_sent'>;
  /** Something went wrong in the background. */
  problem: { error: Error };
};

/** Events that come from the sessions' own, by which, and when. */
const DERIVED: Partial<Record<keyof BusEvents, [EventType, (event: SessionEvent) => boolean]>> = {
  task_request_received: ['task_delegated', () => true],
  task_response_received: ['task_updated', (event) => event.type === 'task_updated' && event.data.status === 'completed'],
  status_update_received: [
    'message_sent',
    (event) => event.type === 'message_sent' && event.data.message_type === 'status_update',
  ],
};

const OWN = new Set<keyof BusEvents>([
  'agent_registered', 'agent_unregistered', 'agent_connected', 'agent_disconnected', 'message_failed', 'problem',
]);

/** The tutorial's communication bus: the same calls, on a server that stores the messages. */
export class CommunicationBus extends Emitter<BusEvents> {
  private parts: { client: Client; sessions: SessionManager; presence: AgentPresence } | undefined;
  private server: ServerProcess | undefined;
  private started = 0;
  private messagesAtStart = 0;
  /** Listeners of events that come from elsewhere; they are put in place when the bus starts. */
  private readonly wiring: Array<(parts: NonNullable<CommunicationBus['parts']>) => void> = [];
  private readonly wired = new Set<keyof BusEvents>();

  constructor(private readonly options: CommunicationBusOptions = {}) {
    super();
  }

  /** Attaches to the server at the address, or starts one there. */
  async start(): Promise<void> {
    if (this.parts) {
      return;
    }
    const { environmentKey } = await import('#server');
    const key = this.options.apiKey || environmentKey();
    let client = new Client({ url: addressOf(this.options), key, retries: 0 });
    if (!(await this.attach(client))) {
      client = new Client({ url: await this.startServer(key, client), key });
    }
    const { maxConnections = 100, heartbeatInterval = 30_000 } = this.options;
    client = new Client({ url: client.url, key });
    try {
      this.messagesAtStart = readMetrics(await client.server.metrics()).total_messages;
    } catch (error) {
      await this.stop();
      throw error;
    }
    const sessions = new SessionManager(client, maxConnections);
    const presence = new AgentPresence(client, heartbeatInterval, {
      came: (agent_id) => this.emit('agent_connected', { agent_id }),
      went: (agent_id) => this.emit('agent_disconnected', { agent_id }),
      problem: (error) => this.emit('problem', { error }),
    });
    this.parts = { client, sessions, presence };
    this.started = Date.now();
    for (const wire of this.wiring) {
      wire(this.parts);
    }
  }

  /** Tells no more events, and ends the server if this bus started it. */
  async stop(): Promise<void> {
    this.parts?.sessions.stop();
    this.parts?.presence.stop();
    this.parts = undefined;
    const server = this.server;
    this.server = undefined;
    await server?.stop();
  }

  /** The server's whole interface. */
  get client(): Client {
    return this.running().client;
  }

  /** The server's address. */
  get url(): string {
    return this.running().client.url;
  }

  get sessionManager(): SessionManager {
    return this.running().sessions;
  }

  get resultAggregator(): ResultAggregator {
    return new ResultAggregator(this.running().client);
  }

  /** Sends a message; the same one again has no second effect. */
  async sendMessage(message: SendMessage): Promise<Sent> {
    const { messageTimeout } = this.options;
    let timed = message;
    if (messageTimeout !== undefined && message.message_type === 'task_request' && !message.routing?.timeout) {
      timed = { ...message, routing: { ...message.routing, timeout: duration(messageTimeout) } };
    }
    try {
      return await this.running().client.messages.send(timed);
    } catch (error) {
      this.emit('message_failed', { message, error: error as Error });
      throw error;
    }
  }

  /** Makes an agent known and gives its id; the same again changes nothing. */
  async registerAgent(registration: RegisterAgent): Promise<string> {
    const { agent_id } = await this.running().client.agents.register(registration);
    this.emit('agent_registered', { agent_id, descriptor: registration.agent_descriptor });
    return agent_id;
  }

  /** Forgets an agent; false when there is none. */
  async unregisterAgent(agentId: string): Promise<boolean> {
    try {
      await this.running().client.agents.delete(agentId);
    } catch (error) {
      if (error instanceof Problem && error.code === 'agent_not_found') {
        return false;
      }
      throw error;
    }
    this.emit('agent_unregistered', { agent_id: agentId });
    return true;
  }

  /** How the server is doing. */
  async getMetrics(): Promise<BusMetrics> {
    const { client } = this.running();
    const figures = readMetrics(await client.server.metrics());
    const uptime = Date.now() - this.started;
    return {
      ...figures,
      active_sessions: await activeSessions(client),
      registered_agents: await count(client.agents.all({ limit: 1000 })),
      uptime,
      throughput: uptime > 0 ? (1_000 * (figures.total_messages - this.messagesAtStart)) / uptime : 0,
    };
  }

  override on<Name extends keyof BusEvents>(name: Name, listener: Listener<BusEvents[Name]>): this {
    super.on(name, listener);
    if (!this.wired.has(name)) {
      this.wired.add(name);
      const wire = this.wire(name);
      this.wiring.push(wire);
      if (this.parts) {
        wire(this.parts);
      }
    }
    return this;
  }

  /** Has an event that comes from elsewhere told here. */
  private wire(name: keyof BusEvents): (parts: NonNullable<CommunicationBus['parts']>) => void {
    return ({ sessions, presence }) => {
      const tell = (event: SessionEvent) => this.emit(name, event as never);
      const derived = DERIVED[name];
      if (derived) {
        const [source, applies] = derived;
        sessions.on(source, (event: SessionEvent) => applies(event) && tell(event));
      } else if (name === 'agent_connected' || name === 'agent_disconnected') {
        presence.start();
      } else if (!OWN.has(name)) {
        sessions.on(name as EventType, tell);
      } else if (name === 'problem') {
        sessions.on('problem', ({ error }) => this.emit('problem', { error }));
      }
    };
  }

  /** Whether a sessiond answers there that takes the key; a problem when something else does. */
  private async attach(client: Client): Promise<boolean> {
    if (this.options.port === 0 && this.options.url === undefined) {
      return false;
    }
    try {
      await client.server.health();
      await client.sessions.list({ limit: 1 });
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === 'unreachable') {
        return false;
      }
      throw error;
    }
  }

  private async startServer(key: string | undefined, client: Client): Promise<string> {
    const { autoStart = true, url, encryptionEnabled, host = 'localhost', port = 8080 } = this.options;
    if (!autoStart || url !== undefined || encryptionEnabled) {
      throw Problem.unreachable(`nothing answers at ${client.url}, and this bus may not start a server there`);
    }
    const { binary, dataDir, persistenceEnabled = true } = this.options;
    const dir = dataDir ?? (persistenceEnabled ? '.sessiond' : null);
    const { startServer } = await import('#server');
    try {
      this.server = await startServer({ binary, listen: `${bracketed(host)}:${port}`, dataDir: dir, key });
      return this.server.url;
    } catch (error) {
      // Another process may have been quicker.
      if (await this.attach(client).catch(() => false)) {
        return client.url;
      }
      throw error;
    }
  }

  private running(): NonNullable<CommunicationBus['parts']> {
    if (!this.parts) {
      throw new Error('the bus is not started: `await bus.start()` first');
    }
    return this.parts;
  }
}

/** Where a client of this machine reaches that host and port. */
function addressOf({ url, host = 'localhost', port = 8080, encryptionEnabled }: CommunicationBusOptions): string {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return url ?? `${encryptionEnabled ? 'https' : 'http'}://${bracketed(everywhere[host] ?? host)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

async function activeSessions(client: Client): Promise<number> {
  try {
    const { sessions } = await client.sessions.counts();
    return Object.values(sessions).reduce((total, kind) => total + (kind['active'] ?? 0), 0);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'forbidden') {
      throw error;
    }
    return count(client.sessions.all({ status: 'active', limit: 1000 }));
  }
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let total = 0;
  for await (const _ of items) {
    total += 1;
  }
  return total;
}
