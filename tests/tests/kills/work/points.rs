//! Telemetry: each point is there once.

use std::sync::Arc;

use serde_json::json;
use sessiond_client::Conditions;
use sessiond_core::SessionId;
use tokio::task::JoinSet;

use super::{create, once};
use crate::run::{Shared, request};

const WRITERS: usize = 2;
/// Points a request.
const POINTS: i64 = 5;

pub async fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    let id = create(shared, 0, json!({ "session_id": "points" })).await;
    for writer in 0..WRITERS {
        workers.spawn(write(shared.clone(), id.clone(), writer));
    }
}

async fn write(shared: Arc<Shared>, id: SessionId, writer: usize) {
    let client = shared.client(writer);
    let series = format!("w{writer}");
    let mut steps: i64 = 0;
    while !shared.ending() {
        let points: Vec<_> = (steps..steps + POINTS)
            .map(|step| json!({ "series": series, "step": step, "value": step }))
            .collect();
        let key = format!("points {series}-{steps}");
        let put = || client.put_points(&id, request(json!({ "points": points })), Conditions::once(&*key));
        shared.must(put).await;
        steps += POINTS;
    }
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let query = json!({ "series": series, "limit": 1000, "after": cursor });
        let page = shared.must(|| client.points(&id, request(query.clone()))).await;
        found.extend(page.points.iter().map(|point| point.step));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    once("points", found, (0..steps).map(Some));
}
