//! What an agent does with a task.

use std::fmt;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use sessiond_api::Message;

use crate::TaskContext;

/// What an agent does with its tasks. A function from a [`TaskContext`] to a result is one.
///
/// An implementation *must* end soon after [`TaskContext::cancellation`] is cancelled; what it then returns is not
/// reported. It *may* be called for several tasks at once, up to [`Options::concurrency`](crate::Options), and *may*
/// be called again for a task that another process of this agent had begun. A panic fails the task, not the agent.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Does the work, and gives its result.
    async fn task(&self, task: TaskContext) -> Result<Value, Failure>;

    /// Takes note of a message that is no task: a response, an error, a status update. They come one at a time.
    async fn message(&self, message: Message) {
        tracing::debug!(message_id = %message.message_id, kind = %message.message_type, "a message that nobody reads");
    }
}

#[async_trait]
impl<F, Answer> Handler for F
where
    F: Fn(TaskContext) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Value, Failure>> + Send,
{
    async fn task(&self, task: TaskContext) -> Result<Value, Failure> {
        self(task).await
    }
}

/// Why a task failed, as its session keeps it: by custom an object with a stable `code` and a `detail` for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure(pub Value);

impl Failure {
    /// A failure with a stable code, and words for people.
    pub fn new(code: &str, detail: impl Into<String>) -> Self {
        Self(json!({ "code": code, "detail": detail.into() }))
    }

    /// The same, of a failure with which another attempt of this agent would end too: the task's next fallback agent
    /// receives it.
    pub fn not_retryable(self) -> Self {
        self.with("retryable", false)
    }

    /// The same with one member more.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        if !self.0.is_object() {
            let mut object = Map::new();
            object.insert("detail".into(), self.0.take());
            self.0 = Value::Object(object);
        }
        self.0[member] = value.into();
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.get("detail").and_then(Value::as_str) {
            Some(detail) => f.write_str(detail),
            None => write!(f, "{}", self.0),
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new("failed", error.to_string())
    }
}
