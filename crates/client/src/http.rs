//! The HTTP door.

/// The HTTP door.
pub struct Http;
