//! What changes in a task, told as it happens.
//!
//! A stream begins with the task as it is and follows the session's watcher from there: each event is folded into a copy
//! of the session's state, and what the task then shows that it did not show before is the next update. So a stream tells
//! the same as a read of the task, whatever the event was.

use std::collections::VecDeque;

use a2a::{
    A2AError, StreamResponse, SubscribeToTaskRequest, TaskArtifactUpdateEvent, TaskStatusUpdateEvent,
    error_code,
};
use axum::response::Response;
use serde_json::Value;
use sessiond_client::Embedded;
use sessiond_core::{Event, Session, SessionId, TaskId};
use sessiond_engine::{Watch, WatchItem};

use super::error::{Error, task_not_found, with_code};
use super::rpc::{self, Version};
use super::{A2a, message, task};
use crate::sse::{self, Frames};

/// Sends a message, and tells what becomes of its task until that is over or needs an answer.
pub(super) async fn send(face: &A2a, version: Version, id: Value, params: Value) -> Result<Response, Error> {
    let sent = message::read(face, params)?;
    let arrived = message::take(face, &sent).await?;
    let request = (version, id);
    let updates =
        Updates::begin(face, request, &arrived.session, arrived.task, Until::Rest, sent.history_length);
    Ok(sse::respond(face.app.clone(), updates.await?))
}

/// Tells what becomes of a task until that is over.
pub(super) async fn subscribe(
    face: &A2a,
    version: Version,
    id: Value,
    request: SubscribeToTaskRequest,
) -> Result<Response, Error> {
    let (session, task) = face.task(&request.id).await?;
    if task::state(&session, &task).is_terminal() {
        let detail = format!("the task is {} already: read it", task.status);
        return Err(A2AError::unsupported_operation(detail).into());
    }
    let updates = Updates::begin(face, (version, id), &session.id, task.id.clone(), Until::End, None);
    Ok(sse::respond(face.app.clone(), updates.await?))
}

/// How far a stream goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until the task is over, or needs an answer: then it is the client's turn.
    Rest,
    /// Until the task is over.
    End,
}

/// The updates of one task.
struct Updates {
    version: Version,
    /// The request that they respond to.
    id: Value,
    client: Embedded,
    watch: Watch,
    /// Whether the watch has to begin anew, because events that it would need are no longer kept.
    stale: bool,
    /// The state as far as the watch has come.
    session: Session,
    task: TaskId,
    /// What was told last.
    told: a2a::Task,
    until: Until,
    waiting: VecDeque<StreamResponse>,
}

impl Updates {
    async fn begin(
        face: &A2a,
        (version, id): (Version, Value),
        session: &SessionId,
        task: TaskId,
        until: Until,
        history_length: Option<i32>,
    ) -> Result<Self, Error> {
        let watch = face.client.engine().watch(face.client.principal(), session, None).await;
        let mut watch = watch.map_err(sessiond_client::problem)?;
        let Some(Ok(WatchItem::Snapshot(session))) = watch.next().await else {
            return Err(task_not_found());
        };
        let found = session.tasks.get(&task).filter(|task| face.has(task)).ok_or_else(task_not_found)?;
        let told = task::shorten(task::view(&session, found), history_length)?;
        let client = face.client.clone();
        Ok(Self::from(client, (version, id), watch, Session::clone(&session), (task, told), until))
    }

    /// Goes on from what is told first.
    fn from(
        client: Embedded,
        (version, id): (Version, Value),
        watch: Watch,
        session: Session,
        (task, told): (TaskId, a2a::Task),
        until: Until,
    ) -> Self {
        let waiting = VecDeque::from([StreamResponse::Task(told.clone())]);
        Self { version, id, client, watch, stale: false, session, task, told, until, waiting }
    }

    /// Folds an event, and notes what it changed.
    fn follow(&mut self, json: &str) -> Result<(), String> {
        let event: Event = serde_json::from_str(json).map_err(|error| error.to_string())?;
        self.session.apply(&event).map_err(|error| error.to_string())?;
        self.compare();
        Ok(())
    }

    /// Notes what the task shows and has not been told.
    fn compare(&mut self) {
        let Some(task) = self.session.tasks.get(&self.task) else {
            return;
        };
        let (task_id, context_id) = (self.told.id.clone(), self.told.context_id.clone());
        let artifacts = task::artifacts(task);
        if artifacts != self.told.artifacts {
            for artifact in artifacts.iter().flatten() {
                self.waiting.push_back(StreamResponse::ArtifactUpdate(TaskArtifactUpdateEvent {
                    task_id: task_id.clone(),
                    context_id: context_id.clone(),
                    artifact: artifact.clone(),
                    append: Some(false),
                    last_chunk: Some(true),
                    metadata: None,
                }));
            }
            self.told.artifacts = artifacts;
        }
        let status = task::status(&self.session, task);
        if (&status.state, said(&status)) != (&self.told.status.state, said(&self.told.status)) {
            self.told.status = status.clone();
            let update = TaskStatusUpdateEvent { task_id, context_id, status, metadata: None };
            self.waiting.push_back(StreamResponse::StatusUpdate(update));
        }
    }

    /// Whether nothing follows what has been told.
    fn is_over(&self) -> bool {
        let state = &self.told.status.state;
        match self.until {
            Until::Rest => task::rests(state),
            Until::End => state.is_terminal(),
        }
    }

    /// Why the watch has ended; nothing when the server ends.
    fn ended(&self, error: sessiond_engine::Error) -> Option<(String, bool)> {
        if matches!(error, sessiond_engine::Error::Closed) {
            return None;
        }
        let error = match Error::from(sessiond_client::problem(error)) {
            Error::Protocol(error) => *error,
            Error::Refused(failure) => with_code(error_code::INTERNAL_ERROR, &failure.0),
        };
        Some((sse::data(&rpc::error(&self.id, &error)), false))
    }

    fn broken(&self, detail: &str) -> (String, bool) {
        tracing::error!(session = %self.session.id, detail, "a stream of A2A cannot go on");
        let error = A2AError::internal("the stream cannot continue; subscribe to the task again");
        (sse::data(&rpc::error(&self.id, &error)), false)
    }
}

impl Frames for Updates {
    async fn next(&mut self) -> Option<(String, bool)> {
        loop {
            if let Some(update) = self.waiting.pop_front() {
                let more = !self.waiting.is_empty() || !self.is_over();
                let update = self.version.update(&update, !more);
                return Some((sse::data(&rpc::result(&self.id, &update)), more));
            }
            if self.stale {
                let engine = self.client.engine();
                match engine.watch(self.client.principal(), &self.session.id, None).await {
                    Ok(watch) => (self.watch, self.stale) = (watch, false),
                    Err(error) => return self.ended(error),
                }
            }
            match self.watch.next().await {
                Some(Ok(WatchItem::Snapshot(session))) => {
                    self.session = Session::clone(&session);
                    self.compare();
                }
                Some(Ok(WatchItem::Record(record))) => {
                    if let Err(detail) = self.follow(&record.json) {
                        return Some(self.broken(&detail));
                    }
                }
                Some(Ok(WatchItem::Gap { .. })) => self.stale = true,
                Some(Err(error)) => return self.ended(error),
                // A session that ends cancels its tasks first, so that this is the server's end.
                None => return None,
            }
        }
    }
}

/// What a status says. Its time alone is no news.
fn said(status: &a2a::TaskStatus) -> Option<&[a2a::Part]> {
    status.message.as_ref().map(|message| message.parts.as_slice())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use sessiond_api as api;
    use sessiond_client::Conditions;
    use sessiond_client::traits::{Sessions as _, Tasks as _};
    use sessiond_core::Principal;
    use sessiond_engine::{Engine, Options};
    use sessiond_store_sqlite::Sqlite;

    use super::*;

    #[tokio::test]
    async fn a_stream_that_lags_behind_what_is_kept_goes_on_with_the_task_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(dir.path(), sessiond_store_sqlite::Options::default()).unwrap());
        let options = Options { keep_events: Some(2), snapshot_every: 4, ..Options::default() };
        let client = Embedded::new(Engine::open(store, options).await.unwrap(), Principal::local());
        let none = Conditions::default;
        let new = json!({ "participants": [{ "agent_id": "a://b", "role": "r" }] });
        let made = client.create_session(api::from_value(new).unwrap(), none()).await.unwrap();
        let ask = api::from_value(json!({ "task_type": "t", "delegatee": "a://b" })).unwrap();
        let task = client.delegate_task(&made.session_id, ask, none()).await.unwrap().task_id;
        let engine = client.engine();
        let mut watch = engine.watch(client.principal(), &made.session_id, None).await.unwrap();
        let Some(Ok(WatchItem::Snapshot(session))) = watch.next().await else {
            panic!("it begins with a snapshot")
        };
        let told = task::view(&session, &session.tasks[&task]);
        let request = (Version::V1, json!(7));
        let mut updates = Updates::from(
            client.clone(),
            request,
            watch,
            Session::clone(&session),
            (task.clone(), told),
            Until::End,
        );
        client.accept_task(&task, api::TaskReportMeta::default(), none()).await.unwrap();
        for step in 0..300 {
            let progress = api::from_value(json!({ "progress": format!("step {step}") })).unwrap();
            client.progress_task(&task, progress, none()).await.unwrap();
        }
        // The first update is the task as it was; then comes what it has become.
        let mut frames = vec![updates.next().await.unwrap()];
        frames.push(updates.next().await.unwrap());
        let done = api::from_value(json!({ "result": 42 })).unwrap();
        client.complete_task(&task, done, none()).await.unwrap();
        while frames.last().is_some_and(|(_, more)| *more) {
            frames.push(updates.next().await.unwrap());
        }
        let frames: String = frames.into_iter().map(|(frame, _)| frame).collect();
        assert!(!frames.contains("step 0\"") && !frames.contains("error"), "{frames}");
        assert!(frames.contains("step 299\"") && frames.contains("TASK_STATE_COMPLETED"), "{frames}");
        engine.shutdown().await;
    }
}
