//! The engine: what makes the core's decisions durable, and acts on them.
//!
//! [`Engine`] is the handle that everything above holds. A session's commands go to its actor, one at a time
//! (`actor.rs`); the store groups what actors and inboxes write into few transactions; what a commit causes is done after it: watchers hear of events (`watch.rs`), inboxes deliver
//! (`inbox/`), timers fire (`timers.rs`), schedules make sessions (`schedules.rs`), turns are
//! answered (`turns/`), files are stored (`files/`). Other processes on the same store are followed (`follow.rs`).

mod actor;
mod agents;
mod answers;
mod clock;
mod consent;
mod engine;
mod erase;
mod error;
mod files;
mod follow;
mod housekeeping;
mod inbox;
mod journal;
mod keys;
mod leases;
mod messages;
mod reply;
mod requests;
mod rows;
mod schedules;
mod sessions;
mod tasks;
mod telemetry;
mod timers;
mod tokens;
mod turns;
mod wait;
mod watch;
mod webhooks;

pub use agents::{Health, RegisteredAgent, Registration};
pub use answers::Idempotency;
pub use clock::{Clock, Ids, ManualClock, Sleep, System};
pub use engine::{Engine, Options};
pub use error::Error;
pub use files::{FilePlace, FileReader, Passage, ReadFile, Unreadable, Upload, Uploaded};
pub use inbox::InboxConnection;
pub use keys::{NewKey, Secret, Stay, UNSTORED};
pub use messages::{Response, Sent};
pub use reply::Reply;
pub use schedules::SchedulePage;
pub use tasks::SessionTasks;
pub use tokens::{NewToken, session_of_token};
pub use turns::{
    Exchange, Summary, TurnFiles, TurnFollow, TurnItem, TurnOutput, TurnResult, TurnRunner, TurnTexts,
    TurnToRun,
};
pub use watch::{Watch, WatchItem};
pub use webhooks::{Webhook, WebhookState};
