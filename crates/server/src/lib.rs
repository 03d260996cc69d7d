//! The HTTP skin over the embedded client: what a route does is what [`sessiond_client::Embedded`] does for its caller.
//!
//! A request passes `observe` (span, metrics, header limit), `auth` (who asks, and whether the table lets them call
//! the route at all) and a handler of `routes/`, which extracts, calls the client and maps the answer. The session's own
//! rules stand in the core, so a handler never decides about rights. `intake.rs` sees to bodies that nobody reads, `listen.rs` has the port and the connections and
//! `server.rs` what answers on them, `sse.rs` and `socket/` hold what stays open, `webhooks.rs` posts messages to agents,
//! `mcp/` offers the routes as tools to models, `a2a/` offers the agents to clients of A2A, `docs/` renders the pages, `console.rs` sends the web console, and
//! `openapi.rs` completes the generated document.

mod a2a;
mod app;
mod auth;
#[cfg(feature = "console")]
mod console;
mod docs;
mod error;
mod extract;
mod intake;
mod listen;
mod mcp;
mod model;
mod observe;
mod openai;
mod openapi;
mod options;
mod proxy;
mod rate;
mod respond;
mod routes;
mod server;
mod socket;
mod sse;
mod transfer;
mod turns;
mod webhooks;

pub use auth::origin::sent_from_elsewhere;
pub use error::Error;
pub use listen::{Bounds, Listener};
pub use mcp::serve_stdio as serve_mcp_on_stdio;
pub use model::observed;
pub use openapi::{document as openapi, json as openapi_json};
pub use options::{AdminKey, Options};
pub use proxy::{Proxy, ProxyOptions};
pub use rate::Rates;
pub use server::{Handle, Server};
