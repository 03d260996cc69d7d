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

  /** List the sessions that the key may see. */
  list(query: ListSessions = {}, options?: RequestOptions): Promise<wire.SessionPage> {
    return this.http.json({ method: 'GET', path: '/sessions', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListSessions = {}, options?: RequestOptions): AsyncGenerator<wire.SessionSummary, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.sessions);
  }

  /** Create a session. */
  create(body: wire.CreateSession, options?: CreateOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: '/sessions', repeat: 'keyed', body, options });
  }

  /** Count all sessions, by kind and status. */
  counts(options?: RequestOptions): Promise<wire.Counts> {
    return this.http.json({ method: 'GET', path: '/sessions/counts', options });
  }

  /** Import an exported journal. */
  import(body: string, query: ImportSession = {}, options?: CreateOptions): Promise<wire.Imported> {
    return this.http.json({ method: 'POST', path: '/sessions/import', repeat: 'keyed', body, contentType: 'application/jsonl', query, options: { timeout: Infinity, ...options } });
  }

  /** Read a session. */
  get(sessionId: string, options?: RequestOptions): Promise<wire.Session> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}`, options });
  }

  /** Delete a session with its journal, tasks and messages. */
  delete(sessionId: string, options?: RequestOptions & Pick<ChangeOptions, 'expectedRevision'>): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}`, options });
  }

  /** Change a session's name, labels or expiry. */
  update(sessionId: string, body: wire.UpdateSession, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PATCH', path: path`/sessions/${sessionId}`, body, options });
  }

  /** Complete a session. */
  complete(sessionId: string, body: wire.Complete = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/complete`, repeat: 'keyed', body, options });
  }

  /**
   * Export a session's whole journal.
   *
   * JSON Lines: a header, then one event on each line. `POST /sessions/import` imports it.
   */
  export(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/sessions/${sessionId}/export`, accept: 'application/jsonl', options: { timeout: Infinity, ...options } });
  }

  /** Fail a session whose work could not be done, and terminate its children. */
  fail(sessionId: string, body: wire.FailSession, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fail`, repeat: 'keyed', body, options });
  }

  /** Fork a session at a revision. */
  fork(sessionId: string, body: wire.Fork = {}, options?: CreateOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/fork`, repeat: 'keyed', body, options });
  }

  /** Retry what failed: all of it, one step, or one task. A failed session continues. */
  retry(sessionId: string, body: wire.Retry = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/retry`, repeat: 'keyed', body, options });
  }

  /** Read the executive summary of a session. */
  summary(sessionId: string, options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: path`/sessions/${sessionId}/summary`, accept: 'text/markdown', options });
  }

  /** Terminate a session and its children. */
  terminate(sessionId: string, body: wire.Terminate, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/terminate`, repeat: 'keyed', body, options });
  }

  /** Issue another token of a session. The one before it opens nothing any more. */
  issueToken(sessionId: string, options?: RequestOptions & Pick<ChangeOptions, 'expectedRevision'>): Promise<wire.IssuedToken> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/token`, options });
  }
}

/** The participants of a session, and their leases. */
export class Participants {
  constructor(private readonly http: Http) {}

  /** Add a participant. */
  add(sessionId: string, body: wire.AddParticipant, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/participants`, repeat: 'keyed', body, options });
  }

  /** Remove a participant. */
  remove(sessionId: string, agentId: string, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'DELETE', path: path`/sessions/${sessionId}/participants/${agentId}`, options });
  }

  /** Renew a lease for another `ttl`. */
  renewLease(sessionId: string, agentId: string, body: wire.RenewLease, options?: RequestOptions): Promise<wire.ClaimedLease> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, body, options });
  }

  /**
   * Claim the lease of a participant.
   *
   * Only the holder may write in the participant's name, with the lease's token in the header `Fencing-Token`.
   */
  claimLease(sessionId: string, agentId: string, body: wire.ClaimLease, options?: ChangeOptions): Promise<wire.ClaimedLease> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, repeat: 'keyed', body, options });
  }

  /** Release a lease; its token is in the header `Fencing-Token`. */
  releaseLease(sessionId: string, agentId: string, options?: ChangeOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}/participants/${agentId}/lease`, options });
  }
}

/** The plan of a session. */
export class Workflows {
  constructor(private readonly http: Http) {}

  /** Replace the plan, or set the state of its steps manually. */
  update(sessionId: string, body: wire.UpdateWorkflow, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/workflow`, body, options });
  }

  /** Complete the named step, or the only active one, manually. */
  advance(sessionId: string, body: wire.Advance = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/workflow/advance`, repeat: 'keyed', body, options });
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

  /** Apply a JSON merge patch (RFC 7396) to the shared context. */
  patch(sessionId: string, body: Record<string, unknown>, options?: ChangeOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'PATCH', path: path`/sessions/${sessionId}/context`, body, contentType: 'application/merge-patch+json', options });
  }
}

/** The recorded calls of a program, as a tree. */
export class Executions {
  constructor(private readonly http: Http) {}

  /**
   * Record a batch of calls.
   *
   * A batch that is already recorded changes nothing, so it can be sent again if its response was lost.
   */
  record(sessionId: string, body: wire.RecordCalls, options?: ChangeOptions): Promise<wire.Recorded> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/calls`, repeat: 'safe', body, options });
  }

  /**
   * Claim the execution for one writer process.
   *
   * Open calls are interrupted, and a failed execution is resumed. An execution that the holder of a lease runs is refused to
   * others with `execution_running`, unless `take_over` is true.
   */
  begin(sessionId: string, body: wire.BeginExecution, options?: ChangeOptions): Promise<wire.Execution> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/execution`, repeat: 'keyed', body, options });
  }

  /**
   * Release the lease of the execution's writer.
   *
   * The execution is interrupted, and any process may resume it. A writer that has no lease, or from which another process has
   * taken over, changes nothing.
   */
  release(sessionId: string, body: wire.Writer, options?: ChangeOptions): Promise<wire.Renewed> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/execution/release`, repeat: 'safe', body, options });
  }

  /**
   * Renew the lease of the execution's writer.
   *
   * Each batch of calls renews it too. A writer whose lease has expired continues if no other process has begun meanwhile;
   * otherwise it is rejected as `writer_stale`.
   */
  renew(sessionId: string, body: wire.Writer, options?: ChangeOptions): Promise<wire.Renewed> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/execution/renew`, repeat: 'safe', body, options });
  }
}

/** The query of `list_turns`. */
export type ListTurns = NonNullable<wire.operations['list_turns']['parameters']['query']>;

/** The query of `get_turn`. */
export type GetTurn = NonNullable<wire.operations['get_turn']['parameters']['query']>;

/** Turns between a person and a private assistant. */
export class Conversation {
  constructor(private readonly http: Http) {}

  /**
   * Send a message to the assistant of a session, and wait for the answer.
   *
   * The session is that of the body, of the header `x-session-id`, or of the token. With `Accept: text/event-stream` the response is the
   * live stream of the turn.
   */
  chat(body: wire.Chat, options?: CreateOptions): Promise<wire.ChatAnswer> {
    return this.http.json({ method: 'POST', path: '/chat', repeat: 'keyed', body, options: { ...wait.forChat(), ...options } });
  }

  /** Set the assistant of a session, as a whole. Absent members have the server's default. */
  setAssistant(sessionId: string, body: wire.Assistant, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/assistant`, body, options });
  }

  /** Remove all turns of a session and its files, and their texts from its journal. Turns that are open are stopped. */
  clear(sessionId: string, body: wire.ClearConversation = {}, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/clear`, repeat: 'keyed', body, options });
  }

  /** Set the turn that the next one follows: choose a branch. */
  moveHead(sessionId: string, body: wire.MoveHead, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'PUT', path: path`/sessions/${sessionId}/head`, body, options });
  }

  /** Stop all turns of a session that run or wait. */
  stopTurns(sessionId: string, options?: ChangeOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/stop`, repeat: 'keyed', options });
  }

  /** List a session's turns in all branches, oldest first. */
  listTurns(sessionId: string, query: ListTurns = {}, options?: RequestOptions): Promise<wire.TurnPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/turns`, query, options });
  }

  /**
   * Send a message to a session's assistant.
   *
   * With `Accept: text/event-stream` the response is the live stream of the turn, as of `GET` on it.
   */
  addTurn(sessionId: string, body: wire.AddTurn, options?: ChangeOptions): Promise<wire.Turn> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/turns`, repeat: 'keyed', body, options });
  }

  /**
   * Read a turn, optionally waiting for its end, or follow it live.
   *
   * With `Accept: text/event-stream` the response is a live stream: all of the answer so far, then the rest as it comes. Its
   * events are `queued` (`before`), `text` and `reasoning` (`offset`, `text`) and `end` (the turn). A `text` at offset 0
   * replaces what came before it. The stream resumes after `Last-Event-ID`.
   */
  getTurn(sessionId: string, turnId: string, query: GetTurn = {}, options?: RequestOptions): Promise<wire.Turn> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/turns/${turnId}`, query, options: { ...wait.forMessages(query), ...options } });
  }

  /** Ask a turn's message again, or another one in its place. Both turns stay, as branches of the conversation. */
  retryTurn(sessionId: string, turnId: string, body: wire.RetryTurn = {}, options?: ChangeOptions): Promise<wire.Turn> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/turns/${turnId}/retry`, repeat: 'keyed', body, options });
  }

  /** Stop a turn. Its model's request is closed at once, and it keeps the answer so far. A turn that has ended stays as it is. */
  stopTurn(sessionId: string, turnId: string, options?: ChangeOptions): Promise<wire.Turn> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/turns/${turnId}/stop`, repeat: 'keyed', options });
  }
}

/** The query of `search_files`. */
export type SearchFiles = NonNullable<wire.operations['search_files']['parameters']['query']>;

/** Documents for a session's assistant: uploads, searches, downloads. */
export class Files {
  constructor(private readonly http: Http) {}

  /** List the files of a session, oldest first. */
  list(sessionId: string, options?: RequestOptions): Promise<wire.FileList> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/files`, options });
  }

  /**
   * Upload files to a session.
   *
   * The body is `multipart/form-data` with a part for each file. The text of each file is read before the response; a file
   * without a readable text is refused, and nothing of it is kept. A file of the session with the same name is replaced.
   */
  add(sessionId: string, body: FormData, options?: RequestOptions): Promise<wire.AddedFiles> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/files`, body, options: { timeout: Infinity, ...options } });
  }

  /** Read the details of a file. */
  get(sessionId: string, fileId: string, options?: RequestOptions): Promise<wire.File> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/files/${fileId}`, options });
  }

  /** Remove a file: its bytes, its text, and its name in the journal. Quotes of it in answers stay. */
  delete(sessionId: string, fileId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/sessions/${sessionId}/files/${fileId}`, options });
  }

  /** Download a file, as it was uploaded. */
  content(sessionId: string, fileId: string, options?: RequestOptions): Promise<Blob> {
    return this.http.blob({ method: 'GET', path: path`/sessions/${sessionId}/files/${fileId}/content`, accept: 'application/octet-stream', options: { timeout: Infinity, ...options } });
  }

  /** Read a passage of a file. */
  passage(sessionId: string, fileId: string, passage: string, options?: RequestOptions): Promise<wire.Passage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/files/${fileId}/passages/${passage}`, options });
  }

  /** Search the files of a session. The passages that fit best come first. */
  search(sessionId: string, query: SearchFiles = {}, options?: RequestOptions): Promise<wire.PassageList> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/passages`, query, options });
  }

  /**
   * Upload files to the session of the request.
   *
   * The session is that of the header `x-session-id`, or of the token. Otherwise as `POST /sessions/{session_id}/files`.
   */
  upload(body: FormData, options?: RequestOptions): Promise<wire.Uploaded> {
    return this.http.json({ method: 'POST', path: '/upload', body, options: { timeout: Infinity, ...options } });
  }
}

/** The query of `list_questions`. */
export type ListQuestions = NonNullable<wire.operations['list_questions']['parameters']['query']>;

/** The query of `list_session_questions`. */
export type ListSessionQuestions = NonNullable<wire.operations['list_session_questions']['parameters']['query']>;

/** The query of `get_question`. */
export type GetQuestion = NonNullable<wire.operations['get_question']['parameters']['query']>;

/** Questions that sessions ask people and other programs. */
export class Questions {
  constructor(private readonly http: Http) {}

  /** List the open questions of all sessions that the key may see. */
  list(query: ListQuestions = {}, options?: RequestOptions): Promise<wire.QuestionPage> {
    return this.http.json({ method: 'GET', path: '/questions', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListQuestions = {}, options?: RequestOptions): AsyncGenerator<wire.Question, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.questions);
  }

  /** List a session's questions, oldest first. */
  listOf(sessionId: string, query: ListSessionQuestions = {}, options?: RequestOptions): Promise<wire.QuestionPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/questions`, query, options });
  }

  /** The same, page after page to the last. */
  allOf(sessionId: string, query: ListSessionQuestions = {}, options?: RequestOptions): AsyncGenerator<wire.Question, void, undefined> {
    return pages((cursor) => this.listOf(sessionId, { ...query, ...cursor }, options), (page) => page.questions);
  }

  /**
   * Ask a question.
   *
   * The same question under the same id is asked once: a program that runs again gets the question that it asked before.
   */
  ask(sessionId: string, body: wire.AskQuestion, options?: ChangeOptions): Promise<wire.Question> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/questions`, repeat: 'keyed', body, options });
  }

  /** Read a question, optionally waiting for its answer. */
  get(sessionId: string, questionId: string, query: GetQuestion = {}, options?: RequestOptions): Promise<wire.Question> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/questions/${questionId}`, query, options: { ...wait.forMessages(query), ...options } });
  }

  /** Answer a question. */
  answer(sessionId: string, questionId: string, body: wire.AnswerQuestion, options?: ChangeOptions): Promise<wire.Question> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/questions/${questionId}/answer`, repeat: 'keyed', body, options });
  }

  /** Withdraw a question that nobody needs the answer of any more. */
  withdraw(sessionId: string, questionId: string, body: wire.WithdrawQuestion = {}, options?: ChangeOptions): Promise<wire.Question> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/questions/${questionId}/withdraw`, repeat: 'keyed', body, options });
  }
}

/** The query of `list_signals`. */
export type ListSignals = NonNullable<wire.operations['list_signals']['parameters']['query']>;

/** Values that are sent into a session for its program to receive. */
export class Signals {
  constructor(private readonly http: Http) {}

  /** List a session's signals in order, optionally waiting for the first. */
  list(sessionId: string, query: ListSignals = {}, options?: RequestOptions): Promise<wire.SignalPage> {
    return this.http.json({ method: 'GET', path: path`/sessions/${sessionId}/signals`, query, options: { ...wait.forMessages(query), ...options } });
  }

  /** Send a signal to a session, for its program to receive. */
  send(sessionId: string, signal: string, body: wire.SendSignal = {}, options?: ChangeOptions): Promise<wire.Signal> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/signals/${signal}`, repeat: 'keyed', body, options });
  }
}

/** The query of `list_schedules`. */
export type ListSchedules = NonNullable<wire.operations['list_schedules']['parameters']['query']>;

/** Sessions that are created at times. */
export class Schedules {
  constructor(private readonly http: Http) {}

  /** List the schedules that the key owns, by id. An administrator sees all. */
  list(query: ListSchedules = {}, options?: RequestOptions): Promise<wire.SchedulePage> {
    return this.http.json({ method: 'GET', path: '/schedules', query, options });
  }

  /** The same, page after page to the last. */
  all(query: ListSchedules = {}, options?: RequestOptions): AsyncGenerator<wire.Schedule, void, undefined> {
    return pages((cursor) => this.list({ ...query, ...cursor }, options), (page) => page.schedules);
  }

  /** Create a schedule. */
  create(body: wire.CreateSchedule, options?: CreateOptions): Promise<wire.Schedule> {
    return this.http.json({ method: 'POST', path: '/schedules', repeat: 'keyed', body, options });
  }

  /** Return the next times that a schedule would have. Nothing is created. */
  preview(body: wire.PreviewSchedule, options?: RequestOptions): Promise<wire.UpcomingTimes> {
    return this.http.json({ method: 'POST', path: '/schedules/preview', repeat: 'safe', body, options });
  }

  /** Read a schedule. */
  get(scheduleId: string, options?: RequestOptions): Promise<wire.Schedule> {
    return this.http.json({ method: 'GET', path: path`/schedules/${scheduleId}`, options });
  }

  /** Delete a schedule. Its sessions stay. */
  delete(scheduleId: string, options?: RequestOptions & Pick<ChangeOptions, 'expectedRevision'>): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/schedules/${scheduleId}`, options });
  }

  /** Change a schedule: pause it, resume it, or edit what it says. */
  update(scheduleId: string, body: wire.UpdateSchedule, options?: RequestOptions & Pick<ChangeOptions, 'expectedRevision'>): Promise<wire.Schedule> {
    return this.http.json({ method: 'PATCH', path: path`/schedules/${scheduleId}`, body, options });
  }

  /** Create a session of a schedule now, also if the schedule is paused or its last session is active. */
  run(scheduleId: string, options?: RequestOptions): Promise<wire.Session> {
    return this.http.json({ method: 'POST', path: path`/schedules/${scheduleId}/run`, options });
  }
}

/** The query of `list_session_tasks`. */
export type ListSessionTasks = NonNullable<wire.operations['list_session_tasks']['parameters']['query']>;

/** The query of `list_tasks`. */
export type ListTasks = NonNullable<wire.operations['list_tasks']['parameters']['query']>;

/** Work that is delegated to participants. */
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

  /** Delegate a task to a participant. */
  delegate(sessionId: string, body: wire.DelegateTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/sessions/${sessionId}/tasks`, repeat: 'keyed', body, options });
  }

  /** List the tasks of all sessions that the key may see, newest first. */
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

  /** Accept a task. */
  accept(taskId: string, body: wire.TaskReportMeta = {}, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/accept`, repeat: 'keyed', body, options });
  }

  /** Cancel a task. */
  cancel(taskId: string, body: wire.CancelTask = {}, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/cancel`, repeat: 'keyed', body, options });
  }

  /** Complete a task. */
  complete(taskId: string, body: wire.CompleteTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/complete`, repeat: 'keyed', body, options });
  }

  /** Fail the current attempt; the task's policy decides what follows. */
  fail(taskId: string, body: wire.FailTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/fail`, repeat: 'keyed', body, options });
  }

  /** Report the progress of a task. */
  progress(taskId: string, body: wire.ProgressTask, options?: ChangeOptions): Promise<wire.Task> {
    return this.http.json({ method: 'POST', path: path`/tasks/${taskId}/progress`, repeat: 'keyed', body, options });
  }
}

/** The query of `list_events`. */
export type ListEvents = NonNullable<wire.operations['list_events']['parameters']['query']>;

/** The journal, in pages or as a live stream. */
export class Events {
  constructor(private readonly http: Http) {}

  /**
   * Read the journal, or watch it live.
   *
   * With `Accept: text/event-stream` the response is a live stream: `id:` is the event's number and `event:` its type. It
   * resumes after `Last-Event-ID` or `after`; without either it starts with a `snapshot` event. A `gap` event names the events
   * that were dropped, and `end` follows the last event of a session that has ended.
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

  /** List messages to agents that the key may act as, newest first. */
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
   * In a session, a `task_request` creates a task, and its `task_response` completes or fails the task. With
   * `delivery_mode: sync` the request waits for the response.
   */
  send(body: wire.SendMessage, options?: RequestOptions & Pick<ChangeOptions, 'fence'>): Promise<wire.Sent> {
    return this.http.json({ method: 'POST', path: '/messages/send', repeat: 'safe', body, options: { ...wait.forResponse(body), ...options } });
  }
}

/** The query of `receive_messages`. */
export type ReceiveMessages = NonNullable<wire.operations['receive_messages']['parameters']['query']>;

/** An agent's incoming messages. */
export class Inbox {
  constructor(private readonly http: Http) {}

  /**
   * Read an inbox, optionally waiting for the first message.
   *
   * A message that is not acknowledged within a minute is delivered again, with a higher `attempt`.
   */
  receive(agentId: string, query: ReceiveMessages = {}, options?: RequestOptions): Promise<wire.InboxPage> {
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}/inbox`, query, options: { ...wait.forMessages(query), ...options } });
  }

  /** Acknowledge messages: they are not delivered again. */
  acknowledge(agentId: string, body: wire.AckMessages, options?: RequestOptions): Promise<wire.Acknowledged> {
    return this.http.json({ method: 'POST', path: path`/agents/${agentId}/inbox/ack`, repeat: 'safe', body, options });
  }

  /** Put a dead letter back into its inbox. */
  requeue(agentId: string, messageId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/inbox/${messageId}/requeue`, repeat: 'safe', options });
  }
}

/** The query of `list_agents`. */
export type ListAgents = NonNullable<wire.operations['list_agents']['parameters']['query']>;

/** Registered agents and their state. */
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

  /** Register an agent. */
  register(body: wire.RegisterAgent, options?: RequestOptions): Promise<wire.Registered> {
    return this.http.json({ method: 'POST', path: '/agents/register', repeat: 'safe', body, options });
  }

  /** Read an agent. */
  get(agentId: string, options?: RequestOptions): Promise<wire.Agent> {
    return this.http.json({ method: 'GET', path: path`/agents/${agentId}`, options });
  }

  /** Remove an agent and its inbox. */
  delete(agentId: string, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'DELETE', path: path`/agents/${agentId}`, options });
  }

  /** Send a heartbeat of an agent. */
  heartbeat(agentId: string, body: wire.Heartbeat = {}, options?: RequestOptions): Promise<void> {
    return this.http.done({ method: 'POST', path: path`/agents/${agentId}/heartbeat`, repeat: 'safe', body, options });
  }
}

/** Combined results of several agents. */
export class Aggregations {
  constructor(private readonly http: Http) {}

  /** Combine the results of several agents into one. */
  aggregate(body: wire.Aggregate, options?: CreateOptions): Promise<wire.Aggregation> {
    return this.http.json({ method: 'POST', path: '/aggregations', repeat: 'keyed', body, options });
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
    return this.http.done({ method: 'POST', path: path`/sessions/${sessionId}/telemetry`, repeat: 'keyed', body: { points }, options });
  }
}

/** The query of `list_items`. */
export type ListItems = NonNullable<wire.operations['list_items']['parameters']['query']>;

/** The query of `list_openai_files`. */
export type ListOpenaiFiles = NonNullable<wire.operations['list_openai_files']['parameters']['query']>;

/** The query of `get_response`. */
export type GetResponse = NonNullable<wire.operations['get_response']['parameters']['query']>;

/** Conversations for OpenAI's clients. */
export class Openai {
  constructor(private readonly http: Http) {}

  /**
   * Chat completions: what follows the last answer in `messages` is a message to the session's assistant.
   *
   * The session is that of the API key, when that is a session's token, or of the header `x-session-id`. The
   * earlier messages find the turn that the message follows. A parameter that is not supported is an error. The model
   * `assistant-stateless` has no session: it is sent all messages, and nothing is stored.
   */
  chatCompletions(body: Record<string, unknown>, options?: CreateOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'POST', path: '/v1/chat/completions', body, options });
  }

  /** Create a conversation: a session with an assistant. */
  createConversation(body: Record<string, unknown> = {}, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'POST', path: '/v1/conversations', body, options });
  }

  /** Read a conversation. */
  getConversation(conversationId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/v1/conversations/${conversationId}`, options });
  }

  /** Delete a conversation: its session, with everything that belongs to it. */
  deleteConversation(conversationId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'DELETE', path: path`/v1/conversations/${conversationId}`, options });
  }

  /** List the messages of a conversation that lead to its head. */
  listItems(conversationId: string, query: ListItems = {}, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/v1/conversations/${conversationId}/items`, query, options });
  }

  /** List the files of the session. */
  listOpenaiFiles(query: ListOpenaiFiles = {}, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: '/v1/files', query, options });
  }

  /** Upload a file to the session of the API key, or of the header `x-session-id`. */
  createOpenaiFile(body: FormData, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'POST', path: '/v1/files', body, options: { timeout: Infinity, ...options } });
  }

  /** Read the details of a file of the session. */
  getOpenaiFile(fileId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/v1/files/${fileId}`, options });
  }

  /** Remove a file of the session. */
  deleteOpenaiFile(fileId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'DELETE', path: path`/v1/files/${fileId}`, options });
  }

  /** Download a file of the session, as it was uploaded. */
  getOpenaiFileContent(fileId: string, options?: RequestOptions): Promise<Blob> {
    return this.http.blob({ method: 'GET', path: path`/v1/files/${fileId}/content`, accept: 'application/octet-stream', options: { timeout: Infinity, ...options } });
  }

  /**
   * List the models that a client of OpenAI's interface may name: `assistant` is the assistant of a session, and `assistant-stateless` the
   * model behind it, which has no session.
   */
  listModels(options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: '/v1/models', options });
  }

  /** Read a model of OpenAI's interface. */
  getModel(model: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/v1/models/${model}`, options });
  }

  /**
   * Create a response: a turn of a conversation.
   *
   * It follows the turn of `previous_response_id`, or the last one of `conversation`; without both it is a beginning, in the
   * session of the API key or of the header `x-session-id`, or in a new one. With `background` the response is returned at
   * once.
   */
  createResponse(body: Record<string, unknown>, options?: CreateOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'POST', path: '/v1/responses', body, options });
  }

  /** Read a response, or with `stream=true` its events after number `starting_after`. */
  getResponse(responseId: string, query: GetResponse = {}, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: path`/v1/responses/${responseId}`, query, options });
  }

  /** Cancel a response: its turn is stopped, and keeps the answer so far. */
  cancelResponse(responseId: string, options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'POST', path: path`/v1/responses/${responseId}/cancel`, options });
  }
}

/** API keys. */
export class Keys {
  constructor(private readonly http: Http) {}

  /** List all keys, oldest first, without their secrets. */
  list(options?: RequestOptions): Promise<wire.KeyPage> {
    return this.http.json({ method: 'GET', path: '/keys', options });
  }

  /**
   * Create a key; its secret is shown only once.
   *
   * The secret is not stored: a repeat with the same `Idempotency-Key` returns the key with an empty `secret`. If the
   * response was lost, revoke the key and create another.
   */
  create(body: wire.CreateKey, options?: CreateOptions): Promise<wire.CreatedKey> {
    return this.http.json({ method: 'POST', path: '/keys', repeat: 'keyed', body, options });
  }

  /** Revoke a key immediately. */
  revoke(keyId: string, options?: RequestOptions): Promise<wire.Key> {
    return this.http.json({ method: 'DELETE', path: path`/keys/${keyId}`, options });
  }
}

/** Health and metrics. */
export class ServerRoutes {
  constructor(private readonly http: Http) {}

  /** Check that the server is alive. */
  health(options?: RequestOptions): Promise<wire.Health> {
    return this.http.json({ method: 'GET', path: '/health', options });
  }

  /** Metrics for Prometheus. */
  metrics(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/metrics', accept: 'text/plain', options });
  }

  /** This document. */
  openapi(options?: RequestOptions): Promise<Record<string, unknown>> {
    return this.http.json({ method: 'GET', path: '/openapi.json', options });
  }

  /** Check that the server can write. */
  ready(options?: RequestOptions): Promise<wire.Health> {
    return this.http.json({ method: 'GET', path: '/ready', options });
  }

  /** Return the key's name, role and scope. */
  whoami(options?: RequestOptions): Promise<wire.Whoami> {
    return this.http.json({ method: 'GET', path: '/whoami', options });
  }
}

/** The documentation and the console. */
export class Documents {
  constructor(private readonly http: Http) {}

  /** The HTTP reference. */
  reference(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/docs', accept: 'text/html', options });
  }

  /** All error codes. */
  errors(options?: RequestOptions): Promise<string> {
    return this.http.text({ method: 'GET', path: '/docs/errors', accept: 'text/html', options });
  }

  /** The meaning of an error code, and what to do. */
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
  readonly conversation: Conversation;
  readonly files: Files;
  readonly questions: Questions;
  readonly signals: Signals;
  readonly schedules: Schedules;
  readonly tasks: Tasks;
  readonly events: Events;
  readonly messages: Messages;
  readonly inbox: Inbox;
  readonly agents: Agents;
  readonly telemetry: Telemetry;
  readonly openai: Openai;
  readonly keys: Keys;

  constructor(http: Http) {
    this.sessions = new Sessions(http);
    this.participants = new Participants(http);
    this.workflow = new Workflows(http);
    this.context = new Contexts(http);
    this.executions = new Executions(http);
    this.conversation = new Conversation(http);
    this.files = new Files(http);
    this.questions = new Questions(http);
    this.signals = new Signals(http);
    this.schedules = new Schedules(http);
    this.tasks = new Tasks(http);
    this.events = new Events(http);
    this.messages = new Messages(http);
    this.inbox = new Inbox(http);
    this.agents = new Agents(http);
    this.telemetry = new Telemetry(http);
    this.openai = new Openai(http);
    this.keys = new Keys(http);
  }
}
