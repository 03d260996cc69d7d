//! Files of a session's assistant: added, replaced, removed, and cleared with the conversation.

use sessiond_core::{
    AddTurn, AnswerMode, Command, Envelope, EventBody, FileId, Principal, Rejection, Session, TimerAction,
    conversation, files, limits,
};

use crate::support::any::file;
use crate::support::{Fixture, client, refusal};

fn adds(fixture: &mut Fixture, number: u8, name: &str) -> FileId {
    let added = file(number, name);
    let id = added.file_id.clone();
    fixture.run(Command::Files(files::Command::Add(Box::new(added)))).unwrap();
    id
}

fn all(fixture: &Fixture) -> Vec<&FileId> {
    fixture.session.files.all.keys().collect()
}

/// The files whose removal a timer sees to.
fn removed(fixture: &Fixture) -> Vec<FileId> {
    let of = fixture.world.timers.values().filter_map(|timer| match &timer.action {
        TimerAction::RemoveFiles { files } => Some(files.clone()),
        _ => None,
    });
    of.flatten().collect()
}

#[test]
fn a_file_takes_the_place_of_one_of_its_name() {
    let mut fixture = Fixture::new("");
    let first = adds(&mut fixture, 1, "a.txt");
    let other = adds(&mut fixture, 2, "b.txt");
    let second = adds(&mut fixture, 3, "a.txt");
    assert_eq!(all(&fixture), [&other, &second]);
    assert_eq!(removed(&fixture), [first]);
    assert_eq!(fixture.session.files.bytes, 12 + 13);
    assert_eq!(fixture.session.files.named("a.txt").unwrap().id, second);
}

#[test]
fn what_is_removed_is_removed_once_and_each_removal_has_a_timer() {
    let mut fixture = Fixture::new("");
    let first = adds(&mut fixture, 1, "a.txt");
    let second = adds(&mut fixture, 2, "b.txt");
    let remove = |file: &FileId| Command::Files(files::Command::Remove { file: file.clone() });
    fixture.run(remove(&first)).unwrap();
    assert_eq!(fixture.run(remove(&first)), Err(Rejection::FileNotFound));
    fixture.run(remove(&second)).unwrap();
    assert_eq!(removed(&fixture), [first.clone(), second]);
    assert_eq!(fixture.session.files.bytes, 0);
    // Without its name, the event folds to the same state.
    let mut events = fixture.events.clone();
    for event in &mut events {
        event.body = event.body.without_file(|file| *file == first).unwrap_or_else(|| event.body.clone());
    }
    assert!(!serde_json::to_string(&events).unwrap().contains("a.txt"));
    assert_eq!(Session::replay(&events).unwrap().as_ref(), Some(&fixture.session));
}

#[test]
fn clearing_removes_the_files_unless_they_are_to_stay() {
    for keep_files in [true, false] {
        let mut fixture = Fixture::new("");
        let file = adds(&mut fixture, 1, "a.txt");
        let add = AddTurn { text: "What?".into(), files: vec![file.clone()], ..AddTurn::default() };
        fixture.run(Command::Conversation(conversation::Command::Add { add, ahead: None })).unwrap();
        fixture.run(Command::Conversation(conversation::Command::Clear { keep_files })).unwrap();
        assert!(fixture.session.conversation.turns.is_empty());
        assert_eq!(all(&fixture).len(), usize::from(keep_files));
        assert_eq!(removed(&fixture), if keep_files { vec![] } else { vec![file] });
    }
}

#[test]
fn a_message_names_files_of_its_session() {
    let mut fixture = Fixture::new("");
    let there = adds(&mut fixture, 1, "a.txt");
    let gone = file(9, "x").file_id;
    let mut ask = |files: Vec<FileId>| {
        let add = AddTurn { text: "What?".into(), files, mode: AnswerMode::Query, ..AddTurn::default() };
        fixture.run(Command::Conversation(conversation::Command::Add { add, ahead: None }))
    };
    assert!(refusal(ask(vec![there.clone(), gone])).starts_with("/files/1: "));
    assert!(refusal(ask(vec![there.clone(); limits::TURN_FILES + 1])).starts_with("/files: "));
    ask(vec![there.clone()]).unwrap();
    let queued = fixture.events.iter().rev().find_map(|event| match &event.body {
        EventBody::TurnQueued(queued) => Some(queued.clone()),
        _ => None,
    });
    let queued = queued.unwrap();
    assert_eq!((queued.files, queued.mode), (vec![there], AnswerMode::Query));
}

#[test]
fn only_who_commands_the_session_changes_its_files() {
    let mut fixture = Fixture::new("");
    let command = || Command::Files(files::Command::Add(Box::new(file(1, "a.txt"))));
    for stranger in [client("another"), Principal::of_session(crate::support::session_id("other"))] {
        let refused = fixture.give(Envelope::new(stranger, command()));
        assert_eq!(refused, Err(Rejection::SessionNotFound));
    }
    for (name, pointer) in
        [(" ", "/name"), ("a\nb", "/name"), (&*"x".repeat(limits::FILE_NAME_BYTES + 1), "/name")]
    {
        let added = Command::Files(files::Command::Add(Box::new(file(1, name))));
        assert!(refusal(fixture.run(added)).starts_with(pointer), "{name:?}");
    }
    fixture.run(command()).unwrap();
}

#[test]
fn a_session_has_so_many_files_and_no_more() {
    let mut fixture = Fixture::new("");
    for number in 0..limits::FILES {
        let mut added = file(0, &format!("{number}.txt"));
        added.file_id = FileId::parse(format!("file_{number:032x}")).unwrap();
        fixture.run(Command::Files(files::Command::Add(Box::new(added)))).unwrap();
    }
    let one_more = Command::Files(files::Command::Add(Box::new(sessiond_core::FileAdded {
        file_id: FileId::parse(format!("file_{:032x}", limits::FILES)).unwrap(),
        ..file(0, "more.txt")
    })));
    let refused = fixture.run(one_more).unwrap_err();
    assert!(refused.to_string().contains("files of a session would exceed"), "{refused}");
    // One in the place of another fits.
    let again = sessiond_core::FileAdded {
        file_id: FileId::parse(format!("file_{:032x}", limits::FILES)).unwrap(),
        ..file(0, "7.txt")
    };
    fixture.run(Command::Files(files::Command::Add(Box::new(again)))).unwrap();
}
