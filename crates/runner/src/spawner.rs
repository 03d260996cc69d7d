//! Starts programs, all of them from one thread that lives as long as the process.
//!
//! Linux ends a child with its parent on request, but takes the *thread* that started it for the parent
//! (`PR_SET_PDEATHSIG` in prctl(2)). A thread of the runtime will not do: the runtime may end, and a worker
//! that was in `block_in_place` leaves for the pool of blocking threads, where idle threads end. As a
//! welcome side effect, no worker of the runtime is held up by a `fork`.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use tokio::process::Command;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::group::Group;
use crate::output::Pipes;
use crate::system;

type Job = Box<dyn FnOnce() + Send>;

static SPAWNER: Mutex<Option<mpsc::Sender<Job>>> = Mutex::new(None);

/// Starts a program as the leader of a group of its own, with pipes for what it reads and writes.
pub(crate) async fn spawn(mut command: Command, with_input: bool) -> io::Result<(Group, Pipes)> {
    command
        .stdin(if with_input { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    system::lead_a_session(&mut command);

    let runtime = Handle::current();
    let (answer, started) = oneshot::channel();
    send(Box::new(move || {
        // The child belongs to the caller's runtime, which watches its pipes and its exit.
        let _guard = runtime.enter();
        let child = command.spawn().and_then(|mut child| {
            let pipes =
                Pipes { stdin: child.stdin.take(), stdout: child.stdout.take(), stderr: child.stderr.take() };
            Ok((Group::new(child)?, pipes))
        });
        // A caller that has given up does not take the group, which is then dropped here, and so killed.
        drop(answer.send(child));
    }))?;
    started.await.unwrap_or_else(|_| {
        Err(io::Error::other("the Tokio runtime cannot watch processes; build it with `enable_all`"))
    })
}

/// Hands a job to the thread, and starts the thread first if there is none.
fn send(mut job: Job) -> io::Result<()> {
    let mut spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(jobs) = &*spawner {
        match jobs.send(job) {
            Ok(()) => return Ok(()),
            Err(mpsc::SendError(returned)) => job = returned,
        }
    }
    let (jobs, queue) = mpsc::channel::<Job>();
    thread::Builder::new().name("sessiond-spawner".to_owned()).spawn(move || {
        for job in queue {
            // This thread must not end, because every child would end with it.
            drop(catch_unwind(AssertUnwindSafe(job)));
        }
    })?;
    // The queue's end is held by the thread that has just been started, which does not end.
    drop(jobs.send(job));
    *spawner = Some(jobs);
    Ok(())
}
