//! A server in the test's own process, and plans for it.
#![allow(dead_code, clippy::unwrap_used, reason = "each test program uses a part of it, and tests may panic")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sessiond_agent::Options;
use sessiond_api as api;
use sessiond_client::{Client, Conditions, Embedded};
use sessiond_core::{AgentId, Principal, SessionId, TaskId, TaskStatus};
use sessiond_engine::Engine;
use sessiond_server::{Handle, Server};
use sessiond_store_sqlite::Sqlite;

/// How long anything may take before the test has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A server with a store of its own.
pub struct Bench {
    pub client: Client,
    pub url: String,
    engine: Engine,
    server: Option<Handle>,
    _dir: tempfile::TempDir,
}

impl Bench {
    pub async fn start() -> Self {
        Self::with(sessiond_engine::Options::default()).await
    }

    pub async fn with(options: sessiond_engine::Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::open(dir.path(), sessiond_store_sqlite::Options::default()).unwrap();
        let engine = Engine::open(Arc::new(store), options).await.unwrap();
        let server = listen(&engine, "127.0.0.1:0").await;
        Self {
            client: Client::through(Arc::new(Embedded::new(engine.clone(), Principal::local()))),
            url: server.url(),
            engine,
            server: Some(server),
            _dir: dir,
        }
    }

    /// Closes the port, and every connection with it. The engine goes on.
    pub async fn hang_up(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    /// Opens the same port again.
    pub async fn answer_again(&mut self) {
        let address = self.url.strip_prefix("http://").unwrap().to_owned();
        self.server = Some(listen(&self.engine, &address).await);
    }

    /// An agent that connects by WebSocket.
    pub fn options(&self, id: &str) -> Options {
        let mut options = Options::connect(&self.url, None, agent(id)).unwrap();
        options.grace = Duration::from_millis(200);
        options
    }

    /// A session with one step for each agent, in this order; each agent must be registered.
    pub async fn session(&self, steps: &[(&str, &str, Value)]) -> SessionId {
        self.session_with(steps, "5m").await
    }

    pub async fn session_with(&self, steps: &[(&str, &str, Value)], timeout: &str) -> SessionId {
        let mut agents: Vec<&str> = steps.iter().map(|(_, agent, _)| *agent).collect();
        agents.sort_unstable();
        agents.dedup();
        let participants: Vec<Value> =
            agents.iter().map(|agent| json!({ "agent_id": agent, "role": "worker" })).collect();
        let workflow: Vec<Value> = steps
            .iter()
            .map(|(name, agent, payload)| {
                json!({ "name": name, "required_agents": [agent],
                    "task": { "task_type": name, "payload": payload, "timeout": timeout } })
            })
            .collect();
        let request = json!({ "participants": participants, "workflow": workflow, "shared_context": { "shared": true } });
        let request: api::CreateSession = serde_json::from_value(request).unwrap();
        self.client.create_session(request, Conditions::default()).await.unwrap().session_id
    }

    /// The only task of a step so far.
    pub async fn task_of(&self, session: &SessionId, step: &str) -> api::Task {
        let query = api::ListTasks { step: Some(step.to_owned()), ..Default::default() };
        self.client.session_tasks(session, query).await.unwrap().tasks.pop().unwrap()
    }

    /// Waits until a step's task is so.
    pub async fn until(
        &self,
        session: &SessionId,
        step: &str,
        wanted: impl Fn(&api::Task) -> bool,
    ) -> api::Task {
        let found = async {
            loop {
                let query = api::ListTasks { step: Some(step.to_owned()), ..Default::default() };
                let task = self.client.session_tasks(session, query).await.unwrap().tasks.pop();
                if let Some(task) = task.filter(&wanted) {
                    return task;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(task) => task,
            Err(_) => panic!("step '{step}' is still {:?}", self.task_of(session, step).await),
        }
    }

    /// Waits until a step's task has this status.
    pub async fn until_is(&self, session: &SessionId, step: &str, status: TaskStatus) -> api::Task {
        self.until(session, step, |task| task.status == status).await
    }

    /// Waits until the agent's inbox is empty: everything has been acknowledged.
    pub async fn until_acknowledged(&self, id: &str) {
        let empty = async {
            while self.client.agent(&agent(id)).await.unwrap().inbox_depth > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, empty).await.expect("the inbox stays full");
    }

    pub async fn cancel(&self, task: &TaskId) {
        self.client.cancel_task(task, api::CancelTask::default(), Conditions::default()).await.unwrap();
    }
}

async fn listen(engine: &Engine, address: &str) -> Handle {
    let options = sessiond_server::Options {
        listen: address.to_owned(),
        grace: Duration::from_millis(500),
        ..Default::default()
    };
    Server::bind(engine.clone(), options).await.unwrap().start()
}

pub fn agent(id: &str) -> AgentId {
    id.parse().unwrap()
}

/// Waits for something that must come soon.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, what).await.expect("it takes too long")
}
