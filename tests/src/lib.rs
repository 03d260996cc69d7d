//! What the end-to-end tests share.

pub mod doors;
pub mod executions;
pub mod server;
