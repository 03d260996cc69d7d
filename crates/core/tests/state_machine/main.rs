//! What the session state machine promises, facet by facet, and for any sequence of commands.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod access;
mod calls;
mod context;
mod conversation;
mod execution_lease;
mod expiry;
mod files;
mod fork;
mod leases;
mod lifecycle;
mod limits;
mod messages;
mod participants;
mod properties;
mod questions;
mod retry;
mod schedules;
mod signals;
mod steps_by_hand;
mod support;
mod tasks;
mod tokens;
mod workflow;
