"""The events of a session's journal, as dictionaries whose `type` says what their `data` holds.

Generated from docs/openapi.json by `cargo xtask openapi`. Change the server, never this file.
"""

from __future__ import annotations

from typing import Any, Literal, Optional, TypedDict, Union

AnswerMode = Literal[
    "chat",
    "query",
]
"""The sources of an answer."""


class Asker(TypedDict, total=False):
    """For what a question is asked: a call, a task or a step. None of them: the session as a whole."""

    call: Optional[int]
    """The number of the call."""
    task_id: Optional[str]
    """The task."""
    step: Optional[str]
    """The step's name."""


class Assistant(TypedDict, total=False):
    """The assistant of a session. Absent members have the server's default."""

    model: Optional[str]
    """The model's name."""
    prompt: Optional[str]
    """How it shall behave: the first message of each request to the model."""
    temperature: Optional[float]
    """How freely it draws its words: from 0, the likeliest each time, to 2."""
    max_tokens: Optional[int]
    """The maximum number of tokens of an answer."""
    tools: Optional[list[str]]
    """The tools that the model may call: `search`, `grep`, `read`, `calculate`, and the names of the server's MCP
    servers. Empty for none."""


class AssistantSet(TypedDict):
    """The assistant was set, as a whole."""

    assistant: Assistant
    """The assistant."""


Backoff = Literal[
    "linear",
    "exponential",
]
"""How the delay between attempts grows."""


class _CallEntryOptional(TypedDict, total=False):
    parent: Optional[int]
    """The call that made it; absent when the program itself did."""
    node: Optional[str]
    """The node's name. When it is there, the call began: `position`, `key` and `began_us` are there too."""
    kind: Optional[CallKind]
    """The kind of the node. Default: `function`."""
    branch: Optional[str]
    """The branch of its parent's concurrency that made it; absent for the parent's own line."""
    position: Optional[int]
    """Its index among the calls of that branch, from 0."""
    began_order: Optional[int]
    """The place of its begin among all begins, ends and context writes of the session, from 1."""
    key: Optional[str]
    """A hash of its input, in hexadecimal digits; replay finds the call by it."""
    resumes: Optional[int]
    """The interrupted call that it resumes."""
    began_us: Optional[int]
    """When it began, in microseconds since the Unix epoch."""
    input: Any
    """Its input: any JSON."""
    input_omitted: Optional[int]
    """The size of its input in bytes, when that was too large to be kept here."""
    status: Optional[CallStatus]
    """How it ended. When it is there, the call ended: `ended_us` is there too."""
    ended_us: Optional[int]
    """When it ended, in microseconds since the Unix epoch."""
    ended_order: Optional[int]
    """The place of its end among all begins, ends and context writes of the session, from 1."""
    opaque: Optional[bool]
    """Whether its output is shown to people alone; a replay runs the call again."""
    output: Any
    """Its output: any JSON."""
    output_omitted: Optional[int]
    """The size of its output in bytes, when that was too large to be kept here."""
    output_sha256: Optional[str]
    """The SHA-256 of an omitted output that the process kept beside its journal, in hexadecimal digits."""
    error: Optional[CallError]
    """The error."""
    usage: Optional[Usage]
    """The usage of a model."""


class CallEntry(_CallEntryOptional):
    """One entry about a call: its start, its end, or both."""

    call: int
    """Its number in the session: 1, 2, 3 and so on in the order in which calls began."""


class _CallErrorOptional(TypedDict, total=False):
    trace: Optional[str]
    """Its stack trace."""
    value: Any
    """The error as its language writes it, from which replay raises it again: any JSON."""


class CallError(_CallErrorOptional):
    """The error of a call."""

    type: str
    """The kind of error, such as the name of an exception."""
    message: str
    """Its message."""


CallKind = Literal[
    "function",
    "agent",
    "model",
    "tool",
    "other",
]
"""The kind of a node."""


CallStatus = Literal[
    "completed",
    "failed",
    "timeout",
    "cancelled",
    "abandoned",
]
"""How a call ended."""


class _CallsRecordedOptional(TypedDict, total=False):
    fatal: list[int]
    """The calls whose error ended the program; replay runs them again. Empty if absent."""


class CallsRecorded(_CallsRecordedOptional):
    """The writer recorded a batch of calls."""

    writer: int
    """The writer's number."""
    batch: int
    """The batch's number for this writer, from 1."""
    calls: list[CallEntry]
    """The entries, in order."""


class _CitationOptional(TypedDict, total=False):
    passage: Optional[int]
    """The number of the passage in the file."""
    place: Optional[str]
    """Where it is in the file, such as `page 3, lines 4–9`."""


class Citation(_CitationOptional):
    """A source that an answer cites."""

    number: int
    """The number of the source, as it is in the answer: `[1]`."""
    file_id: str
    """The file."""
    name: str
    """The file's name then."""
    quote: str
    """A copy of the passage's text, so that it can be read when the file has gone."""


class ContextUpdated(TypedDict, total=False):
    """The shared context was replaced, patched, or written by a program. Exactly one of the members is present."""

    document: Any
    """The whole document, if it was replaced."""
    patch: Any
    """The merge patch (RFC 7396), if it was patched."""
    writes: Optional[list[ContextWrite]]
    """The values that a program wrote, in order."""


class _ContextWriteOptional(TypedDict, total=False):
    call: Optional[int]
    """The call that wrote it; absent if the program itself did."""
    branch: Optional[str]
    """The branch of that call's concurrency; absent for its own line."""
    value: Any
    """The value; absent if it was removed."""


class ContextWrite(_ContextWriteOptional):
    """A value of the shared context that a program wrote. It replaces the whole value that was there."""

    order: int
    """Its place among all begins, ends and context writes of the session, from 1. 0 for a value that was given
    when the session was resumed, and counts as one that it began with."""
    key: str
    """The name of the value."""


class ConversationCleared(TypedDict):
    """All turns were removed. Their texts leave the events before this one."""


class _ConversationCompactedOptional(TypedDict, total=False):
    text: Optional[str]
    """The summary; absent if there is none, and the turns are left out."""
    usage: Optional[Usage]
    """The model, and the tokens of the summary."""


class ConversationCompacted(_ConversationCompactedOptional):
    """Earlier turns were summarised. In the branches that have them, a model is sent the summary in their place
    from then on; the turns themselves stay."""

    through: str
    """The last of these turns. The others are those that lead to it."""


DeliveryMode = Literal[
    "async",
    "sync",
]
"""Whether the sender waits for the response."""


class _ExecutionBeganOptional(TypedDict, total=False):
    keep: Optional[int]
    """Replay uses no recorded call with a larger number."""
    lease: Optional[ExecutionLease]
    """The lease that the writer took, by which the session knows whether it still runs the execution."""
    take_over: bool
    """Whether the process was to take the execution also from one that ran it. False if absent."""


class ExecutionBegan(_ExecutionBeganOptional):
    """A process became the writer of the session's calls. Calls that were open are interrupted, and a session that
    had failed is active again."""

    writer: int
    """The writer's number, which each batch must carry; it increases with each process."""
    process: str
    """The process."""


class ExecutionContinued(TypedDict):
    """The writer of an interrupted execution renewed its lease before another process resumed it, and continues."""

    writer: int
    """The writer's number."""


class _ExecutionInterruptedOptional(TypedDict, total=False):
    expired: bool
    """Whether its lease expired without a renewal; otherwise the writer released it. False if absent."""


class ExecutionInterrupted(_ExecutionInterruptedOptional):
    """The writer runs the execution no more, and has not ended it: any process may resume it."""

    writer: int
    """The writer's number."""


class ExecutionLease(TypedDict):
    """The right to write an execution, until it expires: each batch of the writer renews it."""

    holder: str
    """Whose it is, such as the id of the directory that a program records in. The same holder may begin again at
    any time."""
    ttl: str
    """How long it lasts without a renewal."""


class _FileAddedOptional(TypedDict, total=False):
    notes: list[str]
    """Notes of its reader, such as pages without text."""


class FileAdded(_FileAddedOptional):
    """A file was stored, and its text was read."""

    file_id: str
    """The file's id."""
    name: str
    """Its name, as it was uploaded, in Unicode's composed form (NFC). Empty after the file was removed."""
    media_type: str
    """Its media type by its content, such as `application/pdf`."""
    bytes: int
    """Its size in bytes."""
    sha256: str
    """The SHA-256 of its bytes, in hexadecimal digits."""
    characters: int
    """The characters of its text."""
    passages: int
    """The passages that its text is searched by."""


class FilesRemoved(TypedDict):
    """Files were removed. Their names leave the events before this one."""

    file_ids: list[str]
    """Which."""


class ForkPoint(TypedDict):
    """Where a session was forked from."""

    session_id: str
    """The session that was copied."""
    revision: int
    """The last revision that was copied."""


class HeadMoved(TypedDict, total=False):
    """The next turn follows another one."""

    turn_id: Optional[str]
    """The turn that the next one follows; absent for the beginning."""


JoinWord = Literal[
    "all",
    "first",
]
"""Whose work a step waits for, in a word."""


Kind = Literal[
    "workflow",
    "assistant",
    "training",
    "federated",
    "execution",
]
"""Which facet leads a session."""


class LeaseClaimed(TypedDict):
    """A process claimed the right to write in a participant's name."""

    agent_id: str
    """The participant."""
    holder: str
    """The process that holds the lease."""
    fence: int
    """The fencing token that each of its writes must carry."""
    ttl: str
    """How long the lease lasts without a renewal."""


class LeaseExpired(TypedDict):
    """The holder did not renew the lease in time and was declared dead."""

    agent_id: str
    """The participant."""
    fence: int
    """The fencing token that is now void."""


class LeaseReleased(TypedDict):
    """The holder released the lease."""

    agent_id: str
    """The participant."""
    fence: int
    """The fencing token that is now void."""


class _MessageSentOptional(TypedDict, total=False):
    deliver_at: Optional[str]
    """When it is delivered, if not at once."""
    in_reply_to: Optional[str]
    """The message that it responds to."""


class MessageSent(_MessageSentOptional):
    """A participant sent a message that is not a task request."""

    message_id: str
    """The message's id."""
    sender: str
    """The agent that sent it."""
    recipient: str
    """The agent that receives it."""
    message_type: MessageType
    """`task_response`, `status_update` or `error`."""
    priority: Priority
    """Its priority in the inbox."""
    payload: Any
    """The content."""


MessageType = Literal[
    "task_request",
    "task_response",
    "status_update",
    "error",
    "heartbeat",
]
"""The type of a message."""


OnFailure = Literal[
    "fail",
    "continue",
    "retry",
]
"""The consequence of a failed task for its step."""


class Outcome(TypedDict, total=False):
    """How a session ended."""

    summary: Optional[str]
    """A summary of the result."""
    artifacts: list[str]
    """Where the results are, such as `s3://artifacts/build.zip`."""
    reason: Optional[str]
    """Why the session failed or was stopped."""
    details: Optional[str]
    """Details of the reason."""


class ParticipantAdded(TypedDict):
    """An agent joined, or joined again."""

    agent_id: str
    """The agent."""
    framework: str
    """Its framework."""
    role: str
    """Its role in the session."""


class ParticipantRemoved(TypedDict):
    """An agent left."""

    agent_id: str
    """The agent."""


class _PartyOptional(TypedDict, total=False):
    framework: Optional[str]
    """Its framework. Default: the part of its id before `://`."""
    session_id: Optional[str]
    """The session that the message belongs to."""


class Party(_PartyOptional):
    """One end of a message."""

    agent_id: str
    """The agent."""


class _PlannedStepOptional(TypedDict, total=False):
    description: Optional[str]
    """Its purpose."""
    optional_agents: list[str]
    """Agents that may also work in it."""
    dependencies: list[str]
    """The steps that must be complete before it starts."""
    join: Union[JoinWord, int]
    """Whose work it waits for: `all` of its required agents, the `first` of them, or that many of them."""
    question: Optional[StepQuestion]
    """The question that is asked when it starts. Its work begins with the answer."""
    on_failure: OnFailure
    """The consequence of a task that fails for good: `fail`, `continue` or `retry`."""
    outputs: list[str]
    """Its expected outputs, for readers."""
    estimated_duration: Optional[str]
    """Its expected duration, for readers."""
    task: Optional[TaskTemplate]
    """The task that each required agent receives when the step starts."""
    reason: Optional[str]
    """Why it has this status, if not through the plan alone."""
    started_at: Optional[str]
    """When it last started."""
    started_revision: int
    """The revision at which it last started; earlier tasks do not count for it."""
    ended_at: Optional[str]
    """When it last ended."""


class PlannedStep(_PlannedStepOptional):
    """A step of the plan and its state."""

    name: str
    """Its name, unique in the plan."""
    required_agents: list[str]
    """The agents that must each complete a task in it."""
    status: StepStatus
    """`pending`, `active`, `completed` or `failed`."""


Priority = Literal[
    "low",
    "medium",
    "high",
    "critical",
]
"""The priority in an inbox. Messages of one sender and session keep their order of sending nevertheless."""


class QuestionAnswered(TypedDict):
    """A question was answered."""

    question_id: str
    """The question's id."""
    answer: Any
    """The answer."""


class _QuestionAskedOptional(TypedDict, total=False):
    details: Any
    """The facts for an answer."""
    schema: Any
    """The JSON schema of the answer."""
    asker: Asker
    """The call, task or step that asks; absent if the session as a whole does."""
    answerers: list[str]
    """The only answerers: names of keys, and ids of agents."""
    deadline: Optional[str]
    """When it expires."""
    default: Any
    """The answer if it expires."""
    by_plan: bool
    """Whether the plan asks it, and its step waits for the answer; false if absent."""


class QuestionAsked(_QuestionAskedOptional):
    """A question was asked. Under the id of a withdrawn question, that question is open again."""

    question_id: str
    """The question's id."""
    kind: QuestionKind
    """`input` or `approval`."""
    text: str
    """The text of the question."""


class _QuestionClosedOptional(TypedDict, total=False):
    reason: Optional[str]
    """Why it was withdrawn."""


class QuestionClosed(_QuestionClosedOptional):
    """A question was closed without an answer. The end of a session closes its open questions without this event."""

    question_id: str
    """The question's id."""
    status: QuestionStatus
    """`expired`: its answer is now its default, if it has one. `withdrawn`: nobody needs its answer any more."""


QuestionKind = Literal[
    "input",
    "approval",
]
"""The kind of answer that a question needs."""


QuestionStatus = Literal[
    "open",
    "answered",
    "expired",
    "withdrawn",
]
"""Whether a question waits for an answer."""


class _RetryPolicyOptional(TypedDict, total=False):
    backoff: Backoff
    """How the delay grows: `linear` or `exponential`."""
    base: Optional[str]
    """The first delay; one second if absent."""
    cap: Optional[str]
    """The longest delay; one minute if absent, or `base` if that is longer."""
    jitter: bool
    """Whether half of each delay is random."""


class RetryPolicy(_RetryPolicyOptional):
    """When and how often a failed attempt is retried."""

    max_retries: int
    """How many attempts may follow the first."""


class Routing(TypedDict, total=False):
    """How a message is delivered, and what happens when that fails."""

    timeout: Optional[str]
    """The time that one attempt of the task may take once it is accepted. Outside a session: how long a
    synchronous sender waits."""
    start_within: Optional[str]
    """The time in which an attempt of the task must be accepted. Default: `24h`."""
    heartbeat: Optional[str]
    """The longest time without a report on an attempt that is in progress."""
    retry_policy: Optional[RetryPolicy]
    """When and how often a failed attempt is retried."""
    fallback_agents: list[str]
    """The agents that receive it next, in order, when the recipient fails for good."""
    delivery_mode: DeliveryMode
    """Whether the sender waits for the response."""


class _SentRequestOptional(TypedDict, total=False):
    in_reply_to: Optional[str]
    """The message that it answers."""


class SentRequest(_SentRequestOptional):
    """The members that a sender wrote in the message that requests a task, beside the task's own: the first
    attempt's request is delivered as it was sent."""

    timestamp: str
    """When the sender says it wrote the message."""
    sender: Party
    """The sender."""
    recipient: Party
    """The recipient."""
    routing: Routing
    """How it is delivered, and what happens when that fails."""


class SessionCompleted(TypedDict):
    """The work is done."""

    outcome: Outcome
    """The result."""


class _SessionCreatedOptional(TypedDict, total=False):
    name: Optional[str]
    """Its name."""
    client_id: Optional[str]
    """The person or program that an assistant serves."""
    orchestrator: Optional[str]
    """The agent that leads the work."""
    labels: dict[str, str]
    """Labels to find it by."""
    expires_at: Optional[str]
    """When it expires."""
    idle_timeout: Optional[str]
    """The time without use after which it expires: each use moves the expiry."""
    parent: Optional[str]
    """The session that it belongs to."""
    shared_context: Any
    """The initial shared context."""


class SessionCreated(_SessionCreatedOptional):
    """The session was created. It is always the first event of a journal."""

    session_id: str
    """The session's id."""
    kind: Kind
    """The session's kind: `workflow`, `assistant`, `training`, `federated` or `execution`."""
    owner: str
    """The name of the key that owns it."""


class SessionExpired(TypedDict):
    """The session's time ran out."""


class SessionFailed(TypedDict):
    """The work could not be done."""

    outcome: Outcome
    """The reason."""


_SessionForkedReserved = TypedDict("_SessionForkedReserved", {"from": "ForkPoint"})


class _SessionForkedOptional(TypedDict, total=False):
    imported: bool
    """Whether the events were imported, so that their times and actors are what the document says; false if
    absent."""


class SessionForked(_SessionForkedReserved, _SessionForkedOptional):
    """The events before this one were copied from another session."""

    session_id: str
    """The id of this session."""
    owner: str
    """The name of the key that owns it."""


_SessionImportedReserved = TypedDict("_SessionImportedReserved", {"from": "ForkPoint"})


class SessionImported(_SessionImportedReserved):
    """The events before this one were imported, of a session that had ended: it stays ended, and their times and
    actors are what the document says."""

    session_id: str
    """The id of this session."""
    owner: str
    """The name of the key that owns it."""


class SessionRetried(TypedDict):
    """The session had failed and continues: what failed is tried again."""


class SessionTerminated(TypedDict):
    """Somebody stopped the session."""

    outcome: Outcome
    """The reason."""


class SessionUpdated(TypedDict, total=False):
    """The name, the labels or the expiry changed. An absent member did not change."""

    name: Optional[str]
    """The new name."""
    labels: Optional[dict[str, str]]
    """All labels after the change."""
    expires_at: Optional[str]
    """The new expiry."""


class SignalSent(TypedDict):
    """A signal was sent."""

    name: str
    """The signal's name."""
    value: Any
    """The signal's value."""


class _SourceOptional(TypedDict, total=False):
    passage: Optional[int]
    """The number of the passage in the file; absent if it is the whole file."""
    place: Optional[str]
    """Where the passage is in the file, such as `page 3, lines 4–9`."""
    call: Optional[int]
    """The number of the tool call whose result had it; absent if it came with the message."""


class Source(_SourceOptional):
    """A file, or a passage of one, that the model was given for a turn."""

    number: int
    """The number by which the model may cite it. On the path to the turn no other source has it."""
    file_id: str
    """The file."""
    name: str
    """The file's name then."""


class _StepChangeOptional(TypedDict, total=False):
    reason: Optional[str]
    """Why, if not through the plan alone."""
    resumed: bool
    """Whether a failed step is active again with the work that was done in it; false if absent."""


class StepChange(_StepChangeOptional):
    """A step that changed."""

    name: str
    """The step."""
    status: StepStatus
    """Its new status."""


class _StepQuestionOptional(TypedDict, total=False):
    kind: QuestionKind
    """`input`, or `approval`: a rejected step fails. Default: `approval`."""
    details: Any
    """The facts for an answer."""
    schema: Any
    """The JSON schema of the answer to an input."""
    answerers: list[str]
    """The only answerers: names of keys, and ids of agents. Default: everybody who commands the session."""
    timeout: Optional[str]
    """The time for an answer. Default: no limit."""
    default: Any
    """The answer if nobody answers in time."""


class StepQuestion(_StepQuestionOptional):
    """The question that a step asks when it starts."""

    text: str
    """The text of the question."""


StepStatus = Literal[
    "pending",
    "active",
    "completed",
    "failed",
]
"""The status of a step."""


class _TaskDelegatedOptional(TypedDict, total=False):
    delegator: Optional[str]
    """The agent that delegated it; absent if the plan or a person did."""
    step: Optional[str]
    """The step that it belongs to."""
    step_retry: int
    """How often the step has started this work again."""
    retry_of: Optional[str]
    """The failed task whose work this one does again."""
    start_within: Optional[str]
    """The time in which an attempt must be accepted. In older journals: absent, and `timeout` counted from the
    request."""
    heartbeat: Optional[str]
    """The longest time without a report on an attempt that is in progress."""
    fallback_agents: list[str]
    """The agents that receive it next, in order."""
    metadata: dict[str, Any]
    """Data that the sender attached to the request."""
    deliver_at: Optional[str]
    """The time before which no attempt is requested."""
    sent: Optional[SentRequest]
    """The request as it was sent, if a message requested the task."""


class TaskDelegated(_TaskDelegatedOptional):
    """A participant received a task."""

    task_id: str
    """The task's id."""
    task_type: str
    """The type of work."""
    delegatee: str
    """The agent that is to do it."""
    payload: Any
    """The input of the work."""
    priority: Priority
    """Its priority in the inbox: `low`, `medium`, `high` or `critical`."""
    timeout: str
    """The time limit of one attempt once it is accepted."""
    retry_policy: RetryPolicy
    """When and how often a failed attempt is retried."""
    message_id: str
    """The message that carries the request."""
    deadline: str
    """When this attempt must be accepted."""


TaskStatus = Literal[
    "pending",
    "in_progress",
    "completed",
    "failed",
    "timeout",
    "cancelled",
]
"""The status of a task."""


class _TaskTemplateOptional(TypedDict, total=False):
    payload: Any
    """The input of the work."""
    priority: Priority
    """Its priority in the inbox."""
    timeout: Optional[str]
    """The time limit of one attempt once it is accepted. Default: `300s`."""
    start_within: Optional[str]
    """The time in which an attempt must be accepted. Default: `24h`."""
    heartbeat: Optional[str]
    """The longest time without a report on an attempt that is in progress."""
    retry_policy: Optional[RetryPolicy]
    """When and how often a failed attempt is retried."""
    fallback_agents: list[str]
    """The agents that receive the task next, in order, if the agent fails for good."""


class TaskTemplate(_TaskTemplateOptional):
    """The task that a plan itself delegates when a step starts."""

    task_type: str
    """The type of work."""


class _TaskUpdatedOptional(TypedDict, total=False):
    progress: Any
    """The progress that the agent reported."""
    result: Any
    """The result."""
    error: Any
    """Why the attempt failed."""
    ended: Optional[TaskStatus]
    """How the previous attempt ended, if a new one begins."""
    message_id: Optional[str]
    """The message that carries the request of a new attempt."""
    retry_at: Optional[str]
    """When a new attempt begins."""
    deadline: Optional[str]
    """When a new attempt must be accepted, or when the work on an accepted one must have ended or be reported on."""
    retryable: Optional[bool]
    """False if the attempt failed in a way that the same agent would fail again."""
    input_required: Optional[bool]
    """Whether the work waits for an answer to a question from now on; its deadline is then not counted."""


class TaskUpdated(_TaskUpdatedOptional):
    """A task changed. An absent member did not change."""

    task_id: str
    """The task's id."""
    status: TaskStatus
    """Its status now: `pending`, `in_progress`, `completed`, `failed`, `timeout` or `cancelled`."""
    attempt: int
    """The current attempt, or the last one."""
    assignee: str
    """The agent that has it now."""


class TokenIssued(TypedDict):
    """A token of the session was issued. It replaces the one before it."""

    sha256: str
    """The SHA-256 of the token, in hexadecimal digits. The token itself is not stored."""


class ToolAnswered(TypedDict):
    """A tool gave a result, or failed."""

    turn_id: str
    """The turn's id."""
    runner: int
    """The number of the runner."""
    number: int
    """The number of the call in its turn."""
    status: ToolStatus
    """`completed` or `failed`."""
    text: str
    """The result, or why there is none, as the model reads it."""
    duration_ms: int
    """The milliseconds that it took."""


class ToolCalled(TypedDict):
    """The model calls a tool. It is called when this is durable."""

    turn_id: str
    """The turn's id."""
    runner: int
    """The number of the runner."""
    number: int
    """The number of the call in its turn, from 1."""
    id: str
    """The id that the model's service gave it."""
    name: str
    """The tool's name."""
    arguments: str
    """The arguments as the model wrote them: JSON, unless it made a mistake."""
    round: int
    """The number of the model's request in the turn, from 1: calls of the same round were wanted at once."""
    offset: int
    """Where in the answer it is called: bytes of the text before it."""


ToolStatus = Literal[
    "called",
    "completed",
    "failed",
]
"""Whether a tool that was called gave a result."""


class _TurnBeganOptional(TypedDict, total=False):
    parent: Optional[str]
    """The turn that it follows; absent for the first one."""


class TurnBegan(_TurnBeganOptional):
    """A process began to answer a turn."""

    turn_id: str
    """The turn's id."""
    runner: int
    """The number of the runner: each has a higher one."""


class _TurnEndedOptional(TypedDict, total=False):
    text: str
    """The whole answer, or the part before its end."""
    reasoning: str
    """The model's reasoning. It is never sent to a model again."""
    finish: Optional[str]
    """Why the model stopped, in the provider's words: `stop`, `length` or another."""
    reason: Optional[str]
    """Why there is no whole answer, or why it may be wrong: the model has not read all of the conversation."""
    usage: Optional[Usage]
    """The model, and the tokens of the answer."""
    sources: list[Source]
    """The files and passages that the model was given for the turn."""
    citations: list[Citation]
    """The sources that the answer cites."""


class TurnEnded(_TurnEndedOptional):
    """A turn ended, once."""

    turn_id: str
    """The turn's id."""
    status: TurnStatus
    """How it ended: `completed`, `stopped`, `failed`, `interrupted` or `rolled_back`."""


class _TurnProgressedOptional(TypedDict, total=False):
    reasoning: str
    """The reasoning since the last checkpoint."""
    sources: list[Source]
    """The files and passages that the model was given, if no earlier checkpoint has them."""


class TurnProgressed(_TurnProgressedOptional):
    """More of an answer is known. At most one a second; the whole answer comes with `turn_ended`."""

    turn_id: str
    """The turn's id."""
    runner: int
    """The number of the runner."""
    offset: int
    """Where the text continues: bytes of the answer before it."""
    text: str
    """The text since the last checkpoint."""


class _TurnQueuedOptional(TypedDict, total=False):
    parent: Optional[str]
    """The turn that it is to follow; absent if it follows the head when it begins."""
    root: bool
    """Whether it follows no turn: another beginning; false if absent."""
    instructions: Optional[str]
    """Instructions to the model for this turn alone."""
    files: list[str]
    """The files that the message is about; the assistant chooses when there are none."""
    mode: AnswerMode
    """The sources of the answer, `chat` or `query`; `chat` if absent."""
    settings: TurnSettings
    """Settings for this answer alone; none if absent."""
    next: bool
    """Whether it goes before the turns that wait; false if absent."""


class TurnQueued(_TurnQueuedOptional):
    """A message was accepted. Its turn begins when those before it have ended."""

    turn_id: str
    """The turn's id."""
    text: str
    """The message."""


class TurnSettings(TypedDict, total=False):
    """Settings of a message for its own answer. Absent members are as the session's assistant has them."""

    temperature: Optional[float]
    """How freely the model draws its words: from 0, the likeliest each time, to 2."""
    top_p: Optional[float]
    """Draws from the likeliest words alone whose probabilities add up to this: above 0, at most 1."""
    max_tokens: Optional[int]
    """The maximum number of tokens of the answer."""
    stop: list[str]
    """Texts that end the answer and are not part of it: 4 at most."""
    seed: Optional[int]
    """The start of the random choice of words. The same seed and conversation give the same answer if the model
    supports that."""


TurnStatus = Literal[
    "queued",
    "running",
    "completed",
    "stopped",
    "failed",
    "interrupted",
    "rolled_back",
]
"""Whether a turn waits, runs, or how it ended."""


class Usage(TypedDict, total=False):
    """The usage of a model in a call."""

    model: Optional[str]
    """The model's name."""
    provider: Optional[str]
    """The service that runs it."""
    input_tokens: int
    """Tokens of the prompt."""
    output_tokens: int
    """Tokens of the answer."""
    cached_tokens: Optional[int]
    """Tokens of the prompt that were in a cache, and were not read again."""
    cost: Optional[float]
    """The cost in US dollars."""
    latency_us: Optional[int]
    """The time until the answer, in microseconds."""


class _WorkflowAdvancedOptional(TypedDict, total=False):
    current_step: Optional[str]
    """The first active step after the changes."""
    workflow_completed: bool
    """Whether the last step has ended; false if absent."""


class WorkflowAdvanced(_WorkflowAdvancedOptional):
    """Steps started, ended or were set manually."""

    steps: list[StepChange]
    """The changes, in order."""


class WorkflowUpdated(TypedDict):
    """The plan was set or replaced. A step that keeps its name keeps its state."""

    steps: list[PlannedStep]
    """The whole plan."""


class _Frame(TypedDict):
    """What every event has."""

    seq: int
    """Its number: 1, 2, 3 and so on with no gaps."""
    time: str
    actor: str
    """The agent or principal that caused it."""


class SessionCreatedEvent(_Frame):
    """`session_created`."""

    type: Literal["session_created"]
    data: SessionCreated


class SessionUpdatedEvent(_Frame):
    """`session_updated`."""

    type: Literal["session_updated"]
    data: SessionUpdated


class SessionForkedEvent(_Frame):
    """`session_forked`."""

    type: Literal["session_forked"]
    data: SessionForked


class SessionImportedEvent(_Frame):
    """`session_imported`."""

    type: Literal["session_imported"]
    data: SessionImported


class SessionCompletedEvent(_Frame):
    """`session_completed`."""

    type: Literal["session_completed"]
    data: SessionCompleted


class SessionTerminatedEvent(_Frame):
    """`session_terminated`."""

    type: Literal["session_terminated"]
    data: SessionTerminated


class SessionFailedEvent(_Frame):
    """`session_failed`."""

    type: Literal["session_failed"]
    data: SessionFailed


class SessionExpiredEvent(_Frame):
    """`session_expired`."""

    type: Literal["session_expired"]
    data: SessionExpired


class SessionRetriedEvent(_Frame):
    """`session_retried`."""

    type: Literal["session_retried"]
    data: SessionRetried


class TokenIssuedEvent(_Frame):
    """`token_issued`."""

    type: Literal["token_issued"]
    data: TokenIssued


class ParticipantAddedEvent(_Frame):
    """`participant_added`."""

    type: Literal["participant_added"]
    data: ParticipantAdded


class ParticipantRemovedEvent(_Frame):
    """`participant_removed`."""

    type: Literal["participant_removed"]
    data: ParticipantRemoved


class LeaseClaimedEvent(_Frame):
    """`lease_claimed`."""

    type: Literal["lease_claimed"]
    data: LeaseClaimed


class LeaseReleasedEvent(_Frame):
    """`lease_released`."""

    type: Literal["lease_released"]
    data: LeaseReleased


class LeaseExpiredEvent(_Frame):
    """`lease_expired`."""

    type: Literal["lease_expired"]
    data: LeaseExpired


class WorkflowUpdatedEvent(_Frame):
    """`workflow_updated`."""

    type: Literal["workflow_updated"]
    data: WorkflowUpdated


class WorkflowAdvancedEvent(_Frame):
    """`workflow_advanced`."""

    type: Literal["workflow_advanced"]
    data: WorkflowAdvanced


class ContextUpdatedEvent(_Frame):
    """`context_updated`."""

    type: Literal["context_updated"]
    data: ContextUpdated


class TaskDelegatedEvent(_Frame):
    """`task_delegated`."""

    type: Literal["task_delegated"]
    data: TaskDelegated


class TaskUpdatedEvent(_Frame):
    """`task_updated`."""

    type: Literal["task_updated"]
    data: TaskUpdated


class MessageSentEvent(_Frame):
    """`message_sent`."""

    type: Literal["message_sent"]
    data: MessageSent


class ExecutionBeganEvent(_Frame):
    """`execution_began`."""

    type: Literal["execution_began"]
    data: ExecutionBegan


class ExecutionInterruptedEvent(_Frame):
    """`execution_interrupted`."""

    type: Literal["execution_interrupted"]
    data: ExecutionInterrupted


class ExecutionContinuedEvent(_Frame):
    """`execution_continued`."""

    type: Literal["execution_continued"]
    data: ExecutionContinued


class CallsRecordedEvent(_Frame):
    """`calls_recorded`."""

    type: Literal["calls_recorded"]
    data: CallsRecorded


class QuestionAskedEvent(_Frame):
    """`question_asked`."""

    type: Literal["question_asked"]
    data: QuestionAsked


class QuestionAnsweredEvent(_Frame):
    """`question_answered`."""

    type: Literal["question_answered"]
    data: QuestionAnswered


class QuestionClosedEvent(_Frame):
    """`question_closed`."""

    type: Literal["question_closed"]
    data: QuestionClosed


class SignalSentEvent(_Frame):
    """`signal_sent`."""

    type: Literal["signal_sent"]
    data: SignalSent


class AssistantSetEvent(_Frame):
    """`assistant_set`."""

    type: Literal["assistant_set"]
    data: AssistantSet


class TurnQueuedEvent(_Frame):
    """`turn_queued`."""

    type: Literal["turn_queued"]
    data: TurnQueued


class TurnBeganEvent(_Frame):
    """`turn_began`."""

    type: Literal["turn_began"]
    data: TurnBegan


class TurnProgressedEvent(_Frame):
    """`turn_progressed`."""

    type: Literal["turn_progressed"]
    data: TurnProgressed


class ToolCalledEvent(_Frame):
    """`tool_called`."""

    type: Literal["tool_called"]
    data: ToolCalled


class ToolAnsweredEvent(_Frame):
    """`tool_answered`."""

    type: Literal["tool_answered"]
    data: ToolAnswered


class TurnEndedEvent(_Frame):
    """`turn_ended`."""

    type: Literal["turn_ended"]
    data: TurnEnded


class HeadMovedEvent(_Frame):
    """`head_moved`."""

    type: Literal["head_moved"]
    data: HeadMoved


class ConversationCompactedEvent(_Frame):
    """`conversation_compacted`."""

    type: Literal["conversation_compacted"]
    data: ConversationCompacted


class ConversationClearedEvent(_Frame):
    """`conversation_cleared`."""

    type: Literal["conversation_cleared"]
    data: ConversationCleared


class FileAddedEvent(_Frame):
    """`file_added`."""

    type: Literal["file_added"]
    data: FileAdded


class FilesRemovedEvent(_Frame):
    """`files_removed`."""

    type: Literal["files_removed"]
    data: FilesRemoved


UnknownEventType = Literal["(unknown)"]
"""The type of an event that this package does not know: any text but the names of known events. The literal is there
for type checkers alone; `kind: str = event["type"]` is the text."""


class UnknownEvent(_Frame):
    """An event of a type that this document does not know."""

    type: UnknownEventType
    data: Any


Event = Union[
    SessionCreatedEvent,
    SessionUpdatedEvent,
    SessionForkedEvent,
    SessionImportedEvent,
    SessionCompletedEvent,
    SessionTerminatedEvent,
    SessionFailedEvent,
    SessionExpiredEvent,
    SessionRetriedEvent,
    TokenIssuedEvent,
    ParticipantAddedEvent,
    ParticipantRemovedEvent,
    LeaseClaimedEvent,
    LeaseReleasedEvent,
    LeaseExpiredEvent,
    WorkflowUpdatedEvent,
    WorkflowAdvancedEvent,
    ContextUpdatedEvent,
    TaskDelegatedEvent,
    TaskUpdatedEvent,
    MessageSentEvent,
    ExecutionBeganEvent,
    ExecutionInterruptedEvent,
    ExecutionContinuedEvent,
    CallsRecordedEvent,
    QuestionAskedEvent,
    QuestionAnsweredEvent,
    QuestionClosedEvent,
    SignalSentEvent,
    AssistantSetEvent,
    TurnQueuedEvent,
    TurnBeganEvent,
    TurnProgressedEvent,
    ToolCalledEvent,
    ToolAnsweredEvent,
    TurnEndedEvent,
    HeadMovedEvent,
    ConversationCompactedEvent,
    ConversationClearedEvent,
    FileAddedEvent,
    FilesRemovedEvent,
    UnknownEvent,
]
"""One entry of a session's journal: which members `data` has follows from `type`."""


__all__ = [
    "AnswerMode",
    "Asker",
    "Assistant",
    "AssistantSet",
    "AssistantSetEvent",
    "Backoff",
    "CallEntry",
    "CallError",
    "CallKind",
    "CallStatus",
    "CallsRecorded",
    "CallsRecordedEvent",
    "Citation",
    "ContextUpdated",
    "ContextUpdatedEvent",
    "ContextWrite",
    "ConversationCleared",
    "ConversationClearedEvent",
    "ConversationCompacted",
    "ConversationCompactedEvent",
    "DeliveryMode",
    "Event",
    "ExecutionBegan",
    "ExecutionBeganEvent",
    "ExecutionContinued",
    "ExecutionContinuedEvent",
    "ExecutionInterrupted",
    "ExecutionInterruptedEvent",
    "ExecutionLease",
    "FileAdded",
    "FileAddedEvent",
    "FilesRemoved",
    "FilesRemovedEvent",
    "ForkPoint",
    "HeadMoved",
    "HeadMovedEvent",
    "JoinWord",
    "Kind",
    "LeaseClaimed",
    "LeaseClaimedEvent",
    "LeaseExpired",
    "LeaseExpiredEvent",
    "LeaseReleased",
    "LeaseReleasedEvent",
    "MessageSent",
    "MessageSentEvent",
    "MessageType",
    "OnFailure",
    "Outcome",
    "ParticipantAdded",
    "ParticipantAddedEvent",
    "ParticipantRemoved",
    "ParticipantRemovedEvent",
    "Party",
    "PlannedStep",
    "Priority",
    "QuestionAnswered",
    "QuestionAnsweredEvent",
    "QuestionAsked",
    "QuestionAskedEvent",
    "QuestionClosed",
    "QuestionClosedEvent",
    "QuestionKind",
    "QuestionStatus",
    "RetryPolicy",
    "Routing",
    "SentRequest",
    "SessionCompleted",
    "SessionCompletedEvent",
    "SessionCreated",
    "SessionCreatedEvent",
    "SessionExpired",
    "SessionExpiredEvent",
    "SessionFailed",
    "SessionFailedEvent",
    "SessionForked",
    "SessionForkedEvent",
    "SessionImported",
    "SessionImportedEvent",
    "SessionRetried",
    "SessionRetriedEvent",
    "SessionTerminated",
    "SessionTerminatedEvent",
    "SessionUpdated",
    "SessionUpdatedEvent",
    "SignalSent",
    "SignalSentEvent",
    "Source",
    "StepChange",
    "StepQuestion",
    "StepStatus",
    "TaskDelegated",
    "TaskDelegatedEvent",
    "TaskStatus",
    "TaskTemplate",
    "TaskUpdated",
    "TaskUpdatedEvent",
    "TokenIssued",
    "TokenIssuedEvent",
    "ToolAnswered",
    "ToolAnsweredEvent",
    "ToolCalled",
    "ToolCalledEvent",
    "ToolStatus",
    "TurnBegan",
    "TurnBeganEvent",
    "TurnEnded",
    "TurnEndedEvent",
    "TurnProgressed",
    "TurnProgressedEvent",
    "TurnQueued",
    "TurnQueuedEvent",
    "TurnSettings",
    "TurnStatus",
    "UnknownEvent",
    "UnknownEventType",
    "Usage",
    "WorkflowAdvanced",
    "WorkflowAdvancedEvent",
    "WorkflowUpdated",
    "WorkflowUpdatedEvent",
]
