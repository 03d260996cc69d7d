//! What can be asked of a session: the commands of all facets, and how the frame asks the facet of each.

use strum::VariantNames;

use crate::participants::Fence;
use crate::values::{AgentId, Revision};
use crate::{calls, conversation, lifecycle, participants, questions, tasks};

use super::draft::{Draft, Receipt};
use super::facet::Facet;
use super::{Principal, Rejection, Session, TimerAction};

/// A command, who gives it, and on which conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Who asks.
    pub principal: Principal,
    /// The agent that the caller acts as, when it says so.
    pub agent: Option<AgentId>,
    /// The revision that the caller decided on; a newer session refuses the command.
    pub expected_revision: Option<Revision>,
    /// The fencing token of the lease that the caller holds.
    pub fence: Option<Fence>,
    /// What is asked.
    pub command: Command,
}

impl Envelope {
    /// A command with no conditions.
    pub fn new(principal: Principal, command: impl Into<Command>) -> Self {
        Self { principal, agent: None, expected_revision: None, fence: None, command: command.into() }
    }
}

/// The facets whose commands a session takes: the one list of them, each with its module and its [`Facet`]. From it
/// follow [`Command`] and how the frame asks the facet that a command belongs to.
macro_rules! facets {
    ($($(#[$doc:meta])* $name:ident: $module:ident::$facet:ident;)*) => {
        /// What can be asked of a session that exists: a command of one of its facets.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[$doc])* $name(crate::$module::Command),)*
        }

        $(impl From<crate::$module::Command> for Command {
            fn from(command: crate::$module::Command) -> Self {
                Self::$name(command)
            }
        })*

        impl Command {
            /// The names of all commands, each with its facet's.
            pub const KINDS: &'static [(&'static str, &'static [&'static str])] =
                &[$((stringify!($name), <crate::$module::Command as VariantNames>::VARIANTS),)*];

            /// Its facet's name and its own.
            pub fn kind(&self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name(command) => (stringify!($name), command.into()),)*
                }
            }
        }

        /// What [`Facet`] asks, of the facet that the command belongs to.
        impl Command {
            pub(super) fn authorize(&self, principal: &Principal, session: &Session) -> Result<(), Rejection> {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::authorize(principal, session, command),)*
                }
            }

            pub(super) fn is_timer(&self) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::is_timer(command),)*
                }
            }

            pub(super) fn ends(&self) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::ends(command),)*
                }
            }

            pub(super) fn reopens(&self, session: &Session) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::reopens(session, command),)*
                }
            }

            pub(super) fn is_repeated(&self, session: &Session) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::is_repeated(session, command),)*
                }
            }

            pub(super) fn must_settle(&self) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::must_settle(command),)*
                }
            }

            pub(super) fn is_fenced(&self) -> bool {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::is_fenced(command),)*
                }
            }

            pub(super) fn writer(&self) -> Option<&AgentId> {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::writer(command),)*
                }
            }

            pub(super) fn default_writer(
                &self,
                principal: &Principal,
                session: &Session,
                fence: Option<Fence>,
            ) -> Option<AgentId> {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::default_writer(principal, session, fence, command),)*
                }
            }

            pub(super) fn sign(&mut self, session: &Session, writer: Option<&AgentId>) {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::sign(command, session, writer),)*
                }
            }

            pub(super) fn decide(self, draft: &mut Draft<'_>) -> Result<Receipt, Rejection> {
                match self {
                    $(Self::$name(command) => crate::$module::$facet::decide(draft, command),)*
                }
            }
        }
    };
}

impl Command {
    /// What a timer asks of its session; none for one whose work is the engine's.
    pub fn of_timer(action: &TimerAction) -> Option<Self> {
        match action.clone() {
            TimerAction::Expire => Some(lifecycle::Command::Expire.into()),
            TimerAction::TaskDeadline { task, attempt } => {
                Some(tasks::Command::Deadline { task, attempt }.into())
            }
            TimerAction::QuestionDeadline { question } => {
                Some(questions::Command::Deadline { question }.into())
            }
            TimerAction::ExpireLease { agent, fence } => {
                Some(participants::Command::ExpireLease { agent, fence }.into())
            }
            TimerAction::ExpireExecutionLease { writer } => {
                Some(calls::Command::ExpireLease { writer }.into())
            }
            TimerAction::BeginTurn => Some(conversation::Command::Begin.into()),
            TimerAction::ExpireTurnLease { runner } => {
                Some(conversation::Command::ExpireLease { runner }.into())
            }
            TimerAction::RemoveTexts { .. } | TimerAction::RemoveFiles { .. } | TimerAction::EndChildren => {
                None
            }
        }
    }
}

facets! {
    /// The session as a whole.
    Lifecycle: lifecycle::Lifecycle;
    /// Who takes part.
    Participants: participants::Participants;
    /// The shared context.
    Context: context::SharedContext;
    /// The plan.
    Workflow: workflow::Plan;
    /// Work that participants are asked for.
    Tasks: tasks::Tasks;
    /// Messages between participants.
    Messages: messages::Messages;
    /// What a program does in an execution.
    Calls: calls::Execution;
    /// Turns with an assistant.
    Conversation: conversation::Talk;
    /// Documents for the assistant.
    Files: files::Filing;
    /// What a session needs to know from outside.
    Questions: questions::Asking;
    /// Values that its program receives from outside.
    Signals: signals::Signalling;
}
