//! Every limit of sessiond, in one place. `docs/limits.md` documents them; a test compares the two.
//!
//! Sizes are bytes of JSON as it is stored, counts are items, times are milliseconds where the name ends in `_MS`.

/// A request body over HTTP; larger is 413. `POST /sessions/import` has [`IMPORT_BYTES`] of its own.
pub const BODY_BYTES: usize = 4 * 1024 * 1024;
/// An import's JSON Lines document.
pub const IMPORT_BYTES: usize = 256 * 1024 * 1024;
/// The bodies of all requests that are open at a time; one beyond that is 503.
pub const BODIES_BYTES: usize = 256 * 1024 * 1024;
/// The documents of all imports that are under way; one beyond that is 503.
pub const IMPORTS_BYTES: usize = 256 * 1024 * 1024;
/// All request headers together.
pub const HEADER_BYTES: usize = 16 * 1024;
/// Connections that are open at a time; one beyond that is 503. Fewer when the process may open fewer files.
pub const CONNECTIONS: usize = 16_384;
/// How long a peer may leave unread what is sent to it; then its connection is closed.
pub const UNREAD_MS: u64 = 30_000;
/// Frames that wait to be written to one WebSocket; then nothing more is taken from the inbox for it.
pub const SOCKET_BYTES: usize = 1024 * 1024;
/// A session id, as chosen by a caller.
pub const SESSION_ID_BYTES: usize = 128;
/// An agent id, `framework://name`.
pub const AGENT_ID_BYTES: usize = 256;
/// A message id or a task id.
pub const MESSAGE_ID_BYTES: usize = 128;
/// A session's name, a step's name, a task type, a role, a reason: one line of text.
pub const NAME_BYTES: usize = 256;
/// A description, a summary, details: text that people read.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Labels of a session.
pub const LABELS: usize = 64;
/// A label's key or value.
pub const LABEL_BYTES: usize = 256;
/// Participants of a session, those who left included.
pub const PARTICIPANTS: usize = 256;
/// Steps of a workflow.
pub const STEPS: usize = 256;
/// Agents or dependencies that one step names.
pub const STEP_NAMES: usize = 64;
/// How often a step with `on_failure: retry` starts a failed task anew.
pub const STEP_RETRIES: u32 = 2;
/// Tasks of a session over its whole life.
pub const TASKS: usize = 10_000;
/// A task's payload, result, error or progress; a call's input or output.
pub const PAYLOAD_BYTES: usize = 1024 * 1024;
/// What the tasks of a session hold together: payloads, metadata, progress, results and errors.
pub const SESSION_BYTES: u64 = 64 * 1024 * 1024;
/// The shared context document.
pub const CONTEXT_BYTES: usize = 1024 * 1024;
/// How deep JSON from outside may nest.
pub const JSON_DEPTH: usize = 64;
/// Artifacts that a completed session names.
pub const ARTIFACTS: usize = 1_000;
/// An artifact's address.
pub const ARTIFACT_BYTES: usize = 2_048;
/// A plan with all that its steps say.
pub const PLAN_BYTES: usize = 2 * 1024 * 1024;
/// Wrong fields that one answer names.
pub const VIOLATIONS: usize = 64;
/// Events in a session's journal; after that it only ends.
pub const EVENTS: u64 = 1_000_000;
/// Calls of an execution session over its whole life.
pub const CALLS: u64 = 10_000_000;
/// Calls that have not ended.
pub const OPEN_CALLS: usize = 100_000;
/// Entries of a batch of calls.
pub const CALL_BATCH: usize = 1_000;
/// Inputs, outputs and errors of a batch of calls together.
pub const CALL_BATCH_BYTES: usize = 3 * 1024 * 1024;
/// A call's key: hexadecimal digits.
pub const CALL_KEY_BYTES: usize = 64;
/// US dollars that one call may cost.
pub const CALL_COST: u64 = 1_000_000_000;
/// Questions of a session over its whole life.
pub const QUESTIONS: usize = 10_000;
/// Questions of a session that wait for an answer.
pub const OPEN_QUESTIONS: usize = 100;
/// What the questions of a session and their answers hold together.
pub const QUESTIONS_BYTES: u64 = 16 * 1024 * 1024;
/// The JSON schema of an answer.
pub const QUESTION_SCHEMA_BYTES: usize = 16 * 1024;
/// An answer, the details of a question, or the value of a signal.
pub const ANSWER_BYTES: usize = 64 * 1024;
/// Names that alone may answer a question.
pub const ANSWERERS: usize = 64;
/// Signals of a session over its whole life.
pub const SIGNALS: usize = 10_000;
/// What the signals of a session hold together.
pub const SIGNALS_BYTES: u64 = 16 * 1024 * 1024;
/// Turns of a conversation since it was last cleared.
pub const TURNS: usize = 10_000;
/// Turns of a session that wait for the one that runs; one more is 429.
pub const QUEUED_TURNS: usize = 16;
/// A message to an assistant, or its answer with its reasoning.
pub const TURN_BYTES: usize = 1024 * 1024;
/// Sources that a turn is given: files and passages of files.
pub const SOURCES: usize = 1_000;
/// Files that a message names.
pub const TURN_FILES: usize = 64;
/// Citations of an answer.
pub const CITATIONS: usize = 256;
/// The quote of a citation.
pub const QUOTE_BYTES: usize = 2_000;
/// Tools that an assistant may have by name, MCP servers included.
pub const ASSISTANT_TOOLS: usize = 32;
/// Tool calls of a turn.
pub const TOOL_CALLS: usize = 64;
/// The arguments of a tool call, or its result.
pub const TOOL_BYTES: usize = 32 * 1024;
/// Turns and stateless requests of a key, or of a session's token, that are open at a time, unless the server's settings say another
/// number; one more is 429.
pub const OPEN_TURNS: u64 = 256;
/// Files that a key, or a session's token, uploads in a minute, unless the server's settings say another number; one more is 429.
pub const UPLOADS_A_MINUTE: u64 = 240;
/// Wrong keys and tokens that come from an address in a minute, unless the server's settings say another number; after that, requests
/// from there with any key or token are 429.
pub const FAILURES_A_MINUTE: u64 = 300;
/// Texts that end the answer to a message: OpenAI's number.
pub const STOP_TEXTS: usize = 4;
/// Files of a session.
pub const FILES: usize = 2_000;
/// A file that is uploaded.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// All files of a session together.
pub const FILES_BYTES: u64 = 1024 * 1024 * 1024;
/// A file's name.
pub const FILE_NAME_BYTES: usize = 1024;
/// Notes of the reader of a file.
pub const FILE_NOTES: usize = 16;
/// The expiry of a session that expires without use moves at most once in this time.
pub const RENEWAL_MS: u64 = 60_000;
/// How long the process that answers a turn may give no sign of life: 15 seconds. Then the turn is interrupted.
pub const TURN_LEASE_MS: u64 = 15_000;
/// Retries that a retry policy may ask for.
pub const RETRIES: u32 = 20;
/// Fallback agents of a task.
pub const FALLBACK_AGENTS: usize = 16;
/// The longest time that a task, a lease or a message may be given: 30 days.
pub const SPAN_MS: u64 = 30 * 24 * 3_600_000;
/// A task's timeout if its request has none: 5 minutes.
pub const TASK_TIMEOUT_MS: u64 = 300_000;
/// The time in which a task must be accepted if its request names none: 24 hours.
pub const TASK_START_MS: u64 = 24 * 3_600_000;
/// The longest life that a session may be given at creation: 10 years.
pub const EXPIRY_MS: u64 = 10 * 365 * 24 * 3_600_000;
/// The first delay of a retry whose policy names none.
pub const RETRY_BASE_MS: u64 = 1_000;
/// The longest delay between two retries.
pub const RETRY_CAP_MS: u64 = 60_000;
/// Messages that wait in one agent's inbox; one more is 429.
pub const INBOX: u64 = 10_000;
/// Messages of one sender that wait in one agent's inbox; one more is 429. Beyond as many messages in all, notices are
/// dropped, so that they never take the room of requests.
pub const INBOX_SENDER: u64 = 5_000;
/// How long a message that is no request of a task waits in an inbox: 30 days. Then it is a dead letter.
pub const INBOX_AGE_MS: u64 = 30 * 24 * 3_600_000;
/// How far ahead the `deliver_at` of a message may be: 30 days.
pub const DELIVER_AHEAD_MS: u64 = 30 * 24 * 3_600_000;
/// Messages of a session that wait for their `deliver_at`, beside the requests of tasks.
pub const DELAYED_MESSAGES: usize = 1_000;
/// Messages that one connection may hold unacknowledged.
pub const INBOX_WINDOW: usize = 64;
/// How long a delivered message may stay unacknowledged before it is delivered again.
pub const ACK_TIMEOUT_MS: u64 = 60_000;
/// Deliveries of one message before it is a dead letter.
pub const DELIVERY_ATTEMPTS: u32 = 16;
/// Items of a batch (acknowledgements, telemetry points, aggregated results).
pub const BATCH: usize = 1_000;
/// Rows of a page, whatever `limit` asks for.
pub const PAGE: usize = 1_000;
/// Rows of a page when `limit` is absent.
pub const PAGE_DEFAULT: usize = 100;
/// Bytes of a page of events, messages, sessions or tasks: it ends before the row that would pass this, but has one.
pub const PAGE_BYTES: usize = 4 * 1024 * 1024;
/// The longest that one long poll, one synchronous send or one message of A2A waits.
pub const WAIT_MS: u64 = 300_000;
/// The longest that one `wait_for_work` of MCP waits; many clients give up on a tool after a minute.
pub const MCP_WAIT_MS: u64 = 50_000;
/// How long it waits when `timeout_seconds` is absent.
pub const MCP_WAIT_DEFAULT_MS: u64 = 30_000;
/// Resources that one request of MCP listens to; further ones are not accepted.
pub const MCP_SUBSCRIPTIONS: usize = 64;
/// Tasks of a page of A2A's `ListTasks`: the protocol's number.
pub const A2A_PAGE: usize = 100;
/// Tasks of a page when `pageSize` is absent: the protocol's number.
pub const A2A_PAGE_DEFAULT: usize = 50;
/// Tasks that `ListTasks` looks at when it names no context: an agent's newest.
pub const A2A_TASKS: usize = 1_000;
/// How long the answer to an `Idempotency-Key` or a `message_id` is kept: 24 hours, as Restate keeps it.
pub const IDEMPOTENCY_MS: u64 = 24 * 3_600_000;
/// An `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_BYTES: usize = 256;
/// How long acknowledged messages and dead letters are kept: 7 days.
pub const MESSAGE_HISTORY_MS: u64 = 7 * 24 * 3_600_000;
/// Telemetry points kept for each session; older ones go first.
pub const TELEMETRY_POINTS: u64 = 1_000_000;
/// Registered agents.
pub const AGENTS: u64 = 100_000;
/// An agent's descriptor.
pub const DESCRIPTOR_BYTES: usize = 64 * 1024;
/// Without a heartbeat or a connection for this long an agent is `unreachable`.
pub const AGENT_UNREACHABLE_MS: u64 = 30_000;
/// Without a heartbeat or a connection for this long an agent is `gone`.
pub const AGENT_GONE_MS: u64 = 300_000;
/// Stored keys.
pub const KEYS: u64 = 10_000;
/// A schedule's id: a session's id has room for it and a time.
pub const SCHEDULE_ID_BYTES: usize = 100;
/// Schedules of one owner.
pub const SCHEDULES: u64 = 1_000;
/// A schedule with the session that it describes.
pub const SCHEDULE_BYTES: usize = 1024 * 1024;
/// The shortest `every` of a schedule.
pub const SCHEDULE_EVERY_MS: u64 = 60_000;
/// Missed times of a schedule that are made up for at once; the latest ones count.
pub const SCHEDULE_CATCH_UP: usize = 100;
/// Requests that wait for a model in the process; one more is refused until one has been answered.
pub const MODEL_QUEUE: usize = 64;
/// Bytes of what a model in the process keeps of the conversations that it has read, unless its settings say another number.
pub const MODEL_CACHE_BYTES: usize = 1024 * 1024 * 1024;
/// Tokens of a prompt and its answer for a model in the process. One that was trained on fewer has fewer.
pub const MODEL_CONTEXT: usize = 32_768;
