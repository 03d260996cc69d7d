//! What the system offers only to unsafe code, and nothing else: a hook in the child before the program
//! starts, and a descriptor that tells of its exit. All unsafe code of this crate is here.

use std::io;

use tokio::process::{Child, Command};

/// Makes the program the leader of a session, and so of a process group, that ends with the supervisor.
#[expect(unsafe_code, reason = "only such a hook runs in the child before the program does")]
pub(crate) fn lead_a_session(command: &mut Command) {
    let supervisor = std::process::id();
    let hook = move || {
        // Having no terminal in its session, a program cannot wait for a password there.
        rustix::process::setsid()?;
        die_with(supervisor)
    };
    // SAFETY: between `fork` and `exec` only async-signal-safe calls are allowed, because another thread may
    // have held any lock when it was forked. The hook makes plain system calls through rustix, which
    // neither allocates nor locks, and builds its errors from numbers.
    unsafe {
        command.pre_exec(hook);
    }
}

/// Asks the kernel to kill this process when the supervisor has died.
#[cfg(target_os = "linux")]
fn die_with(supervisor: u32) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};

    // `SIGKILL`, because nobody would be left to insist.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have died before the kernel was asked; then this process has been given another parent.
    match getppid() {
        Some(parent) if parent.as_raw_nonzero().get().unsigned_abs() == supervisor => Ok(()),
        _ => Err(rustix::io::Errno::SRCH.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn die_with(_: u32) -> io::Result<()> {
    Ok(())
}

/// Tells when a child has exited, without reaping it if possible.
#[cfg(target_os = "linux")]
pub(crate) struct ExitWatch(Option<tokio::io::unix::AsyncFd<std::os::fd::OwnedFd>>);

#[cfg(target_os = "linux")]
impl ExitWatch {
    /// Must be called within a Tokio runtime, before the child can have been reaped.
    #[expect(unsafe_code, reason = "a descriptor that is not one of Tokio's own")]
    pub(crate) fn new(id: rustix::process::Pid) -> Self {
        use rustix::process::{PidfdFlags, pidfd_open};
        use tokio::io::{Interest, unix::AsyncFd};

        // Kernels before 5.3 and some sandboxes do not have it; then the child is awaited in the usual way.
        let Ok(pidfd) = pidfd_open(id, PidfdFlags::empty()) else {
            return Self(None);
        };
        // SAFETY: the descriptor is open and owned by the `OwnedFd`, which always answers the same one and is
        // neither replaced nor closed before the `AsyncFd` that owns it is dropped.
        Self(unsafe { AsyncFd::register_with_interest(pidfd, Interest::READABLE) }.ok())
    }

    /// May be dropped and called again.
    pub(crate) async fn wait(&self, child: &mut Child) -> io::Result<()> {
        match &self.0 {
            Some(pidfd) => pidfd.readable().await.map(|mut ready| ready.retain_ready()),
            None => child.wait().await.map(drop),
        }
    }
}

/// Tells when a child has exited.
#[cfg(not(target_os = "linux"))]
pub(crate) struct ExitWatch;

#[cfg(not(target_os = "linux"))]
impl ExitWatch {
    pub(crate) fn new(_: rustix::process::Pid) -> Self {
        Self
    }

    /// May be dropped and called again.
    pub(crate) async fn wait(&self, child: &mut Child) -> io::Result<()> {
        child.wait().await.map(drop)
    }
}
