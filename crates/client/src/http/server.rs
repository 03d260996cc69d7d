//! The server itself.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem, operations};

use super::Http;
use crate::traits::Server;

#[async_trait]
impl Server for Http {
    async fn ready(&self) -> Result<api::Health, Problem> {
        self.request(&operations::READY, &[]).read().await
    }

    async fn whoami(&self) -> Result<api::Whoami, Problem> {
        self.request(&operations::WHOAMI, &[]).read().await
    }
}
