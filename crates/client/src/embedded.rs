//! The embedded door: the engine in this process.

/// The embedded door.
pub struct Embedded;
