//! Tokens of sessions: whoever has one uses that session, and nothing else.

use sessiond_core::{
    AddTurn, Command, CreateSession, Envelope, EventBody, Kind, Principal, Rejection, Session, Span,
    authorize_fork, conversation, create, fork, import, lifecycle,
};

use crate::support::{Fixture, client, moment, new_session, refusal, session_id};

fn digest(digit: char) -> String {
    digit.to_string().repeat(64)
}

/// A session whose token has that digest.
fn with_token(id: &str, digit: char) -> Fixture {
    let new = CreateSession {
        session_id: session_id(id),
        kind: Kind::Assistant,
        token: Some(digest(digit)),
        ..new_session("")
    };
    Fixture::create(new, &client("owner")).unwrap()
}

fn give(fixture: &mut Fixture, principal: Principal, command: Command) -> Result<(), Rejection> {
    fixture.give(Envelope::new(principal, command)).map(drop)
}

fn talk() -> Command {
    let add = AddTurn { text: "hello".into(), ..AddTurn::default() };
    Command::Conversation(conversation::Command::Add { add, ahead: None })
}

#[test]
fn the_holder_of_a_token_uses_that_session_and_finds_no_other() {
    let mut mine = with_token("mine", 'a');
    let mut other = with_token("other", 'b');
    let holder = || Principal::of_session(session_id("mine"));
    assert!(holder().sees(&mine.session) && holder().commands(&mine.session));
    give(&mut mine, holder(), talk()).unwrap();
    assert_eq!(mine.events.last().unwrap().actor, "st_mine");
    assert!(!holder().sees(&other.session));
    assert_eq!(give(&mut other, holder(), talk()), Err(Rejection::SessionNotFound));
    // Not even one that belongs to somebody of its name.
    let new = CreateSession { session_id: session_id("third"), ..new_session("") };
    let third = Fixture::create(new, &client("st_mine")).unwrap();
    assert!(!holder().sees(&third.session));
}

#[test]
fn the_holder_of_a_token_creates_nothing_and_keeps_the_session_no_longer() {
    let mut fixture = with_token("mine", 'a');
    let holder = || Principal::of_session(session_id("mine"));
    let new = || CreateSession { session_id: session_id("new"), ..new_session("") };
    assert!(refusal(create(new(), &holder(), &moment(0, 1))).contains("may not create sessions"));
    assert!(refusal(authorize_fork(&holder(), &fixture.session)).contains("may not create sessions"));
    let source = &fixture.session;
    let imported = import(source, session_id("new"), "owner".into(), &holder(), &moment(0, 1));
    assert!(refusal(imported).contains("may not create sessions"));
    let update = |name: Option<String>, expires_in| {
        Command::Lifecycle(lifecycle::Command::Update { name, labels: None, expires_in })
    };
    let later = update(None, Some(Span::from_secs(60)));
    assert!(refusal(give(&mut fixture, holder(), later)).contains("may not change its expiry"));
    give(&mut fixture, holder(), update(Some("Contract".into()), None)).unwrap();
    let issue = Command::Lifecycle(lifecycle::Command::IssueToken { sha256: digest('c') });
    assert!(refusal(give(&mut fixture, holder(), issue.clone())).contains("may not do this"));
    assert_eq!(fixture.session.token, Some(digest('a')));
    give(&mut fixture, client("owner"), issue).unwrap();
    assert_eq!(fixture.session.token, Some(digest('c')), "there is one token");
    assert!(matches!(fixture.events.last().unwrap().body, EventBody::TokenIssued(_)));
}

#[test]
fn a_copy_of_a_session_has_no_token() {
    let mut fixture = with_token("mine", 'a');
    let copy = |id: &str, source: &Session| {
        let (id, owner) = (session_id(id), client("owner"));
        let moment = moment(fixture.now, 1 << 90);
        [
            fork(source, id.clone(), &owner, &moment).unwrap().session.token,
            import(source, id, "owner".into(), &owner, &moment).unwrap().session.token,
        ]
    };
    // Also under its own id, as when it is restored.
    assert_eq!(copy("mine", &fixture.session), [None, None]);
    assert_eq!(copy("copy", &fixture.session), [None, None]);
    let end = lifecycle::Command::Complete { summary: None, artifacts: vec![] };
    fixture.run(Command::Lifecycle(end)).unwrap();
    assert_eq!(fixture.session.token, Some(digest('a')), "an ended session can still be read with it");
    let moment = moment(fixture.now, 1 << 90);
    let restored = import(&fixture.session, session_id("mine"), "owner".into(), &client("owner"), &moment);
    assert_eq!(restored.unwrap().session.token, None);
}

#[test]
fn a_digest_has_64_hexadecimal_digits() {
    for wrong in ["", "abc", &"A".repeat(64), &"g".repeat(64), &"a".repeat(65)] {
        let new = CreateSession { token: Some(wrong.to_owned()), ..new_session("") };
        let refused = refusal(create(new, &client("owner"), &moment(0, 1)));
        assert_eq!(refused, "/sha256: it has 64 lower-case hexadecimal digits", "{wrong}");
    }
}
