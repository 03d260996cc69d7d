//! What a call came to before, given again.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sessiond_core::{CallStatus, Json};

use super::Session;
use crate::branch::Branch;
use crate::error::Error;
use crate::replay::{Outcome, Sequence, Turn};

/// How long a turn is waited for while nothing happens: what should come first is not made any more, or takes its time.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long, beside the time that it took then, a call that was dropped then is waited for to be dropped.
const DROPPED: Duration = Duration::from_secs(5);

impl Session {
    pub(super) async fn again<T: DeserializeOwned>(
        &self,
        node: &Arc<str>,
        outcome: Outcome,
        at_once: bool,
    ) -> Result<T, Error> {
        let sequence = self.shared.execution.sequence();
        let turn = outcome.turn;
        if outcome.is_cancelled() {
            // Whoever dropped it then is to drop it now.
            let _passes = Passes { sequence, turn };
            come(sequence, turn).await;
            tokio::time::sleep(Duration::from_micros(outcome.took_us) + DROPPED).await;
            return Err(Error::Kept { node: node.clone() });
        }
        if !at_once {
            come(sequence, turn).await;
            sequence.pass(turn);
        }
        match (outcome.status, outcome.error) {
            (CallStatus::Completed, _) => {
                let output = outcome.output.unwrap_or_else(Json::null);
                serde_json::from_str(output.as_str()).map_err(|error| Error::value(node, "output", &error))
            }
            (CallStatus::Timeout, None) => {
                Err(Error::Timeout { node: node.clone(), within: self.settings().timeout })
            }
            (_, Some(error)) => {
                Err(Error::Recorded { kind: error.kind.into(), message: error.message.into() })
            }
            (_, None) => {
                Err(Error::Recorded { kind: "Error".into(), message: format!("{node} failed").into() })
            }
        }
    }
}

impl Session {
    /// Waits, while other branches are still replayed, until what a call that runs came to is next in their order.
    pub(super) async fn after_record(&self, branch: &Branch) {
        let execution = &self.shared.execution;
        if !execution.sequence().is_over() {
            come(execution.sequence(), execution.turn_of(branch)).await;
        }
    }
}

/// Waits for a turn; what should come before it and does not is skipped.
async fn come(sequence: &Sequence, turn: Turn) {
    loop {
        let before = sequence.next();
        if tokio::time::timeout(PATIENCE, sequence.come(turn)).await.is_ok() {
            return;
        }
        if sequence.next() == before {
            sequence.skip_to(turn);
        }
    }
}

struct Passes<'a> {
    sequence: &'a Sequence,
    turn: Turn,
}

impl Drop for Passes<'_> {
    fn drop(&mut self) {
        self.sequence.pass(self.turn);
    }
}
