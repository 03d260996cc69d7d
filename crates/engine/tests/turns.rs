//! Turns: answered by a runner that the tests drive, followed by readers, stopped, and lost with their process.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common::{by, eventually, id, keeps_waiting, manual_clock, me, new_session, open_with, soon};
use sessiond_core::{
    AddTurn, Busy, Command, CreateSession, Envelope, Kind, Place, Principal, Rejection, Role, Span, TurnId,
    TurnStatus, conversation, lifecycle, limits,
};
use sessiond_engine::{
    Engine, Error, Options, TurnFollow, TurnItem, TurnOutput, TurnResult, TurnRunner, TurnToRun,
};
use tokio::sync::{Mutex, mpsc};

/// What the test has the runner do.
enum Act {
    Text(&'static str),
    Reasoning(&'static str),
    End,
    Fail(&'static str),
}

/// A turn that the runner was given, and the way to say what it does. The channel closes when the turn is dropped.
struct Given {
    turn: TurnToRun,
    acts: mpsc::UnboundedSender<Act>,
}

impl Given {
    fn act(&self, act: Act) {
        assert!(self.acts.send(act).is_ok(), "the turn is answered");
    }

    fn text(&self, text: &'static str) {
        self.act(Act::Text(text));
    }

    /// Waits until the runner has given the turn up.
    async fn dropped(&self) {
        soon(self.acts.closed()).await;
    }
}

struct Script(mpsc::UnboundedSender<Given>);

#[async_trait]
impl TurnRunner for Script {
    async fn run(&self, turn: TurnToRun, output: &TurnOutput) -> TurnResult {
        let (acts, mut to_do) = mpsc::unbounded_channel();
        let _ = self.0.send(Given { turn, acts });
        while let Some(act) = to_do.recv().await {
            match act {
                Act::Text(text) => assert!(output.text(text)),
                Act::Reasoning(text) => assert!(output.reasoning(text)),
                Act::End => return TurnResult { finish: Some("stop".into()), ..TurnResult::default() },
                Act::Fail(why) => {
                    return TurnResult { failure: Some(why.into()), ..TurnResult::default() };
                }
            }
        }
        std::future::pending().await
    }
}

/// An engine with a runner, and the turns that the runner is given.
struct World {
    engine: Engine,
    given: Mutex<mpsc::UnboundedReceiver<Given>>,
}

impl World {
    async fn open(dir: &std::path::Path, options: Options) -> Self {
        let (sender, given) = mpsc::unbounded_channel();
        let engine = open_with(dir, Options { runner: Some(Arc::new(Script(sender))), ..options }).await;
        Self { engine, given: Mutex::new(given) }
    }

    /// The next turn that the runner is given.
    async fn given(&self) -> Given {
        soon(self.given.lock().await.recv()).await.unwrap()
    }

    async fn status(&self, turn: &TurnId) -> TurnStatus {
        self.engine.session(&me(), &id("s")).await.unwrap().conversation.turns[turn].status
    }

    /// Waits until a turn has ended, and gives its status and text.
    async fn ended(&self, turn: &TurnId) -> (TurnStatus, String) {
        eventually("the turn ends", async || !self.status(turn).await.is_open()).await;
        let texts = self.engine.turn_texts(&id("s"), 0).await.unwrap();
        (self.status(turn).await, texts[turn].answer.clone())
    }
}

async fn create(engine: &Engine, name: &str) {
    let new = CreateSession {
        kind: Kind::Assistant,
        orchestrator: None,
        participants: vec![],
        ..new_session(name)
    };
    engine.create(new, &me(), None).await.unwrap();
}

async fn command(engine: &Engine, command: conversation::Command) -> Result<sessiond_engine::Reply, Error> {
    engine.execute(&id("s"), Envelope::new(me(), Command::Conversation(command)), None).await
}

async fn add(engine: &Engine, text: &str, busy: Busy) -> TurnId {
    let add = AddTurn { text: text.into(), busy, ..AddTurn::default() };
    let reply = command(engine, conversation::Command::Add { add, ahead: None }).await.unwrap();
    reply.receipt.turn_id().unwrap().clone()
}

async fn stop(engine: &Engine, turn: Option<&TurnId>) {
    command(engine, conversation::Command::Stop { turn: turn.cloned(), ahead: None }).await.unwrap();
}

/// Reads a turn to its end: the text as a client has it then, and how it ended.
async fn read(mut follow: TurnFollow) -> (String, TurnStatus) {
    let mut text = String::new();
    while let Some(item) = soon(follow.next()).await.unwrap() {
        match item {
            TurnItem::Text { offset, text: more } => {
                text.truncate(offset);
                text.push_str(&more);
            }
            TurnItem::Ended(status) => return (text, status),
            TurnItem::Queued { .. } | TurnItem::Reasoning { .. } | TurnItem::Tool(_) => {}
        }
    }
    panic!("a turn has an end");
}

#[tokio::test]
async fn a_turn_is_answered_with_what_was_said_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    let first = add(&world.engine, "Hello", Busy::Enqueue).await;
    let second = add(&world.engine, "And?", Busy::Enqueue).await;
    let given = world.given().await;
    assert_eq!((given.turn.text.as_str(), given.turn.before.len()), ("Hello", 0));
    given.act(Act::Reasoning("They greet."));
    given.text("Good ");
    given.text("day");
    given.act(Act::End);
    let given = world.given().await;
    assert_eq!(world.ended(&first).await, (TurnStatus::Completed, "Good day".into()));
    assert_eq!(given.turn.text, "And?");
    let before = &given.turn.before[0];
    assert_eq!((before.message.as_str(), before.answer.as_str()), ("Hello", "Good day"));
    given.text("Well");
    given.act(Act::Fail("the model is away"));
    assert_eq!(world.ended(&second).await, (TurnStatus::Failed, "Well".into()));
    let texts = world.engine.turn_texts(&id("s"), 0).await.unwrap();
    assert_eq!(texts[&first].reasoning, "They greet.");
    assert_eq!(texts[&first].finish.as_deref(), Some("stop"));
    assert_eq!(texts[&second].reason.as_deref(), Some("the model is away"));
}

#[tokio::test]
async fn every_reader_has_the_whole_answer_whenever_it_joins_and_none_holds_it_up() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    let turn = add(&world.engine, "Hello", Busy::Enqueue).await;
    let given = world.given().await;
    let mut readers = Vec::new();
    let mut expected = String::new();
    for n in 0..200 {
        let part = ["a", "é", "👩‍👩‍👧", " ", "e\u{301}"][n % 5];
        given.text(part);
        expected.push_str(part);
        if n % 10 == 0 {
            let follow = world.engine.follow_turn(&me(), &id("s"), &turn, 0).await.unwrap();
            readers.push(tokio::spawn(read(follow)));
        }
    }
    given.act(Act::End);
    for reader in readers {
        assert_eq!(reader.await.unwrap(), (expected.clone(), TurnStatus::Completed));
    }
    // One that comes again after the end has the rest; a cursor in the middle of a character goes back to its beginning.
    for offset in 0..12 {
        let mut follow = world.engine.follow_turn(&me(), &id("s"), &turn, offset).await.unwrap();
        let Some(TurnItem::Text { offset: at, text }) = follow.next().await.unwrap() else {
            panic!("it has text")
        };
        assert!(at <= offset && expected[at..] == text, "{offset}");
        assert_eq!(follow.next().await.unwrap(), Some(TurnItem::Ended(TurnStatus::Completed)));
        assert_eq!(follow.next().await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_stopped_turn_keeps_its_text_and_ends_the_work_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    for whole in [false, true] {
        let turn = add(&world.engine, "Long", Busy::Enqueue).await;
        let given = world.given().await;
        given.text("three tokens so");
        let mut follow = world.engine.follow_turn(&me(), &id("s"), &turn, 0).await.unwrap();
        // Until the text is there.
        let item = soon(follow.next()).await.unwrap();
        assert!(matches!(item, Some(TurnItem::Text { offset: 0, .. })), "{item:?}");
        stop(&world.engine, (!whole).then_some(&turn)).await;
        given.dropped().await;
        assert_eq!(world.ended(&turn).await, (TurnStatus::Stopped, "three tokens so".into()));
        assert_eq!(read(follow).await.1, TurnStatus::Stopped);
    }
    let next = add(&world.engine, "Next", Busy::Enqueue).await;
    let given = world.given().await;
    let answers: Vec<_> = given.turn.before.iter().map(|before| before.answer.as_str()).collect();
    assert_eq!(answers, ["three tokens so"; 2], "the next turn sees exactly that text");
    given.act(Act::End);
    assert_eq!(world.ended(&next).await.0, TurnStatus::Completed);
}

#[tokio::test]
async fn a_message_may_take_the_place_of_the_one_that_runs() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    for (busy, status) in
        [(Busy::Interrupt, TurnStatus::Interrupted), (Busy::Rollback, TurnStatus::RolledBack)]
    {
        let first = add(&world.engine, "Long", Busy::Enqueue).await;
        let given = world.given().await;
        given.text("part");
        let mut follow = world.engine.follow_turn(&me(), &id("s"), &first, 0).await.unwrap();
        soon(follow.next()).await.unwrap();
        let second = add(&world.engine, "Next", busy).await;
        given.dropped().await;
        assert_eq!(world.ended(&first).await.0, status);
        let given = world.given().await;
        assert_eq!(given.turn.turn_id, second);
        assert_eq!(given.turn.before.iter().any(|before| before.message == "Long"), busy == Busy::Interrupt);
        given.act(Act::End);
        world.ended(&second).await;
        command(&world.engine, conversation::Command::Clear { keep_files: false }).await.unwrap();
    }
    // What was rolled back or cleared leaves the journal.
    eventually("the texts are gone", async || {
        let texts = world.engine.turn_texts(&id("s"), 0).await.unwrap();
        texts.values().all(|said| said.message.is_empty() && said.answer.is_empty())
    })
    .await;
}

#[tokio::test]
async fn a_turn_whose_process_was_killed_is_interrupted_and_the_next_one_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let world = World::open(dir.path(), by(&clock)).await;
    create(&world.engine, "s").await;
    let first = add(&world.engine, "Long", Busy::Enqueue).await;
    let second = add(&world.engine, "Next", Busy::Enqueue).await;
    let given = world.given().await;
    given.text("part");
    let texts = async || world.engine.turn_texts(&id("s"), 0).await.unwrap()[&first].answer.clone();
    eventually("a checkpoint", async || {
        clock.advance(Span::from_secs(1));
        texts().await == "part"
    })
    .await;
    given.text(" and more");
    // Another process finds them: the first one is not heard of any more, because its clock stands still.
    let other = manual_clock();
    other.advance(Span::from_secs(3_600));
    let after = World::open(dir.path(), by(&other)).await;
    // A checkpoint may have been on its way.
    let (status, text) = after.ended(&first).await;
    assert_eq!(status, TurnStatus::Interrupted);
    assert!(text == "part" || text == "part and more", "{text}");
    let next = after.given().await;
    assert_eq!(next.turn.turn_id, second);
    assert_eq!(next.turn.before[0].answer, text);
    // The first process hears of it, and gives up.
    given.dropped().await;
    next.act(Act::End);
    assert_eq!(after.ended(&second).await.0, TurnStatus::Completed);
}

#[tokio::test]
async fn a_process_that_stops_in_order_keeps_all_text_of_its_turns() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    let first = add(&world.engine, "Long", Busy::Enqueue).await;
    let second = add(&world.engine, "Next", Busy::Enqueue).await;
    let given = world.given().await;
    given.text("all of it");
    let mut follow = world.engine.follow_turn(&me(), &id("s"), &first, 0).await.unwrap();
    soon(follow.next()).await.unwrap();
    world.engine.shutdown().await;
    drop(world);
    let after = World::open(dir.path(), Options::default()).await;
    assert_eq!(after.ended(&first).await, (TurnStatus::Interrupted, "all of it".into()));
    let given = after.given().await;
    assert_eq!(given.turn.turn_id, second);
}

#[tokio::test]
async fn turns_wait_for_a_process_that_answers_them() {
    let dir = tempfile::tempdir().unwrap();
    let without = common::open(dir.path()).await;
    create(&without, "s").await;
    let turn = add(&without, "Hello", Busy::Enqueue).await;
    let mut follow = without.follow_turn(&me(), &id("s"), &turn, 0).await.unwrap();
    assert_eq!(soon(follow.next()).await.unwrap(), Some(TurnItem::Queued { before: 0 }));
    assert!(keeps_waiting(follow.next()).await);
    let with = World::open(dir.path(), Options::default()).await;
    let given = with.given().await;
    given.text("Hi");
    given.act(Act::End);
    // The reader in the other process has it too.
    assert_eq!(read(follow).await, ("Hi".into(), TurnStatus::Completed));
}

#[tokio::test]
async fn a_session_that_ends_or_is_deleted_takes_its_turns_along() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    for delete in [false, true] {
        create(&world.engine, "s").await;
        let turn = add(&world.engine, "Long", Busy::Enqueue).await;
        let given = world.given().await;
        given.text("part");
        if delete {
            world.engine.delete(&me(), &id("s"), None).await.unwrap();
        } else {
            let end = lifecycle::Command::Terminate { reason: "enough".into(), details: None };
            let envelope = Envelope::new(me(), Command::Lifecycle(end));
            world.engine.execute(&id("s"), envelope, None).await.unwrap();
            assert_eq!(world.status(&turn).await, TurnStatus::Stopped);
            world.engine.delete(&me(), &id("s"), None).await.unwrap();
        }
        given.dropped().await;
        assert!(matches!(
            world.engine.follow_turn(&me(), &id("s"), &turn, 0).await,
            Err(Error::Rejected(Rejection::SessionNotFound))
        ));
    }
}

#[tokio::test]
async fn nobody_else_follows_a_turn() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::open(dir.path(), Options::default()).await;
    create(&world.engine, "s").await;
    let turn = add(&world.engine, "Hello", Busy::Enqueue).await;
    let stranger = Principal::new("stranger", Role::Client, Vec::new());
    let followed = world.engine.follow_turn(&stranger, &id("s"), &turn, 0).await;
    assert!(matches!(followed, Err(Error::Rejected(Rejection::SessionNotFound))));
    let unknown = TurnId::parse("unknown").unwrap();
    let followed = world.engine.follow_turn(&me(), &id("s"), &unknown, 0).await;
    assert!(matches!(followed, Err(Error::Rejected(Rejection::TurnNotFound))));
}

#[tokio::test]
async fn what_else_happens_in_a_session_puts_no_checkpoint_off() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let world = World::open(dir.path(), by(&clock)).await;
    create(&world.engine, "s").await;
    let turn = add(&world.engine, "Long", Busy::Enqueue).await;
    let given = world.given().await;
    given.text("part");
    let mut n = 0;
    eventually("a checkpoint", async || {
        n += 1;
        world.engine.execute(&id("s"), common::patch(serde_json::json!({ "n": n })), None).await.unwrap();
        clock.advance(Span::from_millis(300));
        world.engine.turn_texts(&id("s"), 0).await.unwrap()[&turn].answer == "part"
    })
    .await;
}

#[tokio::test]
async fn a_quiet_turn_keeps_its_lease() {
    let dir = tempfile::tempdir().unwrap();
    let clock = manual_clock();
    let world = World::open(dir.path(), by(&clock)).await;
    create(&world.engine, "s").await;
    let turn = add(&world.engine, "Hard", Busy::Enqueue).await;
    let given = world.given().await;
    for _ in 0..(3 * limits::TURN_LEASE_MS / 1_000) {
        clock.advance(Span::from_secs(1));
        // The runner's checkpoint comes before the lease's timer is looked at again.
        common::pause(Duration::from_millis(10)).await;
    }
    assert_eq!(world.status(&turn).await, TurnStatus::Running);
    given.act(Act::End);
    assert_eq!(world.ended(&turn).await.0, TurnStatus::Completed);
    let place = AddTurn { text: "Again".into(), place: Place::Root, ..AddTurn::default() };
    command(&world.engine, conversation::Command::Add { add: place, ahead: None }).await.unwrap();
    assert!(world.given().await.turn.before.is_empty());
}
