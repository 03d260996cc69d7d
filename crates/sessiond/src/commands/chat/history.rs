//! What was said in a conversation: on the screen, and as a Markdown document.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use sessiond_api::{self as api, Problem};
use sessiond_core::{Citation, TurnStatus};

use super::conversation::Conversation;

/// Turns of a page.
const PAGE: usize = 1000;

impl Conversation<'_> {
    /// The turns of the selected branch, oldest first.
    pub async fn path(&self) -> Result<Vec<api::Turn>, Problem> {
        let Some(session) = self.session() else { return Ok(Vec::new()) };
        let (mut turns, mut after) = (HashMap::new(), None);
        let mut head = loop {
            let page = self.client.turns(session, api::ListTurns { after, limit: Some(PAGE) }).await?;
            turns.extend(page.turns.into_iter().map(|turn| (turn.turn_id.clone(), turn)));
            after = page.next_after;
            if after.is_none() {
                break page.head;
            }
        };
        let mut path = Vec::new();
        while let Some(turn) = head.and_then(|head| turns.remove(&head)) {
            head = turn.parent.clone();
            path.push(turn);
        }
        path.reverse();
        Ok(path)
    }

    /// Prints what was said.
    pub async fn print_history(&self) -> anyhow::Result<()> {
        let path = self.path().await?;
        if path.is_empty() {
            eprintln!("nothing was said yet");
        }
        for turn in path {
            self.out.lines_of(&format!(">>> {}", turn.text))?;
            let mut flow = self.out.flow();
            let text = flow.add(&turn.answer) + &flow.end();
            self.out.text(&text)?;
            for citation in &turn.citations {
                self.out.line(line_of(citation))?;
            }
            if let Some(said) = ending(&turn) {
                self.out.line(format_args!("({said})"))?;
            }
            self.out.line("")?;
        }
        Ok(())
    }

    /// Writes what was said to a new file.
    pub async fn export(&self, path: Option<PathBuf>) -> anyhow::Result<()> {
        let turns = self.path().await?;
        let Some(id) = self.session().filter(|_| !turns.is_empty()) else { bail!("nothing was said yet") };
        let session = self.client.session(id).await?;
        let path = path.unwrap_or_else(|| format!("{id}.md").into());
        let text = markdown(session.name.as_deref().unwrap_or(id.as_str()), &turns);
        let created = std::fs::File::create_new(&path);
        created
            .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
            .with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("{} has {} turns", path.display(), turns.len());
        Ok(())
    }
}

/// A citation in a line.
pub fn line_of(citation: &Citation) -> String {
    let place = citation.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    format!("[{}] {}{place}", citation.number, citation.name)
}

/// How a turn ended that has no whole answer.
fn ending(turn: &api::Turn) -> Option<String> {
    let reason = turn.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    (turn.status != TurnStatus::Completed).then(|| format!("{}{reason}", turn.status))
}

/// What was said, as the console exports it.
fn markdown(name: &str, turns: &[api::Turn]) -> String {
    let mut text = format!("# {name}\n");
    for turn in turns {
        let model = turn.usage.as_ref().and_then(|usage| usage.model.as_ref());
        let model = model.map(|model| format!(" ({model})")).unwrap_or_default();
        let (at, message, answer) = (turn.queued_at, turn.text.trim(), turn.answer.trim());
        let _ = write!(text, "\n## You\n\n<sub>{at}</sub>\n\n{message}\n\n## Assistant{model}\n");
        if !answer.is_empty() {
            let _ = write!(text, "\n{answer}\n");
        }
        if !turn.citations.is_empty() {
            text.push('\n');
        }
        for citation in &turn.citations {
            let _ = writeln!(text, "- {}", line_of(citation));
        }
        if let Some(ending) = ending(turn) {
            let _ = write!(text, "\n*{ending}*\n");
        }
    }
    text
}
