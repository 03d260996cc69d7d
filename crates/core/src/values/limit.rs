//! Which limit was reached. The numbers themselves are in `limits.rs`.

use crate::limits;

/// A limit that a session, or what is recorded in it, can reach. Its text says what there would be too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::Display, strum::IntoStaticStr)]
pub enum Limit {
    /// [`limits::EVENTS`].
    #[strum(to_string = "events of a session")]
    Events,
    /// [`limits::SESSION_BYTES`].
    #[strum(to_string = "bytes of a session")]
    SessionBytes,
    /// [`limits::NAME_BYTES`].
    #[strum(to_string = "bytes of a name")]
    NameBytes,
    /// [`limits::LABELS`].
    #[strum(to_string = "labels")]
    Labels,
    /// [`limits::LABEL_BYTES`].
    #[strum(to_string = "bytes of a label")]
    LabelBytes,
    /// [`limits::ARTIFACTS`].
    #[strum(to_string = "artifacts")]
    Artifacts,
    /// [`limits::PARTICIPANTS`].
    #[strum(to_string = "participants")]
    Participants,
    /// All numbers that a fencing token can have.
    #[strum(to_string = "fencing tokens of a participant")]
    FencingTokens,
    /// [`limits::CONTEXT_BYTES`].
    #[strum(to_string = "bytes of shared context")]
    ContextBytes,
    /// [`limits::STEPS`].
    #[strum(to_string = "steps of a workflow")]
    Steps,
    /// [`limits::STEP_NAMES`].
    #[strum(to_string = "names of a step")]
    StepNames,
    /// [`limits::PLAN_BYTES`].
    #[strum(to_string = "bytes of a workflow")]
    PlanBytes,
    /// [`limits::TASKS`].
    #[strum(to_string = "tasks of a session")]
    Tasks,
    /// [`limits::FALLBACK_AGENTS`].
    #[strum(to_string = "fallback agents")]
    FallbackAgents,
    /// [`limits::CALLS`].
    #[strum(to_string = "calls of a session")]
    Calls,
    /// [`limits::OPEN_CALLS`].
    #[strum(to_string = "open calls of a session")]
    OpenCalls,
    /// [`limits::CALL_BATCH_BYTES`].
    #[strum(to_string = "bytes of a batch of calls")]
    CallBatchBytes,
    /// [`limits::QUESTIONS`].
    #[strum(to_string = "questions of a session")]
    Questions,
    /// [`limits::OPEN_QUESTIONS`].
    #[strum(to_string = "open questions of a session")]
    OpenQuestions,
    /// [`limits::QUESTIONS_BYTES`].
    #[strum(to_string = "bytes of questions and answers")]
    QuestionsBytes,
    /// [`limits::DELAYED_MESSAGES`].
    #[strum(to_string = "delayed messages of a session")]
    DelayedMessages,
    /// [`limits::TURNS`].
    #[strum(to_string = "turns of a conversation")]
    Turns,
    /// [`limits::QUEUED_TURNS`].
    #[strum(to_string = "turns that wait")]
    QueuedTurns,
    /// [`limits::TURN_BYTES`].
    #[strum(to_string = "bytes of an answer")]
    TurnBytes,
    /// [`limits::FILES`].
    #[strum(to_string = "files of a session")]
    Files,
    /// [`limits::FILES_BYTES`].
    #[strum(to_string = "bytes of a session's files")]
    FilesBytes,
    /// [`limits::SIGNALS`].
    #[strum(to_string = "signals of a session")]
    Signals,
    /// [`limits::SIGNALS_BYTES`].
    #[strum(to_string = "bytes of signals")]
    SignalsBytes,
}

/// A limit would be passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} would exceed the limit of {most}", most = .0.most())]
pub struct Exceeded(pub Limit);

impl Limit {
    /// How much there may be.
    pub fn most(self) -> u64 {
        match self {
            Self::Events => limits::EVENTS,
            Self::SessionBytes => limits::SESSION_BYTES,
            Self::NameBytes => limits::NAME_BYTES as u64,
            Self::Labels => limits::LABELS as u64,
            Self::LabelBytes => limits::LABEL_BYTES as u64,
            Self::Artifacts => limits::ARTIFACTS as u64,
            Self::Participants => limits::PARTICIPANTS as u64,
            Self::FencingTokens => u64::MAX,
            Self::ContextBytes => limits::CONTEXT_BYTES as u64,
            Self::Steps => limits::STEPS as u64,
            Self::StepNames => limits::STEP_NAMES as u64,
            Self::PlanBytes => limits::PLAN_BYTES as u64,
            Self::Tasks => limits::TASKS as u64,
            Self::FallbackAgents => limits::FALLBACK_AGENTS as u64,
            Self::Calls => limits::CALLS,
            Self::OpenCalls => limits::OPEN_CALLS as u64,
            Self::CallBatchBytes => limits::CALL_BATCH_BYTES as u64,
            Self::Questions => limits::QUESTIONS as u64,
            Self::OpenQuestions => limits::OPEN_QUESTIONS as u64,
            Self::QuestionsBytes => limits::QUESTIONS_BYTES,
            Self::DelayedMessages => limits::DELAYED_MESSAGES as u64,
            Self::Turns => limits::TURNS as u64,
            Self::QueuedTurns => limits::QUEUED_TURNS as u64,
            Self::TurnBytes => limits::TURN_BYTES as u64,
            Self::Files => limits::FILES as u64,
            Self::FilesBytes => limits::FILES_BYTES,
            Self::Signals => limits::SIGNALS as u64,
            Self::SignalsBytes => limits::SIGNALS_BYTES,
        }
    }

    /// Refuses more than there may be.
    pub(crate) fn allows(self, there: usize) -> Result<(), Exceeded> {
        if there as u64 > self.most() { Err(Exceeded(self)) } else { Ok(()) }
    }
}
