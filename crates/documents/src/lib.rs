//! The text of documents: reading files, and searching what was read.
//!
//! [`read`] turns the bytes of a file into a [`Document`]; it trusts nothing that it reads, and runs in a process of its own
//! with limits. [`index`] keeps the documents of one session and finds passages in them.

mod document;
pub mod index;
pub mod read;

pub use document::{Document, Part, Place, Shape};
pub use index::{Index, IndexError, IndexedFile, Passage};
pub use read::{Reader, Reason, Unreadable};
