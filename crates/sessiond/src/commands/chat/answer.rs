//! How an answer is shown while it comes, and how it is stopped.

use std::io::{self, Write as _};
use std::time::Duration;

use anstyle::Style;
use futures_util::StreamExt as _;
use indicatif::ProgressBar;
use sessiond_api::{self as api, Problem};
use sessiond_client::{Conditions, TurnItem};
use sessiond_core::{SessionId, ToolStatus, ToolUse, TurnId, TurnStatus};

use super::conversation::Conversation;
use super::history::line_of;
use crate::commands::session::short;
use crate::commands::upload::{show, spinner};
use crate::output::{Flow, Output, printable};
use crate::signals::{Signal, Signals};

/// How long nothing comes before a line says that an answer is waited for.
const QUIET: Duration = Duration::from_millis(400);

/// The characters of a tool's arguments that are shown.
const TOOL: usize = 80;

/// What came of a turn.
pub enum Outcome {
    /// It has ended.
    Ended(Box<api::Turn>),
    /// Somebody left before its end. At a server it continues.
    Left,
}

/// Shows a turn's answer while it comes. Ctrl-C stops the turn, and a second one leaves it.
pub async fn follow(
    conversation: &mut Conversation<'_>,
    session: &SessionId,
    turn: &TurnId,
    signals: &mut Signals,
) -> anyhow::Result<Outcome> {
    let client = conversation.client;
    let mut items = client.follow_turn(session, turn).await?;
    let mut shown = Shown::new(conversation.out);
    loop {
        let signal = tokio::select! {
            item = items.next() => match item {
                Some(item) => {
                    if let TurnItem::Ended(turn) = &shown.item(item?)? {
                        shown.end(turn)?;
                        return Ok(Outcome::Ended(turn.clone()));
                    }
                    continue;
                }
                None => anyhow::bail!("the answer broke off"),
            },
            signal = signals.what() => signal,
        };
        if signal == Signal::Terminate || conversation.was_stopped {
            shown.leave()?;
            return Ok(Outcome::Left);
        }
        conversation.was_stopped = true;
        tokio::select! {
            stopped = client.stop_turn(session, turn, Conditions::default()) => {
                if let Err(problem) = stopped {
                    shown.note(&format!("the answer is not stopped: {problem}; Ctrl-C leaves it"))?;
                }
            }
            () = signals.next() => {
                shown.leave()?;
                return Ok(Outcome::Left);
            }
        }
    }
}

/// What is on the screen of an answer.
struct Shown {
    out: Output,
    flow: Flow,
    /// The answer so far.
    text: String,
    /// How much of the reasoning was shown.
    reasoning: usize,
    /// Whether the last text was reasoning.
    is_reasoning: bool,
    /// The calls of tools that were shown.
    tools: Vec<(u32, ToolStatus)>,
    /// Whether the connection is broken.
    is_away: bool,
    waits: Waits,
}

impl Shown {
    fn new(out: Output) -> Self {
        Self {
            out,
            flow: out.flow(),
            text: String::new(),
            reasoning: 0,
            is_reasoning: false,
            tools: Vec::new(),
            is_away: false,
            waits: Waits::new(out.is_terminal() && !out.json),
        }
    }

    /// Shows an item, and gives it back.
    fn item(&mut self, item: TurnItem) -> anyhow::Result<TurnItem> {
        if self.out.json {
            return Ok(item);
        }
        match &item {
            TurnItem::Queued { before } if *before > 0 => {
                self.note(&format!("the message waits for {before} before it"))?
            }
            TurnItem::Queued { .. } => {}
            TurnItem::Reasoning { offset, text } => self.reasoning(*offset, text)?,
            TurnItem::Text { offset, text } => {
                self.is_away = false;
                self.text(*offset, text)?;
            }
            TurnItem::Tool(tool) => self.tool(tool)?,
            TurnItem::Away(problem) => self.away(problem)?,
            TurnItem::Ended(turn) => self.text(0, &turn.answer)?,
        }
        Ok(item)
    }

    /// Text of the answer from a byte on. What was shown already, it leaves out.
    fn text(&mut self, offset: usize, text: &str) -> io::Result<()> {
        let known = self.text.get(offset..).unwrap_or_default();
        if known.starts_with(text) {
            return Ok(());
        }
        let new = match text.strip_prefix(known) {
            Some(new) => new.to_owned(),
            None => {
                // It is another answer than the one that was shown.
                self.print_rest()?;
                self.text.truncate(self.text.floor_char_boundary(offset));
                text.to_owned()
            }
        };
        if std::mem::take(&mut self.is_reasoning) {
            self.print_rest()?;
            self.out.text("\n")?;
        }
        self.text.push_str(&new);
        let ready = self.flow.add(&new);
        self.print(&ready)
    }

    /// Reasoning from a byte on, on a terminal alone.
    fn reasoning(&mut self, offset: usize, text: &str) -> io::Result<()> {
        let new = text.get(self.reasoning.saturating_sub(offset)..).unwrap_or_default();
        if !self.out.is_terminal() || new.is_empty() || !self.text.is_empty() {
            return Ok(());
        }
        let mut ready = String::new();
        if !std::mem::replace(&mut self.is_reasoning, true) {
            ready += &self.flow.add("Thinking: ");
        }
        self.reasoning = offset + text.len();
        ready += &self.flow.add(new);
        self.print(&ready)
    }

    /// A tool is called, or failed. What is told again after a broken connection is known.
    fn tool(&mut self, tool: &ToolUse) -> io::Result<()> {
        let is_new = !self.tools.contains(&(tool.number, tool.status));
        self.tools.push((tool.number, tool.status));
        match tool.status {
            ToolStatus::Called if is_new => self.note(&format!(
                "{} is called: {}",
                tool.name,
                short(&tool.arguments.as_str().into(), TOOL)
            )),
            ToolStatus::Failed if is_new => {
                self.note(&format!("{} failed: {}", tool.name, short(&tool.text.as_str().into(), TOOL)))
            }
            _ => Ok(()),
        }
    }

    /// The connection broke.
    fn away(&mut self, problem: &Problem) -> io::Result<()> {
        if std::mem::replace(&mut self.is_away, true) {
            return Ok(());
        }
        self.note(&format!("{}; connecting again", problem.detail))
    }

    /// The turn has ended: what a person should know beside its answer.
    fn end(&mut self, turn: &api::Turn) -> io::Result<()> {
        if self.out.json {
            return Ok(());
        }
        self.print_rest()?;
        if !turn.citations.is_empty() {
            self.out.line("")?;
        }
        for citation in &turn.citations {
            self.out.line(line_of(citation))?;
        }
        if turn.status == TurnStatus::Interrupted && self.text.len() > turn.answer.len() {
            self.note("the server was killed: the end of the answer above is not kept")?;
        }
        if turn.finish.as_deref() == Some("length") {
            self.note("the answer has as many tokens as it may have, and breaks off")?;
        }
        match (turn.status, &turn.reason) {
            (TurnStatus::Completed, Some(reason)) => self.note(reason),
            (TurnStatus::Stopped, _) => self.note("the answer is stopped"),
            _ => Ok(()),
        }
    }

    /// Somebody leaves.
    fn leave(&mut self) -> io::Result<()> {
        if self.out.json { Ok(()) } else { self.print_rest() }
    }

    /// Something beside the answer.
    fn note(&mut self, note: &str) -> io::Result<()> {
        if self.out.is_terminal() {
            self.print_rest()?;
        }
        self.waits.over();
        eprintln!("note: {}", printable(note));
        Ok(())
    }

    fn print_rest(&mut self) -> io::Result<()> {
        let rest = self.flow.end();
        self.print(&rest)
    }

    /// Prints text that is fit for a terminal.
    fn print(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.waits.over();
        if !(self.is_reasoning && self.out.is_coloured()) {
            return self.out.text(text);
        }
        let dim = Style::new().dimmed();
        let mut stdout = io::stdout();
        write!(stdout, "{dim}{text}{dim:#}")?;
        stdout.flush()
    }
}

/// A line that says that an answer is waited for, until something of it comes.
struct Waits {
    bar: Option<ProgressBar>,
}

impl Waits {
    fn new(is_wanted: bool) -> Self {
        let bar = is_wanted.then(|| {
            let bar = spinner();
            bar.set_message("waiting for the answer; Ctrl-C stops it");
            let later = bar.downgrade();
            tokio::spawn(async move {
                tokio::time::sleep(QUIET).await;
                if let Some(bar) = later.upgrade() {
                    show(&bar);
                }
            });
            bar
        });
        Self { bar }
    }

    fn over(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
