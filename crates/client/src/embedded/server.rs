//! The engine in this process, in the place of a server.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};

use super::{Embedded, problem};
use crate::traits::Server;

#[async_trait]
impl Server for Embedded {
    async fn ready(&self) -> Result<api::Health, Problem> {
        self.engine.ready().await.map_err(problem)?;
        Ok(api::Health::of("ready"))
    }

    async fn whoami(&self) -> Result<api::Whoami, Problem> {
        Ok(api::Whoami::of(&self.principal, true))
    }
}
