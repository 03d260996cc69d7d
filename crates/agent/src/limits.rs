//! Every limit of an agent's process, in one place.

use std::time::Duration;

/// How often an agent says that it lives. The server calls one that it has not heard of for 30 seconds unreachable.
pub const HEARTBEAT: Duration = Duration::from_secs(10);

/// How long running tasks may take to end when the agent is stopped.
pub const GRACE: Duration = Duration::from_secs(20);

/// How long a handler may go on after its task was cancelled, before it is dropped.
pub const CANCEL_GRACE: Duration = Duration::from_secs(8);

/// How long after a task's deadline the agent ends it itself. The server's own timer should come first, because
/// then the task is `timeout` and not `failed`.
pub const DEADLINE_MARGIN: Duration = Duration::from_secs(2);

/// How often it is looked whether a task still waits for an answer whose time would be over otherwise.
pub const ANSWERED: Duration = Duration::from_secs(2);

/// The first delay before a connection is tried again.
pub const RECONNECT_MIN: Duration = Duration::from_millis(250);

/// The longest delay before a connection is tried again.
pub const RECONNECT_MAX: Duration = Duration::from_secs(20);

/// How long a connection may take to be made.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the agent pings a WebSocket.
pub const PING: Duration = Duration::from_secs(15);

/// Without any frame for this long a WebSocket is dead, whatever TCP says.
pub const SILENCE: Duration = Duration::from_secs(40);

/// How long one long poll waits for a message.
pub const POLL_WAIT: Duration = Duration::from_secs(30);

/// How long an agent polls where the WebSocket was refused, before it tries that again.
pub const POLL_SPELL: Duration = Duration::from_secs(120);

/// Message ids that are remembered so that a repeat is not handled again.
pub const REMEMBERED: usize = 8_192;

/// Messages that are held unacknowledged, as the server counts them for one connection.
pub const WINDOW: usize = sessiond_core::limits::INBOX_WINDOW;
