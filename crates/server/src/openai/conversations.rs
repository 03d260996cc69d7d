//! OpenAI's conversations: a conversation is a session.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sessiond_api as api;
use sessiond_client::Conditions;
use sessiond_client::traits::Sessions as _;
use sessiond_core::TurnId;
use utoipa::IntoParams;

use super::ids::ConversationId;
use super::{OpenAi, params, responses, seconds};
use crate::respond::{self, Answer, Failure};

/// The most items of a page.
const MOST: usize = 100;
/// The items of a page for which nothing is said.
const FEW: usize = 20;

/// The body of a request; `rest` is what is not honoured.
#[derive(Debug, Default, Deserialize)]
struct Create {
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// Which items to list.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListItems {
    /// The id of the last item of the page before. Default: the first page.
    #[serde(default)]
    after: Option<String>,
    /// The maximum number of items, up to 100. Default: 20.
    #[serde(default)]
    limit: Option<usize>,
    /// `asc` or `desc`. Default: `desc`.
    #[serde(default)]
    #[param(inline)]
    order: Option<Order>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The oldest first.
    Asc,
    /// The newest first.
    #[default]
    Desc,
}

impl OpenAi {
    /// Creates a conversation.
    pub(crate) async fn create_conversation(&self, body: &[u8]) -> Answer {
        let request: Create = if body.is_empty() { Create::default() } else { api::parse(body)? };
        params::check(&request.rest)?;
        respond::ok(conversation(&self.create_session().await?))
    }

    /// Reads a conversation.
    pub(crate) async fn conversation_of(&self, id: &ConversationId) -> Answer {
        respond::ok(conversation(&self.client.session(&id.session()?).await?))
    }

    /// Deletes a conversation.
    pub(crate) async fn delete_conversation(&self, id: &ConversationId) -> Answer {
        self.client.delete_session(&id.session()?, Conditions::default()).await?;
        respond::ok(json!({"id": id.as_str(), "object": "conversation.deleted", "deleted": true}))
    }

    /// Lists the messages that lead to the head of a conversation.
    pub(crate) async fn items(&self, id: &ConversationId, query: ListItems) -> Answer {
        let limit = query.limit.unwrap_or(FEW);
        if !(1..=MOST).contains(&limit) {
            return Err(Failure::invalid("limit", format!("it is from 1 to {MOST}")));
        }
        let (turns, head) = self.turns(&id.session()?).await?;
        let mut items = items(&turns, head.as_ref());
        if query.order.unwrap_or_default() == Order::Desc {
            items.reverse();
        }
        if let Some(after) = &query.after {
            let place = items.iter().position(|item| item["id"] == **after);
            let place = place.ok_or_else(|| Failure::invalid("after", "there is no item of this id"))?;
            items.drain(..=place);
        }
        let has_more = items.len() > limit;
        items.truncate(limit);
        let id = |item: Option<&Value>| item.map_or(Value::Null, |item| item["id"].clone());
        respond::ok(json!({
            "object": "list", "first_id": id(items.first()), "last_id": id(items.last()), "has_more": has_more,
            "data": items
        }))
    }
}

fn conversation(session: &api::Session) -> Value {
    json!({
        "id": ConversationId::of(&session.session_id).as_str(), "object": "conversation",
        "created_at": seconds(session.created_at), "metadata": {}
    })
}

/// The messages and answers that lead to a turn, oldest first.
fn items(turns: &[api::Turn], head: Option<&TurnId>) -> Vec<Value> {
    let find = |id: &TurnId| turns.iter().find(|turn| turn.turn_id == *id);
    let mut items = Vec::new();
    let mut next = head.and_then(find);
    while let Some(turn) = next {
        if !turn.answer.is_empty() {
            items.push(responses::item(turn, &turn.answer));
        }
        let content = json!([{"type": "input_text", "text": turn.text}]);
        items.push(json!({
            "type": "message", "id": format!("msg_user_{}", turn.turn_id), "status": "completed", "role": "user",
            "content": content
        }));
        next = turn.parent.as_ref().and_then(find);
    }
    items.reverse();
    items
}
