//! The frame that all facets share: what a session is, how it is folded and decided, and what it asks of a facet.
//!
//! From below to above: `state.rs` is the state, `progress.rs` how far it is, `payload.rs` what an event's payload does, `event.rs` the journal's
//! format, `fold.rs` the fold, `draft.rs` what the rules of a facet work on, `facet.rs` what a facet's rules provide,
//! `command.rs` the list of facets, and `decide.rs`, `begin.rs` and `import.rs` the ways in.

pub(crate) mod access;
mod begin;
mod command;
mod decide;
pub(crate) mod draft;
mod effect;
mod error;
mod event;
pub(crate) mod facet;
pub(crate) mod facet_state;
mod fold;
mod import;
pub(crate) mod payload;
mod progress;
mod state;

pub use access::{AgentPattern, Principal, Role, TOKEN_PREFIX, authorize_fork};
pub use begin::{CreateSession, create, fork, import};
pub use command::{Command, Envelope};
pub use decide::{authorize, authorize_writer, decide};
pub use draft::{Decision, Moment, Receipt};
pub use effect::{Effect, MessageKind, Timer, TimerAction};
pub use error::{Corrupt, Rejection};
#[cfg(feature = "schema")]
pub use event::PayloadSchema;
pub use event::{Event, EventBody, Inputs};
pub use import::{apply_checked, check_limits, fold_checked};
pub use progress::Progress;
pub use state::Session;
