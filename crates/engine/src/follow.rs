//! Follows other processes on the same store: an embedded writer beside a server, or two servers.

use sessiond_store::Change;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::Engine;

/// Takes in notices until it is dropped.
pub(crate) async fn run(engine: Engine, mut changes: Receiver<Change>) {
    loop {
        let change = match changes.recv().await {
            Ok(change) => change,
            Err(RecvError::Lagged(_)) => Change::All,
            Err(RecvError::Closed) => return std::future::pending().await,
        };
        match change {
            Change::Session(id, revision) => {
                let slot = engine.shared.sessions.lock().get(&id).cloned();
                let Some(slot) = slot else { continue };
                if revision == 0 {
                    engine.forget(&slot);
                    slot.delete().await;
                } else if revision > slot.session().revision {
                    slot.refresh().await;
                }
            }
            Change::Inbox(agent) => engine.shared.presences.wake(&agent),
            Change::Timers => {
                engine.shared.timers.now();
                engine.shared.schedules.now();
            }
            Change::Registry => reload(&engine).await,
            Change::All => {
                let slots: Vec<_> = engine.shared.sessions.lock().values().cloned().collect();
                for slot in slots {
                    slot.refresh().await;
                }
                engine.shared.presences.wake_all();
                engine.shared.timers.now();
                engine.shared.schedules.now();
                reload(&engine).await;
            }
        }
    }
}

async fn reload(engine: &Engine) {
    let store = &*engine.shared.store;
    if let Err(error) = engine.shared.registry.reload(store).await {
        tracing::warn!(%error, "agents that another process registered cannot be read");
    }
    if let Err(error) = engine.shared.keyring.reload(store).await {
        tracing::warn!(%error, "keys that another process changed cannot be read");
    }
}
