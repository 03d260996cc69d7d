//! How an execution is written to the disk, saved, and ends.

use std::path::PathBuf;

use sessiond_api::Problem;
use sessiond_core::{ExecutionEnd, Inputs};
use sessiond_recording::{journal, run};

use super::{Execution, line, open};
use crate::config::Durability;
use crate::error::Error;
use crate::recorder::Ticket;
use crate::recover;
use crate::replay::CallNumber;
use crate::saved;

impl Execution {
    /// Waits until a call is as durable as the session is to be, and there is room for the next.
    pub async fn settled(&self, ticket: Ticket) -> Result<(), Error> {
        if self.settings.durability == Durability::Sync {
            self.recorder.durable(ticket).await?;
        } else if self.recorder.is_full() {
            self.recorder.flush().await?;
        }
        Ok(())
    }

    /// Whether [`Execution::settled`] has something to wait for.
    pub fn must_settle(&self) -> bool {
        self.settings.durability == Durability::Sync || self.recorder.is_full()
    }

    /// Writes everything that is recorded so far, and the session itself.
    pub async fn flush(&self) -> Result<(), Error> {
        self.ensure_here()?;
        open(&self.destination).await?;
        self.recorder.flush().await?;
        Ok(())
    }

    /// Writes everything, ends the session, and saves its state when it is to be saved. The first end counts: closing it
    /// again waits for that.
    ///
    /// `fatal` names the calls whose error ended the program: they run again when it is resumed.
    pub async fn close(&self, mut end: ExecutionEnd, fatal: Vec<CallNumber>) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        if let ExecutionEnd::Failed { reason } = &mut end {
            *reason = line(reason);
        }
        let is_done = matches!(end, ExecutionEnd::Completed);
        let closed = self.recorder.close(end, fatal).await;
        if is_done && closed.is_ok() && self.settings.recover.is_some() {
            recover::forget(&self.settings.dir, &self.id);
        }
        self.end_running(closed).await
    }

    /// Writes everything, and leaves the session as it is: interrupted, so that it can be resumed.
    pub async fn leave(&self) -> Result<(), Error> {
        if self.ended {
            return Ok(());
        }
        let left = self.recorder.leave().await;
        self.end_running(left).await
    }

    async fn end_running(&self, written: Result<(), Problem>) -> Result<(), Error> {
        let saved = match written {
            Ok(()) if self.settings.save_state => self.save().await.map(drop),
            written => written.map_err(Error::from),
        };
        // From here on another process may take the session up.
        drop(self.running.lock().take());
        if let Some(hold) = &self.store.hold {
            hold.leave();
        }
        saved?;
        self.store.check()?;
        self.deliver().await
    }

    /// Waits until the server has what is recorded, when one is to have it, or gives no answer.
    async fn deliver(&self) -> Result<(), Error> {
        let Some(hold) = self.store.hold.clone() else { return Ok(()) };
        let server = hold.server().to_owned();
        if !run(async move { hold.delivered().await }).await? {
            tracing::warn!(
                session = %self.id, server,
                "the server is away: the rest is sent when a program next runs here, or by `sessiond spool send`"
            );
        }
        Ok(())
    }

    /// The file that the state is saved in.
    pub fn saved_path(&self) -> PathBuf {
        saved::path(&self.settings.dir, self.name.as_deref(), self.id.as_str())
    }

    /// Writes the state, as far as it is recorded, to its file.
    pub async fn save(&self) -> Result<PathBuf, Error> {
        self.flush_open().await?;
        let path = self.saved_path();
        let mut pending = saved::Pending::begin(&path)?;
        self.write_state(pending.writer()).await?;
        pending.finish()?;
        Ok(path)
    }

    /// The state, as far as it is recorded, as its file has it.
    pub async fn payload(&self) -> Result<Vec<u8>, Error> {
        self.flush_open().await?;
        self.write_state(Vec::new()).await
    }

    async fn flush_open(&self) -> Result<(), Error> {
        self.ensure_here()?;
        open(&self.destination).await?;
        match self.recorder.flush().await {
            Ok(()) => Ok(()),
            // A record that was closed has nothing left to write.
            Err(_) if self.recorder.failure().is_none() => Ok(()),
            Err(problem) => Err(problem.into()),
        }
    }

    async fn write_state<W: std::io::Write>(&self, out: W) -> Result<W, Error> {
        let session = {
            let (client, id) = (self.store.client.clone(), self.id.clone());
            run(async move { client.session(&id).await }).await?
        };
        let fail = |error| Error::save(&self.saved_path(), &error);
        let mut writer = saved::Writer::begin(out, &session).map_err(fail)?;
        journal::each(&self.store.client, &self.id, Inputs::Kept, |_, event| {
            writer.take(event).map_err(fail)
        })
        .await?;
        writer.finish().and_then(|mut out| out.flush().map(|()| out)).map_err(fail)
    }
}
