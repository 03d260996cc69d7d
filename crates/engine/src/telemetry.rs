//! Telemetry: points that are large in number and decide nothing. They never go through the state machine.

use sessiond_core::{AgentId, Fence, Principal, Rejection, Session, SessionId, Status, limits};
use sessiond_store::{Op, Point, Reading, Refusal};

use crate::{Engine, Error, Idempotency};

impl Engine {
    /// Adds points to a session's telemetry, in the name of `agent` with its lease's token, as a change of the session
    /// is written. They are durable when this returns. The same request again adds nothing.
    pub async fn put_points(
        &self,
        principal: &Principal,
        id: &SessionId,
        points: Vec<Point>,
        agent: Option<AgentId>,
        fence: Option<Fence>,
        idempotency: Option<Idempotency>,
    ) -> Result<(), Error> {
        let session = self.session(principal, id).await?;
        if let Err(rejection) = may_write(principal, &session, agent, fence) {
            // The first of two equal requests may have been written while it still could be.
            if let Some(idempotency) = &idempotency
                && let Some(answer) = self.shared.store.answer(&idempotency.scope, &idempotency.key).await?
            {
                return idempotency.same(&answer);
            }
            return Err(rejection.into());
        }
        if points.len() > limits::BATCH {
            return Err(Error::LimitReached { what: "points of a batch", limit: limits::BATCH as u64 });
        }
        for (i, point) in points.iter().enumerate() {
            if point.series.is_empty() || point.series.len() > limits::NAME_BYTES {
                let detail = format!("a series has a name of 1 to {} bytes", limits::NAME_BYTES);
                return Err(Rejection::invalid(format!("/points/{i}/series"), detail).into());
            }
            if point.text.as_ref().is_some_and(|text| text.len() > limits::TEXT_BYTES) {
                let detail = format!("a text has {} bytes at most", limits::TEXT_BYTES);
                return Err(Rejection::invalid(format!("/points/{i}/text"), detail).into());
            }
            if point.value.is_none() && point.text.is_none() {
                return Err(Rejection::invalid(
                    format!("/points/{i}"),
                    "a point has a value, a text, or both",
                )
                .into());
            }
        }
        if points.is_empty() {
            return Ok(());
        }
        let answer = idempotency
            .clone()
            .map(|idempotency| idempotency.answer(Some(id.clone()), "{}".to_owned(), self.now()));
        let op = Op::PutPoints { session_id: id.clone(), points, keep: limits::TELEMETRY_POINTS, answer };
        match (self.write(op).await?, idempotency) {
            (Ok(_), _) => Ok(()),
            (Err(Refusal::Answered(answer)), Some(idempotency)) => idempotency.same(&answer),
            (Err(Refusal::NotFound), _) => Err(Rejection::SessionNotFound.into()),
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    /// Points after the cursor `after`, of one series or all. A cursor before the oldest point that is kept is
    /// [`Error::Gap`]; 0 begins with the oldest.
    pub async fn points(
        &self,
        principal: &Principal,
        id: &SessionId,
        series: Option<&str>,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Reading>, Error> {
        self.session(principal, id).await?;
        let (points, first) = self.shared.store.points(id, series, after, limit).await?;
        if after > 0 && after.saturating_add(1) < first {
            return Err(Error::Gap { first });
        }
        Ok(points)
    }
}

/// Whether the session takes points from who writes.
fn may_write(
    principal: &Principal,
    session: &Session,
    agent: Option<AgentId>,
    fence: Option<Fence>,
) -> Result<(), Rejection> {
    if session.status != Status::Active {
        return Err(Rejection::SessionEnded(session.status));
    }
    sessiond_core::authorize_writer(principal, session, agent, fence)
}
