//! Leases: a participant's process keeps its right to write by renewing it. A renewal moves the lease's timer and
//! makes no event, because it changes nothing that anybody decides on.

use sessiond_core::{AgentId, Fence, Principal, Rejection, SessionId, Timestamp};
use sessiond_store::Op;

use crate::{Engine, Error};

impl Engine {
    /// Keeps a lease for as long again as it was given, and says until when. One that has expired, or has passed to
    /// another holder, is [`Rejection::FenceStale`].
    pub async fn renew_lease(
        &self,
        principal: &Principal,
        id: &SessionId,
        agent: &AgentId,
        fence: Fence,
    ) -> Result<Timestamp, Error> {
        let session = self.session(principal, id).await?;
        if !principal.commands(&session) {
            principal.must_act_as(agent)?;
        }
        let participant =
            session.participant(agent).ok_or_else(|| Rejection::ParticipantNotFound(agent.clone()))?;
        let stale = Rejection::FenceStale { presented: Some(fence), present: participant.fence };
        let Some(lease) = participant.lease.as_ref().filter(|lease| lease.fence == fence) else {
            return Err(stale.into());
        };
        let at = self.now().after(lease.ttl);
        let op =
            Op::MoveTimer { session_id: id.clone(), key: sessiond_core::lease_timer(agent), from: None, at };
        // A timer that is gone has fired: the holder was declared dead just now.
        self.write(op).await?.map(|_| at).map_err(|_| stale.into())
    }
}
