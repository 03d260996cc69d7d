//! Sessions of assistants expire without use, and their texts go with them.

use sessiond_core::{
    AddTurn, Command, CreateSession, EndTurn, Envelope, EventBody, Kind, Principal, Rejection, Session, Span,
    Status, TimerAction, TurnId, TurnStatus, conversation, fork, lifecycle,
};

use crate::support::{Fixture, client, moment, new_session, session_id};

const MINUTE: i64 = 60_000;

fn assistant(idle_timeout: &str) -> Fixture {
    let new = CreateSession {
        kind: Kind::Assistant,
        orchestrator: None,
        participants: vec![],
        idle_timeout: Some(idle_timeout.parse().unwrap()),
        ..new_session("")
    };
    Fixture::create(new, &client("owner")).unwrap()
}

fn give(fixture: &mut Fixture, command: conversation::Command) -> Result<sessiond_core::Receipt, Rejection> {
    fixture.give(Envelope::new(Principal::of_session(session_id("s")), Command::Conversation(command)))
}

fn own(fixture: &mut Fixture, command: conversation::Command) -> sessiond_core::Receipt {
    fixture.give(Envelope::new(Principal::engine(), Command::Conversation(command))).unwrap()
}

fn say(fixture: &mut Fixture, text: &str) -> TurnId {
    let add = AddTurn { text: text.into(), ..AddTurn::default() };
    let receipt = give(fixture, conversation::Command::Add { add, ahead: None }).unwrap();
    receipt.turn_id().unwrap().clone()
}

fn answer(fixture: &mut Fixture, turn: &TurnId, runner: u64) {
    let end = EndTurn {
        turn: turn.clone(),
        runner,
        status: TurnStatus::Completed,
        text: "an answer".into(),
        reasoning: String::new(),
        finish: None,
        reason: None,
        usage: None,
        sources: vec![],
        citations: vec![],
    };
    own(fixture, conversation::Command::End(Box::new(end)));
}

/// The minutes from the beginning to the expiry.
fn expires_after(fixture: &Fixture) -> f64 {
    let left = fixture.session.expires_at.unwrap().since(fixture.session.created_at);
    left.millis() as f64 / MINUTE as f64
}

/// How often the expiry moved.
fn moves(fixture: &Fixture) -> usize {
    fixture.events.iter().filter(|event| matches!(event.body, EventBody::SessionUpdated(_))).count()
}

#[test]
fn each_use_moves_the_expiry_but_not_each_one_is_written() {
    let mut fixture = assistant("30m");
    assert_eq!(expires_after(&fixture), 30.0);
    fixture.now += MINUTE / 2;
    say(&mut fixture, "one");
    assert_eq!((expires_after(&fixture), moves(&fixture)), (30.0, 0), "it was created a moment ago");
    fixture.now += MINUTE / 2;
    for text in ["two", "three", "four"] {
        say(&mut fixture, text);
    }
    assert_eq!((expires_after(&fixture), moves(&fixture)), (31.0, 1));
    fixture.wait(29 * MINUTE);
    give(&mut fixture, conversation::Command::Stop { turn: None, ahead: None }).unwrap();
    assert_eq!(expires_after(&fixture), 60.0);
    fixture.wait(30 * MINUTE - 1);
    assert_eq!(fixture.session.status, Status::Active);
    fixture.wait(1);
    assert_eq!(fixture.session.status, Status::Expired);
}

#[test]
fn an_expired_session_has_no_texts_and_takes_no_message() {
    let mut fixture = assistant("1m");
    let turn = say(&mut fixture, "a secret");
    own(&mut fixture, conversation::Command::Begin);
    answer(&mut fixture, &turn, 1);
    say(&mut fixture, "it waits");
    fixture.wait(MINUTE);
    let kinds: Vec<_> = fixture.events.iter().map(|event| event.body.kind()).collect();
    assert_eq!(kinds[kinds.len() - 3..], ["turn_ended", "conversation_cleared", "session_expired"]);
    assert!(fixture.session.conversation.turns.is_empty());
    let through = fixture.session.revision - 1;
    let removal =
        |timer: &sessiond_core::Timer| timer.action == TimerAction::RemoveTexts { turn: None, through };
    assert!(fixture.world.set_ever.iter().any(removal), "{:?}", fixture.world.set_ever);
    let late = give(&mut fixture, conversation::Command::Clear { keep_files: false });
    assert_eq!(late, Err(Rejection::SessionExpired));
    let end = Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] });
    assert_eq!(fixture.run(end), Err(Rejection::SessionExpired));
}

#[test]
fn a_session_is_used_while_its_assistant_answers() {
    let mut fixture = assistant("1m");
    let turn = say(&mut fixture, "a long story");
    own(&mut fixture, conversation::Command::Begin);
    for _ in 0..30 {
        fixture.wait(10_000);
        let (text, reasoning) = ("word ".to_owned(), String::new());
        own(
            &mut fixture,
            conversation::Command::Progress {
                turn: turn.clone(),
                runner: 1,
                text,
                reasoning,
                sources: vec![],
                step: None,
            },
        );
    }
    assert_eq!(fixture.session.status, Status::Active);
    answer(&mut fixture, &turn, 1);
    assert_eq!(expires_after(&fixture), 6.0, "the time begins with the end of the answer");
    fixture.wait(MINUTE);
    assert_eq!(fixture.session.status, Status::Expired);
}

#[test]
fn a_session_is_over_at_its_time_also_before_its_timer_fires() {
    let mut fixture = assistant("1m");
    fixture.now += MINUTE;
    let add = AddTurn { text: "too late".into(), ..AddTurn::default() };
    let late = give(&mut fixture, conversation::Command::Add { add, ahead: None });
    assert_eq!((late, fixture.session.status), (Err(Rejection::SessionExpired), Status::Active));
}

#[test]
fn a_time_that_was_said_does_not_move_and_other_kinds_keep_their_texts() {
    let new = CreateSession {
        kind: Kind::Assistant,
        idle_timeout: Some(Span::from_secs(60)),
        expires_in: Some(Span::from_secs(600)),
        ..new_session("")
    };
    let mut fixture = Fixture::create(new, &client("owner")).unwrap();
    fixture.wait(5 * MINUTE);
    say(&mut fixture, "hello");
    assert_eq!((expires_after(&fixture), moves(&fixture)), (10.0, 0));
    let new = CreateSession { expires_in: Some(Span::from_secs(60)), ..new_session("") };
    let mut plan = Fixture::create(new, &client("owner")).unwrap();
    say(&mut plan, "hello");
    plan.wait(MINUTE);
    assert_eq!((plan.session.status, plan.session.conversation.turns.len()), (Status::Expired, 1));
    let late = give(&mut plan, conversation::Command::Clear { keep_files: false });
    assert_eq!(late, Err(Rejection::SessionEnded(Status::Expired)));
}

#[test]
fn a_fork_expires_without_use_too() {
    let fixture = assistant("30m");
    let source = Session::replay(&fixture.events).unwrap().unwrap();
    let at = moment(fixture.now + 20 * MINUTE, 1 << 90);
    let copy = fork(&source, session_id("copy"), &client("owner"), &at).unwrap();
    assert_eq!(copy.session.expires_at, Some(at.now.after(Span::from_secs(1800))));
}
