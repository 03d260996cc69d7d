//! The two doors to sessiond, with one meaning: [`Client::open`] runs the engine in this process on a store in a
//! directory, [`Client::connect`] speaks HTTP to `sessiond serve`. Both give the same handle, and one conformance
//! suite runs on both.
//!
//! The server itself stands on the embedded door: what a route does is what [`Embedded`] does for the route's caller.

mod door;
mod embedded;
mod http;
mod registration;

use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use sessiond_api::Problem;

pub use door::{Call, ContextView, Door, Export, Import, Watch, WatchItem};
pub use embedded::{Embedded, RecordPage, problem, store};
pub use http::Http;

/// A handle on sessiond; cheap to clone. Its operations are those of [`Door`].
#[derive(Clone)]
pub struct Client {
    door: Arc<dyn Door>,
}

impl Client {
    /// Runs the engine in this process, on the store in `dir` (`.sessiond` by custom), which is made when it is
    /// missing. Another process, a `sessiond serve` among them, may use the same directory at the same time.
    pub async fn open(dir: &Path) -> Result<Self, Problem> {
        Ok(Self { door: Arc::new(Embedded::open(dir).await?) })
    }

    /// Speaks HTTP to a server at `url`, such as `http://127.0.0.1:8080`. Nothing is sent before the first operation.
    pub fn connect(url: &str, key: Option<&str>) -> Result<Self, Problem> {
        Ok(Self { door: Arc::new(Http::new(url, key)?) })
    }

    /// A handle on any door.
    pub fn through(door: Arc<dyn Door>) -> Self {
        Self { door }
    }
}

impl Deref for Client {
    type Target = dyn Door;

    fn deref(&self) -> &Self::Target {
        &*self.door
    }
}
