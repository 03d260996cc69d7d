//! `sessiond session rename`, `label` and `token`.

use std::collections::BTreeMap;

use clap::Args;
use sessiond_api as api;
use sessiond_client::{Client, Conditions};

use crate::commands::One;
use crate::output::{Column, Output, Table, cells};

/// Rename a session; its id stays the same
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session rename sess_0198f3 'Notifications, second try'")]
pub struct Rename {
    #[command(flatten)]
    one: One,
    /// The new name
    #[arg(value_name = "NAME")]
    name: String,
}

impl Rename {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let request = api::UpdateSession { name: Some(self.name), ..api::UpdateSession::default() };
        let session = client.update_session(&id, request, Conditions::default()).await?;
        let name = session.name.clone().unwrap_or_default();
        out.done(&session, &id, format_args!("{id} is named {name}"))
    }
}

/// Issue another token of a session; the one before it opens nothing any more
#[derive(Debug, Args)]
#[command(after_help = "Example:
  sessiond session token sess_0198f3")]
pub struct Token {
    #[command(flatten)]
    one: One,
}

impl Token {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let issued = client.issue_token(&id, Conditions::default()).await?;
        let token = issued.token.reveal().to_owned();
        out.done(&issued, &token, &token)
    }
}

/// Set and remove labels of a session, or list them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond session label sess_0198f3 team=blue priority=1
  sessiond session label sess_0198f3 priority-
  sessiond session label sess_0198f3")]
pub struct Label {
    #[command(flatten)]
    one: One,
    /// Labels to set, and names of labels to remove [default: list the labels]
    #[arg(value_name = "KEY=VALUE|KEY-", value_parser = label)]
    labels: Vec<(String, String)>,
}

/// A label to set, or with an empty value one to remove.
fn label(text: &str) -> Result<(String, String), String> {
    let wrong = || "write KEY=VALUE, or KEY- to remove a label".to_owned();
    let (name, value) = match (text.split_once('='), text.strip_suffix('-')) {
        (Some((name, value)), _) => (name, value),
        (None, Some(name)) => (name, ""),
        (None, None) => return Err(wrong()),
    };
    if name.is_empty() { Err(wrong()) } else { Ok((name.to_owned(), value.to_owned())) }
}

impl Label {
    pub async fn run(self, client: &Client, out: Output) -> anyhow::Result<()> {
        let id = self.one.find(client).await?;
        let session = if self.labels.is_empty() {
            client.session(&id).await?
        } else {
            let labels: BTreeMap<String, String> = self.labels.into_iter().collect();
            let request = api::UpdateSession { labels: Some(labels), ..api::UpdateSession::default() };
            client.update_session(&id, request, Conditions::default()).await?
        };
        let mut table = Table::new([Column::id("LABEL"), Column::text("VALUE")]);
        for (name, value) in &session.labels {
            table.row(cells![name, value]);
        }
        let page = serde_json::json!({ "session_id": id, "labels": session.labels });
        out.list(&page, &table, format_args!("{id} has no labels"))
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_is_set_or_removed() {
        let check = |text: &str, expected: Option<(&str, &str)>| {
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(label(text).ok(), expected, "{text}");
        };
        check("team=blue", Some(("team", "blue")));
        check("team=a=b-", Some(("team", "a=b-")));
        check("team-", Some(("team", "")));
        check("team=", Some(("team", "")));
        check("team", None);
        check("=x", None);
        check("-", None);
    }
}
