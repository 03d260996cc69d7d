//! What the operations on telemetry are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{SessionId, Timestamp};
use sessiond_store::{Point, Reading};

use super::{Embedded, page_limit, problem, unconditional};
use crate::Conditions;
use crate::traits::Telemetry;

#[async_trait]
impl Telemetry for Embedded {
    async fn put_points(
        &self,
        id: &SessionId,
        request: api::PutPoints,
        conditions: Conditions,
    ) -> Result<(), Problem> {
        unconditional(&conditions)?;
        let idempotency = self.idempotency(&conditions, &format!("put_points {id}"), &request)?;
        let Conditions { agent, fence, .. } = conditions;
        let now = self.engine.now();
        let points = request.points.into_iter().map(|point| to_store(point, now)).collect();
        let put = self.engine.put_points(&self.principal, id, points, agent, fence, idempotency).await;
        put.map_err(problem)
    }

    async fn points(&self, id: &SessionId, query: api::ListPoints) -> Result<api::PointPage, Problem> {
        let limit = page_limit(query.limit)?;
        let after = query.after.unwrap_or(0);
        let series = query.series.as_deref();
        let mut points =
            self.engine.points(&self.principal, id, series, after, limit + 1).await.map_err(problem)?;
        let more = points.len() > limit;
        points.truncate(limit);
        let next_cursor = points.last().filter(|_| more).map(|reading| reading.id);
        Ok(api::PointPage { points: points.into_iter().map(reading).collect(), next_cursor })
    }
}

fn to_store(point: api::Point, now: Timestamp) -> Point {
    let time = point.time.unwrap_or(now);
    Point { series: point.series, time, step: point.step, value: point.value, text: point.text }
}

fn reading(reading: Reading) -> api::Reading {
    let Point { series, time, step, value, text } = reading.point;
    api::Reading { id: reading.id, series, time, step, value, text }
}
