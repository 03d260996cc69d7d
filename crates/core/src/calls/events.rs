//! The events of calls.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::lifecycle::{Kind, Status};
use crate::session::payload::{At, Payload};
use crate::session::{Rejection, Session};
use crate::values::Limit;

use super::batch::check;
use super::entry::WithoutInput;
use super::{CallEntry, Calls, ExecutionLease};

/// A process became the writer of the session's calls. Calls that were open are interrupted, and a session that had
/// failed is active again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExecutionBegan {
    /// The writer's number, which each batch must carry; it increases with each process.
    pub writer: u64,
    /// The process.
    pub process: String,
    /// Replay uses no recorded call with a larger number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<u64>,
    /// The lease that the writer took, by which the session knows whether it still runs the execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<ExecutionLease>,
    /// Whether the process was to take the execution also from one that ran it. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub take_over: bool,
}

/// The writer runs the execution no more, and has not ended it: any process may resume it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExecutionInterrupted {
    /// The writer's number.
    pub writer: u64,
    /// Whether its lease expired without a renewal; otherwise the writer released it. False if absent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub expired: bool,
}

/// The writer of an interrupted execution renewed its lease before another process resumed it, and continues.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExecutionContinued {
    /// The writer's number.
    pub writer: u64,
}

/// The writer recorded a batch of calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallsRecorded {
    /// The writer's number.
    pub writer: u64,
    /// The batch's number for this writer, from 1.
    pub batch: u64,
    /// The entries, in order.
    pub calls: Arc<Vec<CallEntry>>,
    /// The calls whose error ended the program; replay runs them again. Empty if absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fatal: Vec<u64>,
}

impl CallsRecorded {
    /// Reads one as if its calls had no inputs.
    pub(crate) fn without_inputs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// As [`CallsRecorded`] is written.
        #[derive(Deserialize)]
        struct Recorded {
            writer: u64,
            batch: u64,
            calls: Vec<WithoutInput>,
            #[serde(default)]
            fatal: Vec<u64>,
        }
        let Recorded { writer, batch, calls, fatal } = Recorded::deserialize(deserializer)?;
        let calls = Arc::new(calls.into_iter().map(|WithoutInput(entry)| entry).collect());
        Ok(Self { writer, batch, calls, fatal })
    }
}

impl Payload for ExecutionBegan {
    fn fold(&self, session: &mut Session, at: At) -> Result<(), String> {
        let calls = Arc::make_mut(session.calls.get_or_insert_default());
        if self.writer != calls.writer + 1 || self.keep.is_some_and(|keep| keep > calls.last) {
            return Err("it does not follow the writer before it".to_owned());
        }
        calls.begin(&self.process, self.lease.clone());
        if session.status != Status::Active {
            // A time that has passed meanwhile would end it again at once.
            session.expires_at = session.expires_at.filter(|expiry| *expiry > at.time);
            session.reopen();
        }
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Limit::NameBytes.allows(self.lease.as_ref().map_or(0, |lease| lease.holder.len()))?;
        Ok(Limit::NameBytes.allows(self.process.len())?)
    }

    fn follows_end(&self, session: &Session) -> bool {
        (session.status, session.kind) == (Status::Failed, Kind::Execution)
    }
}

impl Payload for CallsRecorded {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        let calls = session.calls.as_mut().ok_or("no execution has begun")?;
        let calls = Arc::make_mut(calls);
        if (self.writer, self.batch) != (calls.writer, calls.batch + 1) {
            return Err("it does not follow the batch before it".to_owned());
        }
        calls.take(&self.calls).map_err(|misfit| misfit.detail)?;
        calls.batch = self.batch;
        Ok(())
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        check(&self.calls)
    }
}

impl Payload for ExecutionInterrupted {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        set_away(session, self.writer, true)
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}

impl Payload for ExecutionContinued {
    fn fold(&self, session: &mut Session, _: At) -> Result<(), String> {
        set_away(session, self.writer, false)
    }

    fn check(&self, _: &Session) -> Result<(), Rejection> {
        Ok(())
    }

    fn is_listed(&self) -> bool {
        false
    }
}

/// Sets whether the holder of the lease is away.
fn set_away(session: &mut Session, writer: u64, away: bool) -> Result<(), String> {
    let calls = session.calls.as_mut().filter(|calls| {
        let Calls { writer: present, lease, away: before, .. } = &***calls;
        lease.is_some() && (*present, *before) == (writer, !away)
    });
    Arc::make_mut(calls.ok_or("the writer has no lease that this changes")?).away = away;
    Ok(())
}
