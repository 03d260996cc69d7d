//! Recording a session from within the program that it is about.
//!
//! What is recorded is on this machine's disk first: [`stores`] opens the store of a directory, or the [`spool`] that is
//! sent on to a [`Server`], once a process. A [`Destination`] is the session that a record is written to, and [`journal`]
//! reads what is written. All of it runs on the threads of `sessiond-background`.

mod destination;
pub mod journal;
mod lost;
mod place;
mod running;
mod server;
pub mod spool;
pub mod stores;
mod threads;

pub use destination::{Batch, Destination, Opening, Store};
pub use journal::{CALL_BYTES, CallNumber};
pub use lost::end_of;
pub use running::{Runner, Running, runner};
pub use server::Server;
pub use threads::{run, wait};
