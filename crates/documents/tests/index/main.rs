//! The index of a session: what is added is found, read and gone again.

#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod files;
mod questions;
mod recall;
mod support;
