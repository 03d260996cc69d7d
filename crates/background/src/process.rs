//! Values that a forked process must not share with its parent.

use std::process;
use std::sync::Arc;

use parking_lot::Mutex;

/// A value of this process, made when it is first needed. A process that is forked from this one makes its own.
pub struct PerProcess<T> {
    known: Mutex<Option<(u32, Arc<T>)>>,
}

impl<T> PerProcess<T> {
    /// A value that is not made yet.
    pub const fn new() -> Self {
        Self { known: Mutex::new(None) }
    }

    /// The value; `make` makes it when this process has none.
    pub fn get(&self, make: impl FnOnce() -> T) -> Arc<T> {
        let mut known = self.known.lock();
        if let Some((owner, value)) = known.take() {
            if owner == process::id() {
                *known = Some((owner, value.clone()));
                return value;
            }
            // This is a forked process: the value's threads stayed with its parent, and nobody here could end them.
            std::mem::forget(value);
        }
        let value = Arc::new(make());
        *known = Some((process::id(), value.clone()));
        value
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}
