//! What the frame of a session asks of the rules of each facet. Everything is called by name and known at compile time:
//! the trait is there so that the compiler lists what a new facet has to provide.

use crate::participants::Fence;
use crate::values::AgentId;

use super::draft::{Draft, Receipt};
use super::{Principal, Rejection, Session};

/// What a facet decides: who may give its commands, and what they make. What it keeps in the state is a
/// [`FacetState`](super::facet_state::FacetState), and what its events do a [`Payload`](super::payload::Payload).
///
/// [`authorize`](Facet::authorize) and [`decide`](Facet::decide) are always there; the others say how a command differs
/// from most.
pub(crate) trait Facet {
    /// What can be asked of it.
    type Command;

    /// Whether `principal`, which sees the session, may give the command.
    fn authorize(principal: &Principal, session: &Session, command: &Self::Command) -> Result<(), Rejection>;

    /// Whether it is a timer of the engine: one that comes too late is no error.
    fn is_timer(_: &Self::Command) -> bool {
        false
    }

    /// Whether it ends the session: such a command is taken past the limit of events.
    fn ends(_: &Self::Command) -> bool {
        false
    }

    /// Whether a session that has ended continues with it.
    fn reopens(_: &Session, _: &Self::Command) -> bool {
        false
    }

    /// Whether all that it says is in the journal already, because an answer was lost on its way.
    fn is_repeated(_: &Session, _: &Self::Command) -> bool {
        false
    }

    /// Whether it says how work went that nobody can do again. When what follows from it passes a limit, the session
    /// fails: refused, it would wait for ever.
    fn must_settle(_: &Self::Command) -> bool {
        false
    }

    /// Whether its writer must show the present token while its agent is leased.
    fn is_fenced(_: &Self::Command) -> bool {
        true
    }

    /// The agent in whose name it is given, when it says so itself.
    fn writer(_: &Self::Command) -> Option<&AgentId> {
        None
    }

    /// The agent in whose name a caller gives it who names none, when that follows from the command.
    fn default_writer(_: &Principal, _: &Session, _: Option<Fence>, _: &Self::Command) -> Option<AgentId> {
        None
    }

    /// Puts the agent's name to a command that does not say whose it is.
    fn sign(_: &mut Self::Command, _: &Session, _: Option<&AgentId>) {}

    /// Decides it: checks it, and adds the events and effects that it makes to the draft.
    fn decide(draft: &mut Draft<'_>, command: Self::Command) -> Result<Receipt, Rejection>;
}
