//! What the end-to-end tests share.

pub mod clients;
pub mod model;
pub mod server;
pub mod site;
pub mod terminal;
