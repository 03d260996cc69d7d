//! SQLite in a process that is forked from one that uses it too.
//!
//! SQLite keeps, for each file that a process has open, which locks the process has on it, and its own mutexes. A forked
//! process inherits that as it was, but not the locks. So nothing may be going on in SQLite while the process forks
//! ([`pause`], [`resume`]), and in the new process each file must look like one that is not open yet: its device gets
//! another number there, which is all that SQLite tells files apart by. The connections of the parent are left as they are.

use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::libc;
use rusqlite::ffi;
use sessiond_background::PerProcess;

/// How long a fork waits for what goes on in SQLite.
const PATIENCE: Duration = Duration::from_secs(2);

static GATE: PerProcess<Gate> = PerProcess::new();
/// The first process that opened a store, whose files have their own numbers.
static FIRST: AtomicU32 = AtomicU32::new(0);
/// What the number of a file's device is changed by in this process.
static SHIFT: AtomicU32 = AtomicU32::new(0);
static IS_SHIFTED: AtomicBool = AtomicBool::new(false);

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    users: usize,
    paused: bool,
}

/// That a thread uses SQLite.
pub(crate) struct Use {
    gate: Arc<Gate>,
}

/// Waits while the process forks, and then says that this thread uses SQLite. It must not do so twice.
pub(crate) fn enter() -> Use {
    let gate = GATE.get(Gate::default);
    let state = gate.state.lock().unwrap_or_else(PoisonError::into_inner);
    let mut state =
        gate.changed.wait_while(state, |state| state.paused).unwrap_or_else(PoisonError::into_inner);
    state.users += 1;
    drop(state);
    Use { gate }
}

impl Drop for Use {
    fn drop(&mut self) {
        let mut state = self.gate.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.users -= 1;
        if state.paused {
            self.gate.changed.notify_all();
        }
    }
}

/// Waits until nothing goes on in SQLite, for two seconds at most, and lets nothing begin until [`resume`]: to be called
/// just before this process forks.
pub fn pause() {
    let gate = GATE.get(Gate::default);
    let mut state = gate.state.lock().unwrap_or_else(PoisonError::into_inner);
    state.paused = true;
    let until = Instant::now() + PATIENCE;
    while state.users > 0 {
        let Some(left) = until.checked_duration_since(Instant::now()) else { return };
        state = gate.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// Goes on, in the process that forked. The new process has nothing to go on with.
pub fn resume() {
    let gate = GATE.get(Gate::default);
    gate.state.lock().unwrap_or_else(PoisonError::into_inner).paused = false;
    gate.changed.notify_all();
}

/// Makes sure that this process finds nothing of its parent's when it opens a file.
pub(crate) fn separate() {
    let process = std::process::id();
    if FIRST.compare_exchange(0, process, Ordering::AcqRel, Ordering::Acquire).is_ok_and(|_| true)
        || FIRST.load(Ordering::Acquire) == process
    {
        return;
    }
    if SHIFT.swap(process, Ordering::AcqRel) != process && !IS_SHIFTED.swap(true, Ordering::AcqRel) {
        shift();
    }
}

#[expect(unsafe_code, reason = "SQLite's own interface for another implementation of a system call")]
fn shift() {
    type Stat = unsafe extern "C" fn(*const c_char, *mut libc::stat) -> c_int;
    type Fstat = unsafe extern "C" fn(c_int, *mut libc::stat) -> c_int;
    // SAFETY: the default VFS lives as long as the process. SQLite calls these two with the arguments of `stat` and
    // `fstat`, whose types they have.
    unsafe {
        let vfs = ffi::sqlite3_vfs_find(std::ptr::null());
        let Some(set) = vfs.as_ref().and_then(|vfs| vfs.xSetSystemCall) else { return };
        let stat: ffi::sqlite3_syscall_ptr = Some(std::mem::transmute::<Stat, unsafe extern "C" fn()>(stat));
        let fstat: ffi::sqlite3_syscall_ptr =
            Some(std::mem::transmute::<Fstat, unsafe extern "C" fn()>(fstat));
        set(vfs, c"stat".as_ptr(), stat);
        set(vfs, c"fstat".as_ptr(), fstat);
    }
}

#[expect(unsafe_code, reason = "SQLite calls it")]
unsafe extern "C" fn stat(path: *const c_char, found: *mut libc::stat) -> c_int {
    // SAFETY: the caller's arguments are those of `stat`.
    unsafe {
        let result = libc::stat(path, found);
        renumber(result, found);
        result
    }
}

#[expect(unsafe_code, reason = "SQLite calls it")]
unsafe extern "C" fn fstat(file: c_int, found: *mut libc::stat) -> c_int {
    // SAFETY: the caller's arguments are those of `fstat`.
    unsafe {
        let result = libc::fstat(file, found);
        renumber(result, found);
        result
    }
}

#[expect(unsafe_code, reason = "it writes to what SQLite gives")]
unsafe fn renumber(result: c_int, found: *mut libc::stat) {
    if result == 0 {
        // SAFETY: a call that succeeded has filled it in.
        unsafe {
            (*found).st_dev ^= libc::dev_t::from(SHIFT.load(Ordering::Acquire)) << 16;
        }
    }
}
