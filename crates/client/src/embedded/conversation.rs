//! What the operations on conversations are to the engine.

use async_trait::async_trait;
use futures_util::{StreamExt as _, stream};
use sessiond_api::{self as api, Code, Problem};
use sessiond_core::{
    AddTurn, Assistant, Command, Place, Rejection, Session, SessionId, TurnId, conversation, limits,
};
use sessiond_engine::{Reply, TurnItem as EngineItem, TurnTexts};

use super::{Embedded, page_limit, problem};
use crate::Conditions;
use crate::traits::{Conversation, TurnFollow, TurnItem};

#[async_trait]
impl Conversation for Embedded {
    async fn add_turn(
        &self,
        id: &SessionId,
        request: api::AddTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        let accepted = self.accept(conditions, &format!("add_turn {id}"), &request)?;
        let add = AddTurn {
            text: request.text,
            instructions: request.instructions,
            files: request.files,
            mode: request.mode,
            settings: request.settings,
            place: match request.parent {
                None => Place::Head,
                Some(None) => Place::Root,
                Some(Some(turn)) => Place::After(turn),
            },
            busy: request.busy,
        };
        let command = Command::Conversation(conversation::Command::Add { add, ahead: None });
        let reply = self.execute(id, accepted, command).await?;
        self.added(reply).await
    }

    async fn turns(&self, id: &SessionId, query: api::ListTurns) -> Result<api::TurnPage, Problem> {
        let limit = page_limit(query.limit)?;
        let session = self.see(id).await?;
        let conversation = &session.conversation;
        let after = query.after.unwrap_or_default();
        let mut wanted: Vec<_> = conversation.turns.values().filter(|turn| turn.seq > after).collect();
        wanted.sort_by_key(|turn| turn.seq);
        let summary =
            |(through, at): (&TurnId, &u64)| api::TurnSummary { through: through.clone(), revision: *at };
        let mut page = api::TurnPage {
            turns: Vec::new(),
            head: conversation.head.clone(),
            next_after: None,
            summaries: conversation.compacted.iter().map(summary).collect(),
        };
        let Some(first) = wanted.first() else { return Ok(page) };
        let mut texts = self.engine.turn_texts(id, first.seq - 1).await.map_err(problem)?;
        let mut bytes = 0;
        for turn in wanted {
            let said = texts.remove(&turn.id).unwrap_or_default();
            bytes += said.message.len() + said.answer.len() + said.reasoning.len();
            if page.turns.len() >= limit || (bytes > limits::PAGE_BYTES && !page.turns.is_empty()) {
                page.next_after = page.turns.last().map(|last| last.revision);
                break;
            }
            page.turns.push(self.view_turn(&session, &turn.id, said)?);
        }
        Ok(page)
    }

    async fn turn(&self, id: &SessionId, turn: &TurnId, query: api::GetTurn) -> Result<api::Turn, Problem> {
        let has_ended = |session: &Session| {
            session.conversation.turns.get(turn).is_none_or(|turn| !turn.status.is_open())
        };
        let session = match query.wait {
            None => self.see(id).await?,
            Some(wait) => {
                let waited = self.engine.wait_for(&self.principal, id, wait.into(), has_ended).await;
                waited.map_err(problem)?
            }
        };
        self.read_turn(&session, turn).await
    }

    async fn follow_turn(&self, id: &SessionId, turn: &TurnId) -> Result<TurnFollow, Problem> {
        let follow = self.engine.follow_turn(&self.principal, id, turn, 0).await.map_err(problem)?;
        let state = (self.clone(), id.clone(), turn.clone(), follow);
        Ok(stream::unfold(state, |(client, id, turn, mut follow)| async move {
            let item = match follow.next().await {
                Ok(None) => return None,
                Ok(Some(EngineItem::Queued { before })) => Ok(TurnItem::Queued { before }),
                Ok(Some(EngineItem::Text { offset, text })) => Ok(TurnItem::Text { offset, text }),
                Ok(Some(EngineItem::Reasoning { offset, text })) => Ok(TurnItem::Reasoning { offset, text }),
                Ok(Some(EngineItem::Tool(tool))) => Ok(TurnItem::Tool(tool)),
                Ok(Some(EngineItem::Ended(_))) => {
                    let ended = client.turn(&id, &turn, api::GetTurn::default()).await;
                    ended.map(|turn| TurnItem::Ended(Box::new(turn)))
                }
                Err(error) => Err(problem(error)),
            };
            Some((item, (client, id, turn, follow)))
        })
        .boxed())
    }

    async fn retry_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        request: api::RetryTurn,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        let accepted = self.accept(conditions, &format!("retry_turn {turn} {id}"), &request)?;
        let session = self.see(id).await?;
        let found = session.conversation.turns.get(turn).ok_or(Rejection::TurnNotFound)?;
        let said = self.said(&session, turn).await?;
        let waits = found.began_at.is_none() && !found.root && found.parent.is_none();
        let place = match &found.parent {
            Some(parent) => Place::After(parent.clone()),
            None if waits => Place::Head,
            None => Place::Root,
        };
        let text = request.text.unwrap_or(said.message);
        let add = AddTurn {
            text,
            instructions: said.instructions,
            files: said.files,
            mode: said.mode,
            settings: said.settings,
            place,
            busy: request.busy,
        };
        let command = Command::Conversation(conversation::Command::Add { add, ahead: None });
        let reply = self.execute(id, accepted, command).await?;
        self.added(reply).await
    }

    async fn stop_turn(
        &self,
        id: &SessionId,
        turn: &TurnId,
        conditions: Conditions,
    ) -> Result<api::Turn, Problem> {
        let accepted = self.accept(conditions, &format!("stop_turn {turn} {id}"), &())?;
        let stop = conversation::Command::Stop { turn: Some(turn.clone()), ahead: None };
        let reply = self.execute(id, accepted, Command::Conversation(stop)).await?;
        self.read_turn(&reply.session, turn).await
    }

    async fn stop_turns(&self, id: &SessionId, conditions: Conditions) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("stop_turns {id}"), &())?;
        let stop = conversation::Command::Stop { turn: None, ahead: None };
        self.change(id, accepted, Command::Conversation(stop)).await
    }

    async fn move_head(
        &self,
        id: &SessionId,
        request: api::MoveHead,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("move_head {id}"), &request)?;
        let command = conversation::Command::MoveHead { turn: request.turn_id };
        self.change(id, accepted, Command::Conversation(command)).await
    }

    async fn set_assistant(
        &self,
        id: &SessionId,
        assistant: Assistant,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("set_assistant {id}"), &assistant)?;
        let command = conversation::Command::SetAssistant(assistant);
        self.change(id, accepted, Command::Conversation(command)).await
    }

    async fn clear_conversation(
        &self,
        id: &SessionId,
        request: api::ClearConversation,
        conditions: Conditions,
    ) -> Result<api::Session, Problem> {
        let accepted = self.accept(conditions, &format!("clear_conversation {id}"), &request)?;
        self.change(
            id,
            accepted,
            Command::Conversation(conversation::Command::Clear { keep_files: request.keep_files }),
        )
        .await
    }
}

impl Embedded {
    /// The turn that a request added.
    async fn added(&self, reply: Reply) -> Result<api::Turn, Problem> {
        match reply.receipt.turn_id() {
            Some(turn) => self.read_turn(&reply.session, turn).await,
            None => Err(Problem::new(Code::Internal, "the turn was added, but its id is not known")),
        }
    }

    async fn read_turn(&self, session: &Session, turn: &TurnId) -> Result<api::Turn, Problem> {
        let said = self.said(session, turn).await?;
        self.view_turn(session, turn, said)
    }

    /// The texts of a turn.
    async fn said(&self, session: &Session, turn: &TurnId) -> Result<TurnTexts, Problem> {
        let found = session.conversation.turns.get(turn).ok_or(Rejection::TurnNotFound)?;
        self.engine.texts_of_turn(&session.id, turn, found.seq).await.map_err(problem)
    }

    fn view_turn(&self, session: &Session, turn: &TurnId, said: TurnTexts) -> Result<api::Turn, Problem> {
        let found = session.conversation.turns.get(turn).ok_or(Rejection::TurnNotFound)?;
        // While it runs here, more is known than the journal has.
        let ahead = if found.status.is_open() { self.engine.live_turn(&session.id, turn) } else { None };
        let (answer, reasoning) = ahead.unwrap_or((said.answer, said.reasoning));
        Ok(api::Turn {
            turn_id: turn.clone(),
            session_id: session.id.clone(),
            parent: found.parent.clone(),
            status: found.status,
            text: said.message,
            instructions: said.instructions,
            files: said.files,
            mode: said.mode,
            settings: said.settings,
            answer,
            sources: said.sources,
            citations: said.citations,
            tools: said.tools,
            reasoning: Some(reasoning).filter(|reasoning| !reasoning.is_empty()),
            finish: said.finish,
            reason: said.reason,
            usage: said.usage,
            asked_by: found.asked_by.clone(),
            queued_at: found.queued_at,
            began_at: found.began_at,
            ended_at: found.ended_at,
            revision: found.seq,
        })
    }
}
