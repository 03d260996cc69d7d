//! The index of a session: what is added is found, read and gone again.

mod files;
mod questions;
mod recall;
mod support;
