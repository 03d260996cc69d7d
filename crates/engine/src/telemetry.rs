//! Telemetry: points that are large in number and decide nothing. They never go through the state machine.

use sessiond_core::{Principal, Rejection, SessionId, Status, limits};
use sessiond_store::{Op, Point, Reading};

use crate::{Engine, Error};

impl Engine {
    /// Adds points to a session's telemetry. They are durable when this returns.
    pub async fn put_points(
        &self,
        principal: &Principal,
        id: &SessionId,
        points: Vec<Point>,
    ) -> Result<(), Error> {
        let session = self.session(principal, id).await?;
        if session.status != Status::Active {
            return Err(Rejection::SessionEnded(session.status).into());
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
        let op = Op::PutPoints { session_id: id.clone(), points, keep: limits::TELEMETRY_POINTS };
        self.write(op).await?.map(drop).map_err(|_| Rejection::SessionNotFound.into())
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
        if after > 0 && after + 1 < first {
            return Err(Error::Gap { first });
        }
        Ok(points)
    }
}
