//! A server on a store of its own, with a client.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::server::Served;

/// A server, its store, and a client.
pub struct Site {
    /// The directory of the store.
    pub dir: tempfile::TempDir,
    /// The server.
    pub server: Served,
    /// The client.
    pub http: reqwest::Client,
    environment: Vec<(String, String)>,
}

impl Site {
    /// Starts a server with these variables of the environment.
    pub fn start(environment: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(dir.path(), "127.0.0.1:0", environment);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { dir, server, http, environment: environment.iter().map(owned).collect() }
    }

    /// Starts one whose assistants have that model.
    pub fn with_model(model_url: &str, environment: &[(&str, &str)]) -> Self {
        let model = [("SESSIOND_MODEL_URL", model_url), ("SESSIOND_MODEL", "scripted")];
        Self::start(&[&model[..], environment].concat())
    }

    /// Kills the server, and starts it again.
    pub fn restart(&mut self) {
        self.server.kill();
        let environment: Vec<_> =
            self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.server = Served::start(self.dir.path(), "127.0.0.1:0", &environment);
    }

    /// A request.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.url))
    }

    /// Sends a request that has that status, and answers its body.
    #[track_caller]
    pub fn expect(
        &self,
        status: u16,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> impl Future<Output = Value> + use<> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let (path, from) = (path.to_owned(), std::panic::Location::caller());
        async move {
            let response = request.send().await.unwrap();
            let actual = response.status();
            let text = response.text().await.unwrap();
            assert_eq!(actual, StatusCode::from_u16(status).unwrap(), "{from} {path}: {text}");
            serde_json::from_str(&text).unwrap_or_default()
        }
    }
}
