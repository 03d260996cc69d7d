//! Waiting for a session to become as a caller needs it.

use std::sync::Arc;
use std::time::Duration;

use sessiond_core::{Principal, Rejection, Session, SessionId, Status, limits};
use tokio::sync::broadcast::error::RecvError;

use crate::actor::Feed;
use crate::{Engine, Error};

impl Engine {
    /// Waits until the session is as `is` says, has ended, or `wait` is over, and gives it as it then is.
    pub async fn wait_for(
        &self,
        principal: &Principal,
        id: &SessionId,
        wait: Duration,
        is: impl Fn(&Session) -> bool,
    ) -> Result<Arc<Session>, Error> {
        let slot = self.open_session(id).await?;
        // What is published between these two lines is seen twice, which does no harm.
        let mut feed = slot.subscribe();
        let mut over = self.clock().sleep(wait.min(Duration::from_millis(limits::WAIT_MS)));
        loop {
            let session = slot.session();
            if slot.is_deleted() || !principal.sees(&session) {
                return Err(Rejection::SessionNotFound.into());
            }
            if session.status != Status::Active || is(&session) {
                return Ok(session);
            }
            tokio::select! {
                () = self.shared.stop.cancelled() => return Err(Error::Closed),
                () = &mut over => return Ok(slot.session()),
                fed = feed.recv() => match fed {
                    Ok(Feed::Record(_) | Feed::Stored(_)) | Err(RecvError::Lagged(_)) => {}
                    Ok(Feed::Deleted) | Err(RecvError::Closed) => {
                        return Err(Rejection::SessionNotFound.into());
                    }
                },
            }
        }
    }
}
