//! Conversations that are longer than the model's window: what the model is sent, turn by turn.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream;
use parking_lot::Mutex;
use sessiond_assistant::Assistants;
use sessiond_core::{
    AddTurn, Command, CreateSession, Envelope, Kind, Place, Principal, Session, SessionId, TurnId,
    TurnStatus, conversation,
};
use sessiond_engine::{Engine, Options, TurnTexts};
use sessiond_model::{
    Answer, AnswerStream, Delta, Error, Finish, Known, Message, Model, Request, Usage, Window,
};
use sessiond_store_sqlite::Sqlite;

/// A model that counts words, insists that user and assistant take turns, and keeps what it is sent.
#[derive(Debug)]
struct Fake {
    /// The window that it says.
    window: u64,
    /// The words above which it refuses a request.
    real: u64,
    /// What it writes when it is asked for a summary.
    summary: &'static str,
    /// Whether it reads a part of each request alone.
    cuts: bool,
    asked: Mutex<Vec<Request>>,
}

fn fake(window: u64) -> Fake {
    Fake { window, real: window, summary: "- They count words.", cuts: false, asked: Mutex::default() }
}

fn text(message: &Message) -> &str {
    match message {
        Message::System { content } | Message::User { content } => content,
        Message::Assistant { content, .. } | Message::Tool { content, .. } => content,
    }
}

fn words(messages: &[Message]) -> u64 {
    messages.iter().map(|message| text(message).split_whitespace().count() as u64).sum()
}

/// Whether the model is asked for a summary, not for an answer.
fn is_summary(request: &Request) -> bool {
    text(request.messages.last().unwrap()).contains("Summarise our conversation so far.")
}

/// The first message after the prompt: it has the summary, if there is one.
fn first(request: &Request) -> &str {
    text(&request.messages[1])
}

fn alternates(messages: &[Message]) -> bool {
    messages.iter().enumerate().all(|(place, message)| match message {
        Message::System { .. } => place == 0,
        Message::User { .. } => place % 2 == 1,
        Message::Assistant { .. } => place % 2 == 0 && place > 0,
        Message::Tool { .. } => false,
    })
}

#[async_trait]
impl Model for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    fn provider(&self) -> &str {
        "test"
    }

    async fn window(&self) -> Window {
        Window { tokens: self.window, known: Known::Told }
    }

    fn count(&self, request: &Request) -> u64 {
        words(&request.messages)
    }

    async fn stream(&self, request: Request) -> Result<AnswerStream, Error> {
        let number = self.asked.lock().len();
        self.asked.lock().push(request.clone());
        if !alternates(&request.messages) || request.messages.len() % 2 == 1 {
            return Err(Error::Refused("roles must alternate user/assistant".into()));
        }
        if words(&request.messages) > self.real {
            return Err(Error::TooLong { detail: "too many words".into(), window: None });
        }
        let text = match is_summary(&request) {
            true => self.summary.to_owned(),
            false => format!("Answer{number} {}", "word ".repeat(29).trim_end()),
        };
        let answer = Answer {
            text: text.clone(),
            refusal: None,
            tool_calls: Vec::new(),
            finish: Finish::Stop,
            usage: Some(Usage { input_tokens: words(&request.messages), ..Usage::default() }),
            is_cut: self.cuts,
            latency: Duration::ZERO,
            model: "fake".into(),
            provider: "test".into(),
        };
        Ok(Box::pin(stream::iter([Ok(Delta::Text(text)), Ok(Delta::End(Box::new(answer)))])))
    }
}

struct World {
    engine: Engine,
    model: Arc<Fake>,
    _dir: tempfile::TempDir,
}

fn id() -> SessionId {
    SessionId::parse("s").unwrap()
}

fn me() -> Principal {
    Principal::local()
}

async fn eventually(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..2000 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to be: {what}");
}

impl World {
    async fn open(model: Fake) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let model = Arc::new(model);
        let world = Self { engine: engine(dir.path(), model.clone()).await, model, _dir: dir };
        let new = CreateSession {
            session_id: id(),
            kind: Kind::Assistant,
            name: None,
            client_id: None,
            orchestrator: None,
            participants: vec![],
            workflow: None,
            shared_context: None,
            labels: Default::default(),
            expires_in: None,
            parent: None,
            idle_timeout: None,
            token: None,
            process: None,
            lease: None,
            batch: None,
        };
        world.engine.create(new, &me(), None).await.unwrap();
        world
    }

    async fn command(&self, command: conversation::Command) -> Option<TurnId> {
        let envelope = Envelope::new(me(), Command::Conversation(command));
        self.engine.execute(&id(), envelope, None).await.unwrap().receipt.turn_id().cloned()
    }

    async fn session(&self) -> Arc<Session> {
        self.engine.session(&me(), &id()).await.unwrap()
    }

    /// Sends a message, waits for the end of its turn, and gives it with its texts.
    async fn ask(&self, text: &str, place: Place) -> (TurnId, TurnStatus, TurnTexts) {
        let add = AddTurn { text: text.into(), place, ..AddTurn::default() };
        let turn = self.command(conversation::Command::Add { add, ahead: None }).await.unwrap();
        let status = async || self.session().await.conversation.turns[&turn].status;
        eventually("the turn ends", async || !status().await.is_open()).await;
        let texts = self.engine.turn_texts(&id(), 0).await.unwrap()[&turn].clone();
        let status = status().await;
        (turn, status, texts)
    }

    /// Asks so many questions, one after the other.
    async fn talk(&self, questions: usize) -> Vec<TurnId> {
        let mut turns = Vec::new();
        for number in 0..questions {
            turns.push(self.ask(&message(number), Place::Head).await.0);
        }
        turns
    }

    /// Waits until so many summaries are there.
    async fn summaries(&self, wanted: usize) {
        let there = async || self.session().await.conversation.compacted.len() >= wanted;
        eventually("the summary", there).await;
    }

    /// What the model was sent since the last look.
    fn asked(&self) -> Vec<Request> {
        std::mem::take(&mut *self.model.asked.lock())
    }
}

async fn engine(dir: &Path, model: Arc<Fake>) -> Engine {
    let store = Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    let runner = Some(Arc::new(Assistants::new(model)) as Arc<_>);
    Engine::open(Arc::new(store), Options { runner, ..Options::default() }).await.unwrap()
}

/// A question of twenty words.
fn message(number: usize) -> String {
    format!("Question{number} {}", "please ".repeat(19).trim_end())
}

#[tokio::test]
async fn a_prompt_begins_with_the_one_before_it_except_after_a_summary() {
    let world = World::open(fake(600)).await;
    // A request may have 450 words, because a quarter of the window is for the answer.
    let mut last: Option<Request> = None;
    let (mut summaries, mut kept) = (0, 0);
    for number in 0..30 {
        let (_, status, _) = world.ask(&message(number), Place::Head).await;
        assert_eq!(status, TurnStatus::Completed);
        let said = words(&world.model.asked.lock().last().unwrap().messages) + 30;
        if said > 450 * 70 / 100 {
            summaries += 1;
            world.summaries(summaries).await;
        }
        let asked = world.asked();
        let request = &asked[0];
        assert!(!is_summary(request) && words(&request.messages) <= 450);
        if let Some(before) = &last {
            assert_eq!((&request.cache_key, &request.messages[0]), (&before.cache_key, &before.messages[0]));
            if first(request) == first(before) {
                let begin = before.messages.len();
                assert_eq!(request.messages[..begin], before.messages);
                assert_eq!(request.messages.len(), begin + 2);
                kept += 1;
            } else {
                assert!(first(request).starts_with("[Your summary of the conversation"), "{request:?}");
                assert!(words(&request.messages) <= 450 * 40 / 100 + 20);
            }
        }
        // The request for a summary continues the conversation, so that a cache of it fits.
        for summary in &asked[1..] {
            let whole = summary.messages.len() - 1;
            assert!(
                is_summary(summary) && summary.messages[..whole] == request.messages[..whole],
                "{summary:?}"
            );
        }
        last = asked.into_iter().next();
    }
    // From 40 % to 70 % there is room for some turns: not every turn is followed by a summary.
    assert_eq!(29 - kept, summaries);
    assert!((2..=10).contains(&summaries), "{summaries}");
    // Nothing is lost from the record.
    let texts = world.engine.turn_texts(&id(), 0).await.unwrap();
    assert_eq!(texts.values().filter(|turn| turn.message.starts_with("Question")).count(), 30);
}

#[tokio::test]
async fn a_message_that_cannot_fit_fails_before_the_model_is_asked() {
    let world = World::open(fake(300)).await;
    let (_, status, texts) = world.ask(&"word ".repeat(500), Place::Head).await;
    assert_eq!(status, TurnStatus::Failed);
    let reason = texts.reason.unwrap();
    assert!(reason.contains("fake reads 300") && reason.contains("shorten the message"), "{reason}");
    assert_eq!(world.asked(), []);
    // Another message in its place is answered.
    let (_, status, texts) = world.ask("Short", Place::Root).await;
    assert_eq!((status, texts.reason), (TurnStatus::Completed, None));
}

#[tokio::test]
async fn a_long_question_stays_word_for_word_and_the_turns_before_it_are_summarised() {
    let world = World::open(fake(600)).await;
    world.talk(5).await;
    world.asked();
    let question = format!("Long {}", "x ".repeat(300).trim_end());
    let (turn, status, _) = world.ask(&question, Place::Head).await;
    assert_eq!(status, TurnStatus::Completed);
    let asked = world.asked();
    assert!(is_summary(&asked[0]) && !format!("{:?}", asked[0]).contains("Long x"), "{asked:?}");
    assert!(text(asked[1].messages.last().unwrap()).ends_with(&question));
    assert!(first(&asked[1]).contains("- They count words."));
    let compacted = &world.session().await.conversation.compacted;
    assert!(compacted.len() == 1 && !compacted.contains_key(&turn));
}

#[tokio::test]
async fn messages_that_were_never_answered_are_not_summarised_away() {
    let world = World::open(Fake { real: 0, ..fake(600) }).await;
    let (_, status, _) = world.ask("The first question, which nobody answered.", Place::Head).await;
    assert_eq!(status, TurnStatus::Failed);
    world.asked();
    world.ask(&"x ".repeat(440), Place::Head).await;
    assert_eq!(world.asked(), [], "it does not fit, and nothing can be summarised");
    assert!(world.session().await.conversation.compacted.is_empty());
}

#[tokio::test]
async fn a_request_that_is_refused_as_too_long_is_made_shorter_and_sent_again_once() {
    let world = World::open(Fake { real: 230, ..fake(600) }).await;
    world.talk(4).await;
    world.asked();
    let (_, status, _) = world.ask(&message(4), Place::Head).await;
    assert_eq!(status, TurnStatus::Completed);
    let asked: Vec<_> = world.asked().iter().map(is_summary).collect();
    assert_eq!(asked, [false, true, false]);
    // What is too long even then is not sent a third time.
    let world = World::open(Fake { real: 20, ..fake(600) }).await;
    let (_, status, texts) = world.ask(&message(0), Place::Head).await;
    assert_eq!((status, world.asked().len()), (TurnStatus::Failed, 1));
    assert!(texts.reason.unwrap().contains("shorten the message"));
}

#[tokio::test]
async fn without_a_usable_summary_the_turns_are_left_out_and_the_person_is_told() {
    let world = World::open(Fake { summary: " ", ..fake(600) }).await;
    world.talk(5).await;
    let (_, status, texts) = world.ask(&"x ".repeat(300), Place::Head).await;
    assert_eq!(status, TurnStatus::Completed);
    assert!(texts.reason.unwrap().contains("left out"));
    let asked = world.asked();
    let last = first(asked.last().unwrap());
    assert!(last.contains("is left out.]") && !last.contains("Question0"), "{last}");
}

#[tokio::test]
async fn a_summary_that_is_too_long_is_cut() {
    // A line of a thousand words, where some sixty were wanted.
    let long: &'static str = Box::leak(format!("They {}", "count ".repeat(999).trim_end()).into_boxed_str());
    let world = World::open(Fake { summary: long, ..fake(1200) }).await;
    world.talk(16).await;
    world.summaries(1).await;
    world.asked();
    world.ask("And now?", Place::Head).await;
    let asked = world.asked();
    let begin = first(&asked[0]);
    assert!(begin.starts_with("[Your summary") && begin.contains("They count"), "{begin}");
    let count = begin.matches("count").count();
    assert!((30..=250).contains(&count), "{count}");
}

#[tokio::test]
async fn a_person_is_told_that_the_service_has_not_read_the_whole_conversation() {
    let world = World::open(Fake { cuts: true, ..fake(600) }).await;
    let (_, status, texts) = world.ask("Hello", Place::Head).await;
    assert_eq!(status, TurnStatus::Completed);
    let reason = texts.reason.unwrap();
    assert!(reason.contains("has read only") && reason.contains("set SESSIOND_MODEL_WINDOW"), "{reason}");
}

#[tokio::test]
async fn a_branch_before_a_summary_has_the_whole_texts_and_a_clear_removes_the_summary() {
    let world = World::open(fake(600)).await;
    let turns = world.talk(7).await;
    world.summaries(1).await;
    world.asked();
    let through = world.session().await.conversation.compacted.keys().next().unwrap().clone();
    let place = turns.iter().position(|turn| *turn == through).unwrap();
    assert!(place > 0, "{turns:?}");
    world.ask("Another way", Place::After(turns[place - 1].clone())).await;
    assert_eq!(first(&world.asked()[0]), message(0));
    world.ask("And this way", Place::After(turns[6].clone())).await;
    let summarised = world.asked();
    assert!(first(&summarised[0]).starts_with("[Your summary"), "{summarised:?}");
    assert!(!format!("{summarised:?}").contains("Question0"));
    world.command(conversation::Command::Clear { keep_files: false }).await;
    let gone = async || {
        let events = world.engine.events(&me(), &id(), 0, 1000).await.unwrap();
        !format!("{events:?}").contains("They count words")
    };
    eventually("the summary leaves the journal", gone).await;
}
