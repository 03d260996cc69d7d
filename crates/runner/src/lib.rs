//! Programs under supervision: process groups, limits, output.
//!
//! A [`Program`] says what to run and within which limits. [`Program::run`] runs it to its end and answers
//! with a [`Finished`]; [`Program::start`] answers at once with a [`Running`] handle, for a caller who needs
//! the process's id while it runs.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sessiond_runner::Error> {
//! use sessiond_runner::{Exit, Program};
//! use std::time::Duration;
//!
//! let finished = Program::shell("tr a-z A-Z")
//!     .stdin("hello")
//!     .timeout(Duration::from_secs(30))
//!     .run()
//!     .await?;
//!
//! assert_eq!(finished.exit, Exit::Code(0));
//! assert_eq!(finished.stdout, b"HELLO");
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! - A program and everything that it starts form one process group, in a session without a terminal. When
//!   the program ends, for whatever reason, nothing of its group is left: not after its own exit, not after a
//!   timeout or a cancellation, and not when the future is dropped.
//! - Neither a program that does not read its input, nor one that fills a pipe, nor a left-over process that
//!   keeps one open can hang the supervisor: input and both outputs move at the same time, and every wait
//!   has an end.
//! - Memory has a limit: standard output is kept up to a size, of standard error its tail is kept.
//! - On Linux the program itself dies with the supervisor, even if that is ended by `SIGKILL`.
//!
//! # What is not
//!
//! - A process that leaves the group (`setsid`, a container engine's daemon, `set -m` in a shell) is out of
//!   reach.
//! - If the supervisor is ended by `SIGKILL`, the processes which the program had started are not reached:
//!   the kernel tells only the direct child. With [`Program::shell`], prefer a line that ends in
//!   `exec program …`, so that the program is the direct child itself.
//!
//! The crate is for Unix.

mod error;
mod finished;
mod group;
pub mod limits;
mod output;
mod program;
mod running;
mod spawner;
mod system;

pub use error::Error;
pub use finished::{Exit, Finished};
pub use program::{Overflow, Program};
pub use running::Running;
