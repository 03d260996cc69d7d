//! Turns that callers open, within their limits: from the request until the turn has ended, whoever still waits for it.

use sessiond_api as api;
use sessiond_api::Problem;
use sessiond_client::traits::Conversation as _;
use sessiond_client::{Conditions, Embedded};
use sessiond_core::{Principal, SessionId, Span, TurnId, limits};
use sessiond_model::{Message, Request, estimate};

use crate::app::App;
use crate::rate::OpenTurn;

impl App {
    /// Adds a turn.
    pub(crate) async fn add_turn(
        &self,
        client: &Embedded,
        id: &SessionId,
        request: api::AddTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        let open = self.limits.turn(client.principal())?;
        let turn = client.add_turn(id, request, conditions).await?;
        self.count(open, &turn);
        Ok(turn)
    }

    /// Retries a turn.
    pub(crate) async fn retry_turn(
        &self,
        client: &Embedded,
        id: &SessionId,
        turn: &TurnId,
        request: api::RetryTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        let open = self.limits.turn(client.principal())?;
        let turn = client.retry_turn(id, turn, request, conditions).await?;
        self.count(open, &turn);
        Ok(turn)
    }

    /// Counts a turn until its end.
    fn count(&self, mut open: OpenTurn, turn: &api::Turn) {
        // A repeated request finds one that may have ended, and was counted then.
        if !turn.status.is_open() || !self.limits.counts_turns() {
            return;
        }
        let client = Embedded::new(self.engine.clone(), Principal::engine());
        let (id, turn) = (turn.session_id.clone(), turn.turn_id.clone());
        let shutdown = self.shutdown.clone();
        self.tasks.spawn(async move {
            let wait = Some(Span::from_millis(limits::WAIT_MS));
            loop {
                let waits = client.turn(&id, &turn, api::GetTurn { wait });
                let turn = tokio::select! {
                    () = shutdown.cancelled() => return,
                    turn = waits => turn,
                };
                match turn {
                    Ok(turn) if turn.status.is_open() => {}
                    Ok(turn) => {
                        open.used(tokens(&turn));
                        return;
                    }
                    Err(_) => return,
                }
            }
        });
    }
}

/// The tokens of a turn that has ended: those that the model reported, or else an estimate from the texts.
fn tokens(turn: &api::Turn) -> u64 {
    match &turn.usage {
        Some(usage) if usage.input_tokens + usage.output_tokens > 0 => {
            usage.input_tokens + usage.output_tokens
        }
        _ if turn.began_at.is_none() => 0,
        _ => estimate(&Request::new([Message::user(&turn.text), Message::assistant(&turn.answer)])),
    }
}
