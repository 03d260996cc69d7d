//! The embedded backend: SQLite.
