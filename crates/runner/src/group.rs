//! A program's process group: the program, which leads it, and everything that it started.
//!
//! A signal to a group goes to a number, and once the leader is reaped and the group is empty the system may
//! give that number to somebody else. So the leader's exit is noticed without reaping it, where the system
//! can do that: as long as it is a zombie, its number is its own.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::Child;

use crate::Error;
use crate::limits::{ABANDON_PROGRAM, GROUP_POLL};
use crate::system::ExitWatch;

/// A running group. Dropping it kills every process in it.
pub(crate) struct Group {
    leader: Child,
    id: Pid,
    exit: ExitWatch,
    /// No process of this group is left, so that its number may be anybody's.
    gone: bool,
}

impl Group {
    /// Takes over a child that has just been started as the leader of a group of its own.
    ///
    /// Must be called within a Tokio runtime.
    pub(crate) fn new(leader: Child) -> io::Result<Self> {
        let id = leader
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
            .ok_or_else(|| io::Error::other("the program was reaped by somebody else"))?;
        Ok(Self { exit: ExitWatch::new(id), leader, id, gone: false })
    }

    /// The leader's process id, which is also the group's.
    pub(crate) fn id(&self) -> u32 {
        self.id.as_raw_nonzero().get().unsigned_abs()
    }

    /// Waits until the leader has exited. May be dropped and called again.
    pub(crate) async fn exited(&mut self) -> io::Result<()> {
        self.exit.wait(&mut self.leader).await
    }

    /// Asks every process in the group to stop.
    pub(crate) fn terminate(&mut self) {
        self.signal(Signal::TERM);
        // A stopped process sees nothing but this.
        self.signal(Signal::CONT);
    }

    /// Waits until no process of the group is left. May be dropped and called again.
    ///
    /// The leader alone is not enough: a shell ends at once where the program behind it still saves its
    /// work. A survivor whose parent has gone is reaped by process 1; where that does not reap, as in a
    /// container without an init, a group with such a survivor never counts as empty, and the caller's
    /// grace runs out.
    pub(crate) async fn emptied(&mut self) -> io::Result<()> {
        self.leader.wait().await?;
        while !self.gone {
            // With the leader reaped it is the survivors who keep the number.
            match test_kill_process_group(self.id) {
                Err(rustix::io::Errno::SRCH) => self.gone = true,
                _ => tokio::time::sleep(GROUP_POLL).await,
            }
        }
        Ok(())
    }

    /// Kills what is left of the group, and answers how the leader ended.
    pub(crate) async fn end(&mut self) -> Result<ExitStatus, Error> {
        self.kill();
        let status = tokio::time::timeout(ABANDON_PROGRAM, self.leader.wait())
            .await
            .map_err(|_| Error::Unkillable { pid: self.id() })??;
        self.gone = true;
        Ok(status)
    }

    fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    fn signal(&mut self, signal: Signal) {
        if self.gone {
            return;
        }
        match kill_process_group(self.id, signal) {
            Ok(()) => {}
            Err(rustix::io::Errno::SRCH) => self.gone = true,
            // A program that has taken another user's rights can refuse. Then only its own end is awaited.
            Err(error) => tracing::warn!(pid = self.id(), ?signal, %error, "cannot signal a program"),
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The leader is dropped after this, so its number is still its own. Tokio reaps it then.
        self.kill();
    }
}
