import { type ClientOptions, type CreateOptions, Http } from './http.js';
import { Agents } from './routes/agents.js';
import { Contexts } from './routes/context.js';
import { Events } from './routes/events.js';
import { Executions } from './routes/executions.js';
import { Inbox } from './routes/inbox.js';
import { Keys } from './routes/keys.js';
import { Messages } from './routes/messages.js';
import { Participants } from './routes/participants.js';
import { Server } from './routes/server.js';
import { Sessions } from './routes/sessions.js';
import { Tasks } from './routes/tasks.js';
import { Telemetry } from './routes/telemetry.js';
import { Workflows } from './routes/workflow.js';
import type { Aggregate, Aggregation } from './schema.js';
import { watch, type WatchItem, type WatchOptions } from './watch.js';

/**
 * A server's whole interface. Requests and answers have the wire's own shapes, which `docs/openapi.json` describes;
 * what went wrong is a {@link Problem}.
 */
export class Client {
  /** The server's address. */
  readonly url: string;
  readonly sessions: Sessions;
  readonly participants: Participants;
  readonly workflow: Workflows;
  readonly context: Contexts;
  readonly tasks: Tasks;
  readonly events: Events;
  readonly executions: Executions;
  readonly agents: Agents;
  readonly inbox: Inbox;
  readonly messages: Messages;
  readonly keys: Keys;
  readonly telemetry: Telemetry;
  readonly server: Server;
  private readonly http: Http;

  constructor(options: ClientOptions = {}) {
    const http = new Http(options);
    this.http = http;
    this.url = http.base;
    this.sessions = new Sessions(http);
    this.participants = new Participants(http);
    this.workflow = new Workflows(http);
    this.context = new Contexts(http);
    this.tasks = new Tasks(http);
    this.events = new Events(http);
    this.executions = new Executions(http);
    this.agents = new Agents(http);
    this.inbox = new Inbox(http);
    this.messages = new Messages(http);
    this.keys = new Keys(http);
    this.telemetry = new Telemetry(http);
    this.server = new Server(http);
  }

  /**
   * Follows a session live until it ends. A connection that breaks is made again where it broke: every event is seen
   * once and in order, and what is no longer kept is told as a `gap`.
   */
  watch(sessionId: string, options: WatchOptions = {}): AsyncGenerator<WatchItem, void, undefined> {
    return watch(this.http, sessionId, options);
  }

  /** Makes one result of several agents'. */
  aggregate(request: Aggregate, options?: CreateOptions): Promise<Aggregation> {
    return this.http.json({ method: 'POST', path: '/aggregations', body: request, options });
  }
}
