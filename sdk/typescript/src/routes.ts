// Generated from docs/openapi.json by `npm run types`. Change the server, never this file.

import { type ChangeOptions, type CreateOptions, type Http, path, type RequestOptions } from './http.js';
import { pages, pagesAfter } from './pages.js';
import type * as wire from './schema.js';
import * as wait from './wait.js';

/** The query of `list_sessions`. */
export type ListSessions = NonNullable<wire.operations['list_sessions']['parameters']['query']>;

/** The query of `import_session`. */
export type ImportSession = NonNullable<wire.operations['import_session']['parameters']['query']>;

/** Isolated, durable pieces of work, each with its own journal. */
export class Sessions {
  constructor(private readonly http: Http) {}

  /** List the sessions that the caller may see. */
  list(query: ListSessions = {}, options?: RequestOptions): Promise<wire.SessionPage> {
    return this.http.json({ method: 'GET', path: '/sessions', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListSessions = {}, options?: RequestOptions): AsyncGenerator<wire.SessionSummary, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.sessions);
  }

  /** Begin a session. */
  create(body: wire.CreateSession, options?: CreateOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: '/sessions', body, options });
  }

  /** Count all sessions, by kind and status. */
  counts(options?: RequestOptions): Promise<wire.Counts> {
    return this.http.json({ method: 'GET', path: '/sessions/counts', options });
  }

  /** Take in an exported journal. */
  import(body: string, query: ImportSession = {}, options?: CreateOptions): Promise<wire.Imported> {
    return this.http.json({ method: 'POST', path: '/sessions/import', body, contentType: 'application/jsonl', query, options: { timeout: Infinity, ...options } });
  }

  /** Read a session. */
  get(sessionId: string, options?: RequestOptions): Promise<wire.Session> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}`, options });
  }

  /** Drop a session with everything that belongs to it. */
  delete(sessionId: string, options?: RequestOptions & Pick<ChangeOptions, 'expectedRevision'>): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}`, options });
  }

  /** Change a session's name, labels or expiry. */
  update(sessionId: string, body: wire.UpdateSession, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PATCH', path: path`/sessions/${sessionId}`, body, options });
  }

  /** End a session well. */
  complete(sessionId: string, body: wire.Complete = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/complete`, body, options });
  }

  /**
   * Export a session's whole journal.
   *
   * JSON Lines: a header, then one event a line. `POST /sessions/import` takes it in again.
   */
  export(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/sessions/${sessionId}/export`, accept: 'application/jsonl', options: { timeout: Infinity, ...options } });
  }

  /** End a session whose work could not be done, and those that belong to it. */
  fail(sessionId: string, body: wire.FailSession, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fail`, body, options });
  }

  /** Go on with a copy of a session, from a revision of it. */
  fork(sessionId: string, body: wire.Fork = {}, options?: CreateOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fork`, body, options });
  }

  /** Read the executive summary of a session. */
  summary(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/sessions/${sessionId}/summary`, accept: 'text/markdown', options });
  }

  /** Stop a session, and those that belong to it. */
  terminate(sessionId: string, body: wire.Terminate, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/terminate`, body, options });
  }
}

/** Who takes part in a session, and who may write in their names. */
export class Participants {
  constructor(private readonly http: Http) {}

  /** Add a participant. */
  add(sessionId: string, body: wire.AddParticipant, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/participants`, body, options });
  }

  /** Remove a participant. */
  remove(sessionId: string, agentId: string, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'DELETE', path: path`/sessions/${sessionId}/participants/${agentId}`, options });
  }

  /** Renew a lease for as long again. */
  renewLease(sessionId: string, agentId: string, body: wire.RenewLease, options?: RequestOptions): Promise<wire.ClaimedLease> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, body, options });
  }

  /**
   * Claim the lease of a participant.
   *
   * The holder alone may write in the participant's name, with the lease's token in the header `Fencing-Token`.
   */
  claimLease(sessionId: string, agentId: string, body: wire.ClaimLease, options?: ChangeOptions): Promise<wire.ClaimedLease> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, body, options });
  }

  /** Release a lease; its token stands in the header `Fencing-Token`. */
  releaseLease(sessionId: string, agentId: string, options?: ChangeOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, options });
  }
}

/** The plan of a session. */
export class Workflows {
  constructor(private readonly http: Http) {}

  /** Set the plan, or the state of its steps, by hand. */
  update(sessionId: string, body: wire.UpdateWorkflow, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/workflow`, body, options });
  }

  /** End the named step, or the only active one, by hand. */
  advance(sessionId: string, body: wire.Advance = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/workflow/advance`, body, options });
  }
}

/** The JSON document that all participants share. */
export class Contexts {
  constructor(private readonly http: Http) {}

  /** Read the shared context. */
  get(sessionId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/context`, options });
  }

  /** Replace the shared context. */
  replace(sessionId: string, body: Record<string, unknown>, options?: ChangeOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/context`, body, options });
  }

  /** Patch the shared context by a JSON merge patch (RFC 7396). */
  patch(sessionId: string, body: Record<string, unknown>, options?: ChangeOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'PATCH', path: path`/sessions/${sessionId}/context`, body, contentType: 'application/merge-patch+json', options });
  }
}

/** What a program does in an execution, as a tree of node calls. */
export class Executions {
  constructor(private readonly http: Http) {}

  /**
   * Record that calls began and ended.
   *
   * A batch that was recorded already changes nothing, so that it may be sent again when its answer is lost.
   */
  record(sessionId: string, body: wire.RecordCalls, options?: ChangeOptions): Promise<wire.Recorded> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/calls`, body, options });
  }

  /**
   * Let a process write the calls of an execution, as the only one.
   *
   * Calls that are open are interrupted, and a failed execution goes on.
   */
  begin(sessionId: string, body: wire.BeginExecution, options?: ChangeOptions): Promise<wire.Execution> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/execution`, body, options });
  }
}

/** The query of `list_session_tasks`. */
export type ListSessionTasks = NonNullable<wire.operations['list_session_tasks']['parameters']['query']>;

/** The query of `list_tasks`. */
export type ListTasks = NonNullable<wire.operations['list_tasks']['parameters']['query']>;

/** Work that participants are asked for. */
export class Tasks {
  constructor(private readonly http: Http) {}

  /** List a session's tasks, oldest first. */
  listOf(sessionId: string, query: ListSessionTasks = {}, options?: RequestOptions): Promise<wire.TaskPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/tasks`, query, options });
  }

  /** The same, page after page to the last. */
  allOf(sessionId: string, query: ListSessionTasks = {}, options?: RequestOptions): AsyncGenerator<wire.Task, void, undefined> {
    return pages((cursor) => this.listOf(sessionId, { ...query, ...cursor }, options), (page) => page.tasks);
  }

  /** Ask a participant for work. */
  delegate(sessionId: string, body: wire.DelegateTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/tasks`, body, options });
  }

  /** List tasks over all sessions that the caller may see, newest first. */
  list(query: ListTasks = {}, options?: RequestOptions): Promise<wire.TaskPage> {
    return this.http.json({ method: 'GET', path: '/tasks', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListTasks = {}, options?: RequestOptions): AsyncGenerator<wire.Task, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.tasks);
  }

  /** Read a task. */
  get(taskId: string, options?: RequestOptions): Promise<wire.Task> {
    return this.http.json({ method: 'GET', path: path`/tasks/${taskId}`, options });
  }

  /** Begin a task. */
  accept(taskId: string, body: wire.TaskReportMeta = {}, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/accept`, body, options });
  }

  /** Cancel a task. */
  cancel(taskId: string, body: wire.CancelTask = {}, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/cancel`, body, options });
  }

  /** End a task well. */
  complete(taskId: string, body: wire.CompleteTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/complete`, body, options });
  }

  /** End an attempt badly; the task's policy says what follows. */
  fail(taskId: string, body: wire.FailTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/fail`, body, options });
  }

  /** Tell how far a task is. */
  progress(taskId: string, body: wire.ProgressTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/progress`, body, options });
  }
}

/** The query of `list_events`. */
export type ListEvents = NonNullable<wire.operations['list_events']['parameters']['query']>;

/** The journal, in pages or live. */
export class Events {
  constructor(private readonly http: Http) {}

  /**
   * Read the journal, or watch it live.
   *
   * With `Accept: text/event-stream` the answer stays open: `id:` is the event's number and `event:` its type. It
   * resumes after `Last-Event-ID` or `after`; from nowhere it begins with a `snapshot` event. A `gap` event tells what
   * is no longer kept, and `end` that the session has ended and was told to its last event.
   */
  list(sessionId: string, query: ListEvents = {}, options?: RequestOptions): Promise<wire.EventPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/events`, query, options });
  }

  /** The same, page after page to the last. */
  all(sessionId: string, query: ListEvents = {}, options?: RequestOptions): AsyncGenerator<wire.Event, void, undefined> {
    return pagesAfter((after) => this.list(sessionId, { ...query, ...after }, options), (page) => page.events);
  }
}

/** The query of `list_messages`. */
export type ListMessages = NonNullable<wire.operations['list_messages']['parameters']['query']>;

/** Messages between agents. */
export class Messages {
  constructor(private readonly http: Http) {}

  /** List messages to agents that the caller may act as, newest first. */
  list(query: ListMessages = {}, options?: RequestOptions): Promise<wire.MessagePage> {
    return this.http.json({ method: 'GET', path: '/messages', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListMessages = {}, options?: RequestOptions): AsyncGenerator<wire.MessageInfo, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.messages);
  }

  /**
   * Send a message.
   *
   * In a session a `task_request` is a task of that session, and its `task_response` completes or fails the task. With
   * `delivery_mode: sync` the answer waits for the response.
   */
  send(body: wire.SendMessage, options?: RequestOptions & Pick<ChangeOptions, 'fence'>): Promise<wire.Sent> {
    return this.http.json({ method: 'POST', path: '/messages/send', body, options: { ...wait.forResponse(body), ...options } });
  }
}

/** The query of `receive_messages`. */
export type ReceiveMessages = NonNullable<wire.operations['receive_messages']['parameters']['query']>;

/** How an agent receives its messages. */
export class Inbox {
  constructor(private readonly http: Http) {}

  /**
   * Read an inbox, waiting for the first message if asked to.
   *
   * What is not acknowledged within a minute is delivered again, with a higher `attempt`.
   */
  receive(agentId: string, query: ReceiveMessages = {}, options?: RequestOptions): Promise<wire.InboxPage> {
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}/inbox`, query, options: { ...wait.forMessages(query), ...options } });
  }

  /** Acknowledge messages: they are not delivered again. */
  acknowledge(agentId: string, body: wire.AckMessages, options?: RequestOptions): Promise<wire.Acknowledged> {
    return this.http.json({ method: 'POST', path: path`/agents/${agentId}/inbox/ack`, body, options });
  }

  /** Put a dead letter back into its inbox. */
  requeue(agentId: string, messageId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/inbox/${messageId}/requeue`, options });
  }
}

/** The query of `list_agents`. */
export type ListAgents = NonNullable<wire.operations['list_agents']['parameters']['query']>;

/** Who is known, and how they are. */
export class Agents {
  constructor(private readonly http: Http) {}

  /** List agents by id. */
  list(query: ListAgents = {}, options?: RequestOptions): Promise<wire.AgentPage> {
    return this.http.json({ method: 'GET', path: '/agents', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListAgents = {}, options?: RequestOptions): AsyncGenerator<wire.Agent, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.agents);
  }

  /** Make an agent known. */
  register(body: wire.RegisterAgent, options?: RequestOptions): Promise<wire.Registered> {
    return this.http.json({ method: 'POST', path: '/agents/register', body, options });
  }

  /** Read an agent. */
  get(agentId: string, options?: RequestOptions): Promise<wire.Agent> {
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}`, options });
  }

  /** Remove an agent and its inbox. */
  delete(agentId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/agents/${agentId}`, options });
  }

  /** Say that an agent lives. */
  heartbeat(agentId: string, body: wire.Heartbeat = {}, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/heartbeat`, body, options });
  }
}

/** One result from those of several agents. */
export class Aggregations {
  constructor(private readonly http: Http) {}

  /** Make one result from those of several agents. */
  aggregate(body: wire.Aggregate, options?: CreateOptions): Promise<wire.Aggregation> {
    return this.http.json({ method: 'POST', path: '/aggregations', body, options });
  }
}

/** The query of `list_points`. */
export type ListPoints = NonNullable<wire.operations['list_points']['parameters']['query']>;

/** Metric points and log lines of a session. */
export class Telemetry {
  constructor(private readonly http: Http) {}

  /** Read telemetry points, oldest first. */
  list(sessionId: string, query: ListPoints = {}, options?: RequestOptions): Promise<wire.PointPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/telemetry`, query, options });
  }

  /** The same, page after page to the last. */
  all(sessionId: string, query: ListPoints = {}, options?: RequestOptions): AsyncGenerator<wire.Reading, void, undefined> {
    return pagesAfter((after) => this.list(sessionId, { ...query, ...after }, options), (page) => page.points);
  }

  /** Add telemetry points. */
  put(sessionId: string, points: wire.PutPoints['points'], options?: RequestOptions & Pick<ChangeOptions, 'idempotencyKey' | 'fence' | 'agentId'>): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/sessions/${sessionId}/telemetry`, body: { points }, options });
  }
}

/** Who may come in. */
export class Keys {
  constructor(private readonly http: Http) {}

  /** List all keys, oldest first, without their secrets. */
  list(options?: RequestOptions): Promise<wire.KeyPage> {
    return this.http.json({ method: 'GET', path: '/keys', options });
  }

  /**
   * Make a key; its secret is shown this once.
   *
   * The secret is not kept, so that a repeat with the same `Idempotency-Key` gets the key with an empty `secret`. If the
   * secret was lost on the way, revoke the key and make another.
   */
  create(body: wire.CreateKey, options?: CreateOptions): Promise<wire.CreatedKey> {
    return this.http.json({ method: 'POST', path: '/keys', body, options });
  }

  /** End a key's validity at once. */
  revoke(keyId: string, options?: RequestOptions): Promise<wire.Key> {
    return this.http.json({ method: 'DELETE', path: path`/keys/${keyId}`, options });
  }
}

/** How the server is. */
export class ServerRoutes {
  constructor(private readonly http: Http) {}

  /** Whether the server lives. */
  health(options?: RequestOptions): Promise<wire.Health> {
    return this.http.json({ method: 'GET', path: '/health', options });
  }

  /** Counts and latencies for Prometheus. */
  metrics(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/metrics', accept: 'text/plain', options });
  }

  /** This document. */
  openapi(options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: '/openapi.json', options });
  }

  /** Whether the server can write. */
  ready(options?: RequestOptions): Promise<wire.Health> {
    return this.http.json({ method: 'GET', path: '/ready', options });
  }

  /** Say who the caller is, and what its key may do. */
  whoami(options?: RequestOptions): Promise<wire.Whoami> {
    return this.http.json({ method: 'GET', path: '/whoami', options });
  }
}

/** What you read. */
export class Documents {
  constructor(private readonly http: Http) {}

  /** This document, for people. */
  reference(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/docs', accept: 'text/html', options });
  }

  /** All codes of problems. */
  errors(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/docs/errors', accept: 'text/html', options });
  }

  /** What a problem's code means, and what to do. */
  error(code: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/docs/errors/${code}`, accept: 'text/html', options });
  }

  /** A guide. */
  guide(guide: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/docs/${guide}`, accept: 'text/html', options });
  }
}

/** Every operation of a server, by its noun. */
export class Routes {
  readonly sessions: Sessions;
  readonly participants: Participants;
  readonly workflow: Workflows;
  readonly context: Contexts;
  readonly executions: Executions;
  readonly tasks: Tasks;
  readonly events: Events;
  readonly messages: Messages;
  readonly inbox: Inbox;
  readonly agents: Agents;
  readonly telemetry: Telemetry;
  readonly keys: Keys;

  constructor(http: Http) {
    this.sessions = new Sessions(http);
    this.participants = new Participants(http);
    this.workflow = new Workflows(http);
    this.context = new Contexts(http);
    this.executions = new Executions(http);
    this.tasks = new Tasks(http);
    this.events = new Events(http);
    this.messages = new Messages(http);
    this.inbox = new Inbox(http);
    this.agents = new Agents(http);
    this.telemetry = new Telemetry(http);
    this.keys = new Keys(http);
  }
}
