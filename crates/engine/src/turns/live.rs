//! The texts of the turns that this process answers.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use sessiond_core::{
    Ahead, AnswerTool, CallTool, SessionId, Source, ToolStatus, ToolStep, ToolUse, TurnId, limits,
};
use tokio::sync::{mpsc, oneshot, watch};

/// The turns that this process answers.
#[derive(Default)]
pub(crate) struct Lives {
    all: Mutex<HashMap<(SessionId, TurnId), Arc<TurnOutput>>>,
    /// Whether this process stops and begins no more turns.
    closed: AtomicBool,
    /// How many turns this process has begun: readers that came before its output was there wait for it.
    begun: watch::Sender<u64>,
}

/// Where a runner writes the answer of a turn.
#[derive(Debug)]
pub struct TurnOutput {
    runner: u64,
    written: Mutex<Written>,
    /// How often something was written: readers wait for it, and read what is new since they looked.
    changes: watch::Sender<u64>,
    /// Steps of tools, which are made durable at once.
    steps: mpsc::UnboundedSender<Step>,
}

/// A step of a tool that is to be written, and who waits for that.
pub(super) type Step = (ToolStep, oneshot::Sender<bool>);

/// An answer so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) sources: Vec<Source>,
    pub(crate) tools: Vec<ToolUse>,
}

impl TurnOutput {
    /// An output, and the steps of tools that come to it.
    pub(super) fn new(runner: u64) -> (Self, mpsc::UnboundedReceiver<Step>) {
        let (steps, asked) = mpsc::unbounded_channel();
        (Self { runner, written: Mutex::default(), changes: watch::Sender::new(0), steps }, asked)
    }

    /// Adds to the answer. False: it is as long as an answer may be, and nothing was added.
    pub fn text(&self, more: &str) -> bool {
        self.write(more, |written| &mut written.text)
    }

    /// Adds to the reasoning. False: it is as long as an answer may be, and nothing was added.
    pub fn reasoning(&self, more: &str) -> bool {
        self.write(more, |written| &mut written.reasoning)
    }

    /// Adds files and passages that the model is given. False: there are as many as a turn may have, and none was added.
    pub fn sources(&self, more: Vec<Source>) -> bool {
        {
            let mut written = self.written.lock();
            if written.sources.len() + more.len() > limits::SOURCES {
                return false;
            }
            written.sources.extend(more);
        }
        self.changes.send_modify(|changes| *changes += 1);
        true
    }

    /// Notes that a tool is to be called, and waits until that is durable. The number of the call; none if it must not be
    /// called: the turn has ended, or the store takes no writes.
    pub async fn call(&self, call: CallTool) -> Option<u32> {
        let CallTool { id, name, arguments, round } = call.clone();
        let offset = self.written.lock().text.len() as u64;
        self.step(ToolStep::Call(call)).await?;
        let number = {
            let tools = &mut self.written.lock().tools;
            let number = tools.len() as u32 + 1;
            let (status, text, duration_ms) = (ToolStatus::Called, String::new(), None);
            tools.push(ToolUse { number, id, name, arguments, round, offset, status, text, duration_ms });
            number
        };
        self.changes.send_modify(|changes| *changes += 1);
        Some(number)
    }

    /// Notes what a tool gave, and waits until that is durable. None as above.
    pub async fn called(&self, answer: AnswerTool) -> Option<()> {
        self.step(ToolStep::Answer(answer.clone())).await?;
        if let Some(tool) = self.written.lock().tools.iter_mut().find(|tool| tool.number == answer.number) {
            tool.status = if answer.failed { ToolStatus::Failed } else { ToolStatus::Completed };
            tool.text = answer.text;
            tool.duration_ms = Some(answer.duration_ms);
        }
        self.changes.send_modify(|changes| *changes += 1);
        Some(())
    }

    async fn step(&self, step: ToolStep) -> Option<()> {
        let (done, written) = oneshot::channel();
        self.steps.send((step, done)).ok()?;
        written.await.ok()?.then_some(())
    }

    /// The files and passages that the model was given so far.
    pub fn given(&self) -> Vec<Source> {
        self.written.lock().sources.clone()
    }

    /// The answer so far.
    pub fn answer(&self) -> String {
        self.written.lock().text.clone()
    }

    fn write(&self, more: &str, part: fn(&mut Written) -> &mut String) -> bool {
        {
            let mut written = self.written.lock();
            if written.text.len() + written.reasoning.len() + more.len() > limits::TURN_BYTES {
                return false;
            }
            part(&mut written).push_str(more);
        }
        self.changes.send_modify(|changes| *changes += 1);
        true
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        let written = self.written.lock();
        written.text.is_empty() && written.reasoning.is_empty()
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Reads what was written without a copy of it: readers look at each token.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Written) -> T) -> T {
        look(&self.written.lock())
    }

    pub(crate) fn written(&self) -> Written {
        self.written.lock().clone()
    }

    /// What was written after so many bytes of text and of reasoning, and so many sources.
    pub(crate) fn after(&self, text: usize, reasoning: usize, sources: usize) -> Written {
        let written = self.written.lock();
        Written {
            text: from(&written.text, text),
            reasoning: from(&written.reasoning, reasoning),
            sources: written.sources.get(sources..).unwrap_or_default().to_vec(),
            tools: Vec::new(),
        }
    }
}

/// A text from a byte on; from the character that the byte belongs to.
pub(crate) fn from(text: &str, offset: usize) -> String {
    text[text.floor_char_boundary(offset)..].to_owned()
}

impl Lives {
    pub(crate) fn insert(&self, session: &SessionId, turn: &TurnId, output: Arc<TurnOutput>) {
        self.all.lock().insert((session.clone(), turn.clone()), output);
        self.begun.send_modify(|begun| *begun += 1);
    }

    pub(crate) fn remove(&self, session: &SessionId, turn: &TurnId) {
        self.all.lock().remove(&(session.clone(), turn.clone()));
    }

    pub(crate) fn get(&self, session: &SessionId, turn: &TurnId) -> Option<Arc<TurnOutput>> {
        self.all.lock().get(&(session.clone(), turn.clone())).cloned()
    }

    /// Tells of each turn that begins from now on.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.begun.subscribe()
    }

    /// Begins no more turns.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<(SessionId, TurnId)> {
        self.all.lock().keys().cloned().collect()
    }

    /// What this process knows of a turn beyond its last checkpoint.
    pub(crate) fn ahead(&self, session: &SessionId, turn: &TurnId) -> Option<Ahead> {
        let output = self.get(session, turn)?;
        let Written { text, reasoning, sources, tools: _ } = output.written();
        Some(Ahead { runner: output.runner, text, reasoning, sources })
    }
}
