//! Every limit of this crate, in one place.
//!
//! Those that are named `DEFAULT_…` can be changed on a [`Program`](crate::Program).

use std::time::Duration;

/// How much standard output a program may write: 16 MiB.
pub const DEFAULT_MAX_STDOUT_BYTES: usize = 16 * 1024 * 1024;

/// How much of the end of standard error is kept: 64 KiB.
pub const DEFAULT_MAX_STDERR_BYTES: usize = 64 * 1024;

/// How long a program that was asked to stop may take before it is killed.
pub const DEFAULT_GRACE: Duration = Duration::from_secs(5);

/// How long processes that the program left behind may go on writing after it has exited.
pub const DEFAULT_LINGER: Duration = Duration::from_secs(2);

/// The longest line that is handed to an observer in one piece; a longer one arrives in several.
pub const MAX_LINE_BYTES: usize = 16 * 1024;

/// How long the end of the output is awaited after the group was killed. What keeps a pipe open for longer
/// has left the group, and is not waited for.
pub(crate) const ABANDON_OUTPUT: Duration = Duration::from_millis(500);

/// How long the program is awaited after `SIGKILL`. Only a process stuck inside the kernel takes this long.
pub(crate) const ABANDON_PROGRAM: Duration = Duration::from_secs(10);

/// How often a group whose leader has exited is looked at for survivors.
pub(crate) const GROUP_POLL: Duration = Duration::from_millis(20);

/// How much is read from a pipe at once.
pub(crate) const READ_BYTES: usize = 16 * 1024;
