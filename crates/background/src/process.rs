//! Values that a forked process must not share with its parent.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// How often this process and those before it were forked, as far as [`forked`] was told.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Notes that this process was just forked from another one. Who can have it called in a forked process should, so that
/// [`Origin::is_here`] is right without asking the system.
pub fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
}

/// The process that something was made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    process: u32,
    forks: u32,
}

impl Origin {
    /// This process.
    pub fn here() -> Self {
        Self { process: process::id(), forks: FORKS.load(Ordering::Relaxed) }
    }

    /// Whether it is this process, at the cost of a system call.
    pub fn is_this_process(&self) -> bool {
        *self == Self::here()
    }

    /// Whether it is this process, as far as [`forked`] was called. It costs nothing.
    pub fn is_here(&self) -> bool {
        self.forks == FORKS.load(Ordering::Relaxed)
    }
}

/// A value of this process, made when it is first needed. A process that is forked from this one makes its own.
///
/// It has no lock that a forked process could find locked for ever: what another process made, or was making, is passed
/// over, and never dropped, because its threads stayed with its parent.
pub struct PerProcess<T> {
    first: OnceLock<Known<T>>,
}

struct Known<T> {
    origin: Origin,
    value: OnceLock<Arc<T>>,
    next: OnceLock<Box<Self>>,
}

impl<T> PerProcess<T> {
    /// A value that is not made yet.
    pub const fn new() -> Self {
        Self { first: OnceLock::new() }
    }

    /// The value; `make` makes it when this process has none.
    pub fn get(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let origin = Origin::here();
        let new = || Known { origin, value: OnceLock::new(), next: OnceLock::new() };
        let mut known = self.first.get_or_init(new);
        while known.origin != origin {
            known = known.next.get_or_init(|| Box::new(new()));
        }
        known.value.get_or_init(|| Arc::new(make())).clone()
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}
