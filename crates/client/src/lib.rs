//! The clients of sessiond, with one meaning: [`Client::open`] runs the engine in this process on a store in a
//! directory (the embedded client), [`Client::connect`] speaks HTTP to `sessiond serve` (the HTTP client). Both give the
//! same handle, and one conformance suite runs on both.
//!
//! [`traits`] says what a client can do, a trait a noun; `embedded/` and `http/` have an implementation a noun. The server
//! itself uses the embedded client: what a route does is what [`Embedded`] does for the route's caller. Each client is
//! a feature, and both are on by default; a program that only speaks HTTP needs neither the engine nor a store.

mod conditions;
#[cfg(feature = "embedded")]
mod embedded;
#[cfg(feature = "http")]
mod http;
#[cfg(any(feature = "embedded", feature = "http"))]
mod local;
pub mod traits;

use std::ops::Deref;
use std::sync::Arc;

#[cfg(any(feature = "embedded", feature = "http"))]
use sessiond_api::Problem;

pub use conditions::Conditions;
#[cfg(feature = "embedded")]
pub use embedded::store::{after_fork, before_fork};
#[cfg(feature = "embedded")]
pub use embedded::{Embedded, added, problem, store};
#[cfg(feature = "http")]
pub use http::Http;
pub use traits::{
    Api, ContextView, Export, Import, RecordPage, Sent, TurnFollow, TurnItem, Watch, WatchItem,
};

/// A handle on sessiond; cheap to clone. Its operations are those of [`Api`].
#[derive(Clone)]
pub struct Client {
    api: Arc<dyn Api>,
}

impl Client {
    /// Runs the engine in this process, on the store in `dir` (`.sessiond` by custom), which is made when it is
    /// missing. Another process, a `sessiond serve` among them, may use the same directory at the same time.
    #[cfg(feature = "embedded")]
    pub async fn open(dir: &std::path::Path) -> Result<Self, Problem> {
        Ok(Self::through(Arc::new(Embedded::open(dir).await?)))
    }

    /// Reads the store in `dir` in this process; see [`Embedded::look`].
    #[cfg(feature = "embedded")]
    pub async fn look(dir: &std::path::Path) -> Result<Self, Problem> {
        Ok(Self::through(Arc::new(Embedded::look(dir).await?)))
    }

    /// Speaks HTTP to a server at `url`, such as `http://127.0.0.1:8080`. Nothing is sent before the first operation.
    #[cfg(feature = "http")]
    pub fn connect(url: &str, key: Option<&str>) -> Result<Self, Problem> {
        Ok(Self::through(Arc::new(Http::new(url, key)?)))
    }

    /// A handle on any implementation.
    pub fn through(api: Arc<dyn Api>) -> Self {
        Self { api }
    }
}

impl Deref for Client {
    type Target = dyn Api;

    fn deref(&self) -> &Self::Target {
        &*self.api
    }
}
