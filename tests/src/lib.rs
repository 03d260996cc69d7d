//! What the end-to-end tests share.

pub mod doors;
pub mod server;
