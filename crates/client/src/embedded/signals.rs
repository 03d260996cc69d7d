//! What the operations on signals are to the engine.

use async_trait::async_trait;
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{Command, Session, SessionId, limits, signals};

use super::{Embedded, addressable, page_limit, problem};
use crate::Conditions;
use crate::traits::Signals;

#[async_trait]
impl Signals for Embedded {
    async fn send_signal(
        &self,
        id: &SessionId,
        name: &str,
        request: api::SendSignal,
        conditions: Conditions,
    ) -> Result<api::Signal, Problem> {
        addressable("signal", name, "signal")?;
        let accepted = self.accept(conditions, &format!("send_signal {id} {name}"), &request)?;
        let command = signals::Command::Send { name: name.to_owned(), value: request.value };
        let reply = self.execute(id, accepted, Command::Signals(command)).await?;
        // The state is that right after the command, also when its answer is given again.
        let sent = reply.session.signals.all.last().map(|signal| api::Signal::from(&**signal));
        sent.ok_or_else(|| Problem::new(Code::Internal, "the signal was sent, but cannot be read"))
    }

    async fn signals(&self, id: &SessionId, query: api::ListSignals) -> Result<api::SignalPage, Problem> {
        let limit = page_limit(query.limit)?;
        let (after, name) = (query.after.unwrap_or_default(), query.name.as_deref());
        let session = match query.wait {
            None => self.see(id).await?,
            Some(wait) => {
                let is_there = |session: &Session| session.signals.after(after, name).next().is_some();
                self.engine.wait_for(&self.principal, id, wait.into(), is_there).await.map_err(problem)?
            }
        };
        let mut page = api::SignalPage { signals: Vec::new(), next_after: None };
        let mut bytes = 0;
        for signal in session.signals.after(after, name) {
            let signal = api::Signal::from(&**signal);
            bytes += serde_json::to_vec(&signal).map_or(0, |text| text.len());
            if page.signals.len() >= limit || (bytes > limits::PAGE_BYTES && !page.signals.is_empty()) {
                page.next_after = page.signals.last().map(|last| last.revision);
                break;
            }
            page.signals.push(signal);
        }
        Ok(page)
    }
}
