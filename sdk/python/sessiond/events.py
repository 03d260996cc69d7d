"""The events of a session's journal, as dictionaries whose `type` says what their `data` holds.

Generated from docs/openapi.json by `cargo xtask openapi`. Change the server, never this file.
"""

from __future__ import annotations

from typing import Any, Literal, Optional, TypedDict, Union

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
    """What the node is; `function` when absent."""
    position: Optional[int]
    """Its index among its parent's calls, from 0."""
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
    opaque: Optional[bool]
    """Whether its output is shown to people alone; a replay runs the call again."""
    output: Any
    """Its output: any JSON."""
    output_omitted: Optional[int]
    """The size of its output in bytes, when that was too large to be kept here."""
    error: Optional[CallError]
    """What went wrong."""
    usage: Optional[Usage]
    """What a model used."""


class CallEntry(_CallEntryOptional):
    """What is told of one call: that it began, that it ended, or both."""

    call: int
    """Its number in the session: 1, 2, 3 and so on in the order in which calls began."""


class _CallErrorOptional(TypedDict, total=False):
    trace: Optional[str]
    """Where it came from, for people."""


class CallError(_CallErrorOptional):
    """What went wrong in a call."""

    type: str
    """The kind of error, such as the name of an exception."""
    message: str
    """What it says."""


CallKind = Literal[
    "function",
    "agent",
    "model",
    "tool",
    "other",
]
"""What a node is."""


CallStatus = Literal[
    "completed",
    "failed",
    "timeout",
    "cancelled",
    "abandoned",
]
"""How a call ended."""


class CallsRecorded(TypedDict):
    """Calls began and ended."""

    writer: int
    """Who writes."""
    batch: int
    """The number of this batch among those of its writer, from 1."""
    calls: list[CallEntry]
    """What happened, in this order."""


class ContextUpdated(TypedDict, total=False):
    """The shared context was replaced, or patched (RFC 7396)."""

    document: Any
    """The whole document, when it was replaced."""
    patch: Any
    """The merge patch, when it was patched."""


class _ExecutionBeganOptional(TypedDict, total=False):
    keep: Optional[int]
    """Replay uses no record of a call with a larger number."""


class ExecutionBegan(_ExecutionBeganOptional):
    """A process began to write calls, or took over from another. What was open then is interrupted, and a session
    that had failed continues."""

    writer: int
    """What the process shows with each batch; it grows with each process."""
    process: str
    """Which process."""


class ForkPoint(TypedDict):
    """Where a session was forked from."""

    session_id: str
    """The session that it was copied from."""
    revision: int
    """The last revision that was copied."""


Kind = Literal[
    "workflow",
    "assistant",
    "training",
    "federated",
    "execution",
]
"""Which facet leads a session."""


class LeaseClaimed(TypedDict):
    """A process took the right to write in a participant's name."""

    agent_id: str
    """In whose name."""
    holder: str
    """Which process."""
    fence: int
    """What it must show with each write."""
    ttl: str
    """How long the lease lasts without a renewal."""


class LeaseExpired(TypedDict):
    """It was not heard of in time and was declared dead."""

    agent_id: str
    """In whose name."""
    fence: int
    """The token that is void now."""


class LeaseReleased(TypedDict):
    """It gave the right back."""

    agent_id: str
    """In whose name."""
    fence: int
    """The token that is void now."""


class _MessageSentOptional(TypedDict, total=False):
    in_reply_to: Optional[str]
    """The message that it answers."""


class MessageSent(_MessageSentOptional):
    """A message between participants that is no task request."""

    message_id: str
    """Its id."""
    sender: str
    """From whom."""
    recipient: str
    """To whom."""
    message_type: MessageType
    """What it is."""
    priority: Priority
    """Orders the inbox."""
    payload: Any
    """What it says."""


MessageType = Literal[
    "task_request",
    "task_response",
    "status_update",
    "error",
    "heartbeat",
]
"""What a message is."""


OnFailure = Literal[
    "fail",
    "continue",
    "retry",
]
"""What a failed task means for its step."""


class Outcome(TypedDict, total=False):
    """How a session ended."""

    summary: Optional[str]
    """What was reached, by whoever completed it."""
    artifacts: list[str]
    """Where the results lie, such as `s3://artifacts/build.zip`."""
    reason: Optional[str]
    """Why it was stopped or failed."""
    details: Optional[str]
    """More on the reason."""


class ParticipantAdded(TypedDict):
    """An agent joined, or joined again."""

    agent_id: str
    """Who."""
    framework: str
    """Its framework."""
    role: str
    """What it does here."""


class ParticipantRemoved(TypedDict):
    """An agent left."""

    agent_id: str
    """Who."""


class _PlannedStepOptional(TypedDict, total=False):
    description: Optional[str]
    """What it is for."""
    optional_agents: list[str]
    """Who may work in it too; when such a task fails, the step does not."""
    dependencies: list[str]
    """The steps that must be complete before it starts."""
    on_failure: OnFailure
    """What a failed task means."""
    outputs: list[str]
    """What it should give, for people."""
    estimated_duration: Optional[str]
    """How long it should take, for people."""
    task: Optional[TaskTemplate]
    """The task that each required agent is given when the step starts."""
    reason: Optional[str]
    """Why it is that, when not by the plan alone."""
    started_at: Optional[str]
    """When it last started."""
    started_revision: int
    """The revision at which it last started; tasks from before do not count for it."""
    ended_at: Optional[str]
    """When it last ended."""


class PlannedStep(_PlannedStepOptional):
    """A step of the plan and its state."""

    name: str
    """Its name, unique in the plan."""
    required_agents: list[str]
    """Who must have completed a task in it before it is complete."""
    status: StepStatus
    """What it is now."""


Priority = Literal[
    "low",
    "medium",
    "high",
    "critical",
]
"""Orders an inbox. Among messages of one sender and session the order of sending holds all the same."""


class _RetryPolicyOptional(TypedDict, total=False):
    backoff: Backoff
    """How the delay grows."""
    base: Optional[str]
    """The first delay; one second when absent."""
    cap: Optional[str]
    """The longest delay; one minute, or `base` when that is longer, when absent."""
    jitter: bool
    """Whether half of each delay is drawn at random, so that many failures do not come back at once."""


class RetryPolicy(_RetryPolicyOptional):
    """When and how often a failed attempt is made again."""

    max_retries: int
    """Attempts after the first."""


class SessionCompleted(TypedDict):
    """Its work is done."""

    outcome: Outcome
    """What was reached."""


class _SessionCreatedOptional(TypedDict, total=False):
    name: Optional[str]
    """What people call it."""
    client_id: Optional[str]
    """The person or program that it serves, for an assistant."""
    orchestrator: Optional[str]
    """The agent that leads the work."""
    labels: dict[str, str]
    """Free labels to find it by."""
    expires_at: Optional[str]
    """When it expires."""
    parent: Optional[str]
    """The session that it belongs to."""
    shared_context: Any
    """The shared context at the beginning."""


class SessionCreated(_SessionCreatedOptional):
    """The session began."""

    session_id: str
    """Its id."""
    kind: Kind
    """Which facet leads it."""
    owner: str
    """Whose it is: a principal's name."""


class SessionExpired(TypedDict):
    """Its time ran out."""


class SessionFailed(TypedDict):
    """Its work could not be done."""

    outcome: Outcome
    """Why."""


_SessionForkedReserved = TypedDict("_SessionForkedReserved", {"from": "ForkPoint"})


class SessionForked(_SessionForkedReserved):
    """The journal before this event was copied from another session."""

    session_id: str
    """The id of this session."""
    owner: str
    """Whose it is."""


class SessionTerminated(TypedDict):
    """Somebody stopped it."""

    outcome: Outcome
    """Why."""


class SessionUpdated(TypedDict, total=False):
    """Its name, labels or expiry changed; what is absent stayed."""

    name: Optional[str]
    """The new name."""
    labels: Optional[dict[str, str]]
    """All labels, the new and the old."""
    expires_at: Optional[str]
    """The new expiry."""


class _StepChangeOptional(TypedDict, total=False):
    reason: Optional[str]
    """Why, when it was not by the plan alone."""


class StepChange(_StepChangeOptional):
    """A step that changed."""

    name: str
    """Which."""
    status: StepStatus
    """What it is now."""


StepStatus = Literal[
    "pending",
    "active",
    "completed",
    "failed",
]
"""What a step is."""


class _TaskDelegatedOptional(TypedDict, total=False):
    delegator: Optional[str]
    """Who asks; absent when the plan itself does."""
    step: Optional[str]
    """The step that it belongs to."""
    step_retry: int
    """How often the step has started this work anew."""
    fallback_agents: list[str]
    """Who is asked next."""
    metadata: dict[str, Any]
    """What the sender attached to the request."""


class TaskDelegated(_TaskDelegatedOptional):
    """A participant was asked for work."""

    task_id: str
    """The task."""
    task_type: str
    """What kind of work."""
    delegatee: str
    """Who is asked."""
    payload: Any
    """What for."""
    priority: Priority
    """Orders the inbox."""
    timeout: str
    """The time that one attempt may take."""
    retry_policy: RetryPolicy
    """When and how often a failed attempt is made again."""
    message_id: str
    """The message that carries the request."""
    deadline: str
    """When this attempt is over time."""


TaskStatus = Literal[
    "pending",
    "in_progress",
    "completed",
    "failed",
    "timeout",
    "cancelled",
]
"""What a task is."""


class _TaskTemplateOptional(TypedDict, total=False):
    payload: Any
    """What for."""
    priority: Priority
    """Orders the inbox."""
    timeout: Optional[str]
    """The time that one attempt may take."""
    retry_policy: Optional[RetryPolicy]
    """When and how often a failed attempt is made again."""
    fallback_agents: list[str]
    """Who is asked next."""


class TaskTemplate(_TaskTemplateOptional):
    """The task that a plan itself delegates when a step starts."""

    task_type: str
    """What kind of work."""


class _TaskUpdatedOptional(TypedDict, total=False):
    progress: Any
    """How far it is, in the agent's own words."""
    result: Any
    """What it gave."""
    error: Any
    """Why the attempt failed."""
    ended: Optional[TaskStatus]
    """How the attempt before ended, when a new one begins."""
    message_id: Optional[str]
    """The message that carries the request of a new attempt."""
    retry_at: Optional[str]
    """When a new attempt begins."""
    deadline: Optional[str]
    """When a new attempt is over time."""


class TaskUpdated(_TaskUpdatedOptional):
    """A task made progress or ended; what is absent stayed as it was."""

    task_id: str
    """Which."""
    status: TaskStatus
    """What it is now."""
    attempt: int
    """The attempt that is under way, or was the last."""
    assignee: str
    """Who has it now."""


class Usage(TypedDict, total=False):
    """What a model used in a call."""

    model: Optional[str]
    """The model's name."""
    provider: Optional[str]
    """Who runs it."""
    input_tokens: int
    """Tokens that it read."""
    output_tokens: int
    """Tokens that it wrote."""
    cost: Optional[float]
    """What it cost, in US dollars."""
    latency_us: Optional[int]
    """How long it took to answer, in microseconds."""


class _WorkflowAdvancedOptional(TypedDict, total=False):
    current_step: Optional[str]
    """The first step that is active after this."""
    workflow_completed: bool
    """Whether the last step has ended."""


class WorkflowAdvanced(_WorkflowAdvancedOptional):
    """Steps began, ended or were set manually."""

    steps: list[StepChange]
    """What changed, in this order."""


class WorkflowUpdated(TypedDict):
    """The plan was given or replaced; steps that keep their name keep their state."""

    steps: list[PlannedStep]
    """The whole plan."""


class _Frame(TypedDict):
    """What every event has."""

    seq: int
    """Its number: 1, 2, 3 and so on with no gaps."""
    time: str
    actor: str
    """Who caused it: an agent's id, or a principal's name."""


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


class CallsRecordedEvent(_Frame):
    """`calls_recorded`."""

    type: Literal["calls_recorded"]
    data: CallsRecorded


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
    SessionCompletedEvent,
    SessionTerminatedEvent,
    SessionFailedEvent,
    SessionExpiredEvent,
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
    CallsRecordedEvent,
    UnknownEvent,
]
"""One entry of a session's journal: which members `data` has follows from `type`."""


__all__ = [
    "Backoff",
    "CallEntry",
    "CallError",
    "CallKind",
    "CallStatus",
    "CallsRecorded",
    "CallsRecordedEvent",
    "ContextUpdated",
    "ContextUpdatedEvent",
    "Event",
    "ExecutionBegan",
    "ExecutionBeganEvent",
    "ForkPoint",
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
    "PlannedStep",
    "Priority",
    "RetryPolicy",
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
    "SessionTerminated",
    "SessionTerminatedEvent",
    "SessionUpdated",
    "SessionUpdatedEvent",
    "StepChange",
    "StepStatus",
    "TaskDelegated",
    "TaskDelegatedEvent",
    "TaskStatus",
    "TaskTemplate",
    "TaskUpdated",
    "TaskUpdatedEvent",
    "UnknownEvent",
    "UnknownEventType",
    "Usage",
    "WorkflowAdvanced",
    "WorkflowAdvancedEvent",
    "WorkflowUpdated",
    "WorkflowUpdatedEvent",
]
