//! What the operations on an execution are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Problem};
use sessiond_core::{Command, SessionId, calls};

use super::Embedded;
use crate::Conditions;
use crate::traits::Calls;

#[async_trait]
impl Calls for Embedded {
    async fn begin_execution(
        &self,
        id: &SessionId,
        request: api::BeginExecution,
        conditions: Conditions,
    ) -> Result<api::Execution, Problem> {
        let accepted = self.accept(conditions, &format!("begin_execution {id}"), &request)?;
        let command = Command::Calls(calls::Command::Begin(request.into()));
        let reply = self.execute(id, accepted, command).await?;
        let writer = reply.receipt.writer().unwrap_or_default();
        Ok(api::Execution { writer, session: api::Session::from(&*reply.session) })
    }

    async fn renew_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem> {
        let accepted = self.accept(conditions, &format!("renew_execution {id}"), &request)?;
        let command = Command::Calls(calls::Command::Renew { writer: request.writer });
        let reply = self.execute(id, accepted, command).await?;
        Ok(api::Renewed { revision: reply.session.revision })
    }

    async fn release_execution(
        &self,
        id: &SessionId,
        request: api::Writer,
        conditions: Conditions,
    ) -> Result<api::Renewed, Problem> {
        let accepted = self.accept(conditions, &format!("release_execution {id}"), &request)?;
        let command = Command::Calls(calls::Command::Release { writer: request.writer });
        let reply = self.execute(id, accepted, command).await?;
        Ok(api::Renewed { revision: reply.session.revision })
    }

    async fn record_calls(
        &self,
        id: &SessionId,
        request: api::RecordCalls,
        conditions: Conditions,
    ) -> Result<api::Recorded, Problem> {
        let accepted = self.accept(conditions, &format!("record_calls {id}"), &request)?;
        let command = Command::Calls(calls::Command::Record(request.into()));
        let reply = self.execute(id, accepted, command).await?;
        Ok(api::Recorded { revision: reply.session.revision })
    }
}
