//! Turns with an assistant: queued, answered, stopped, placed in the tree, and cleared.

use sessiond_core::{
    AddTurn, Ahead, AnswerTool, Assistant, Busy, CallTool, Command, Compact, EndTurn, Envelope, EventBody,
    Kind, Place, Principal, Rejection, Session, TimerAction, ToolStep, TurnId, TurnSettings, TurnStatus,
    conversation, fork, lifecycle, limits,
};

use crate::support::{Fixture, client, new_session, refusal, session_id};

fn assistant() -> Fixture {
    let new = sessiond_core::CreateSession {
        kind: Kind::Assistant,
        orchestrator: None,
        participants: vec![],
        ..new_session("")
    };
    Fixture::create(new, &client("owner")).unwrap()
}

fn add(text: &str) -> AddTurn {
    AddTurn { text: text.into(), ..AddTurn::default() }
}

fn given(fixture: &mut Fixture, command: conversation::Command) -> Result<sessiond_core::Receipt, Rejection> {
    fixture.give(Envelope::new(client("owner"), Command::Conversation(command)))
}

fn own(fixture: &mut Fixture, command: conversation::Command) -> Result<sessiond_core::Receipt, Rejection> {
    fixture.give(Envelope::new(Principal::engine(), Command::Conversation(command)))
}

/// Adds a turn with what its process has in memory of the one that runs.
fn adds(fixture: &mut Fixture, turn: AddTurn, ahead: Option<&str>) -> TurnId {
    let ahead = ahead.map(|text| ahead_of(fixture, text));
    let receipt = given(fixture, conversation::Command::Add { add: turn, ahead }).unwrap();
    receipt.turn_id().unwrap().clone()
}

fn ahead_of(fixture: &Fixture, text: &str) -> Ahead {
    let runner = fixture.session.conversation.running.as_ref().unwrap().runner;
    Ahead { runner, text: text.into(), reasoning: String::new(), sources: vec![] }
}

/// Lets the next turn begin; none if none does.
fn begins(fixture: &mut Fixture) -> Option<(TurnId, u64)> {
    match own(fixture, conversation::Command::Begin).unwrap() {
        sessiond_core::Receipt::Turn { turn_id, runner } => Some((turn_id, runner.unwrap())),
        _ => None,
    }
}

fn progress(turn: &TurnId, runner: u64, text: &str) -> conversation::Command {
    let (text, reasoning) = (text.to_owned(), String::new());
    conversation::Command::Progress {
        turn: turn.clone(),
        runner,
        text,
        reasoning,
        sources: vec![],
        step: None,
    }
}

/// A step of a tool, after some text.
fn step(turn: &TurnId, runner: u64, text: &str, step: ToolStep) -> conversation::Command {
    match progress(turn, runner, text) {
        conversation::Command::Progress { turn, runner, text, reasoning, sources, .. } => {
            conversation::Command::Progress { turn, runner, text, reasoning, sources, step: Some(step) }
        }
        other => other,
    }
}

fn call(name: &str, round: u32) -> ToolStep {
    ToolStep::Call(CallTool {
        id: format!("id-{name}"),
        name: name.into(),
        arguments: r#"{"query":"Secret"}"#.into(),
        round,
    })
}

fn answer(number: u32, failed: bool) -> ToolStep {
    ToolStep::Answer(AnswerTool { number, failed, text: "Secret result".into(), duration_ms: 7 })
}

fn end(turn: &TurnId, runner: u64, text: &str) -> conversation::Command {
    conversation::Command::End(Box::new(EndTurn {
        turn: turn.clone(),
        runner,
        status: TurnStatus::Completed,
        text: text.into(),
        reasoning: String::new(),
        finish: Some("stop".into()),
        reason: None,
        usage: None,
        sources: vec![],
        citations: vec![],
    }))
}

/// Adds a turn and answers it.
fn says(fixture: &mut Fixture, turn: AddTurn) -> TurnId {
    let id = adds(fixture, turn, None);
    let (began, runner) = begins(fixture).unwrap();
    assert_eq!(began, id);
    own(fixture, end(&id, runner, "answer")).unwrap();
    id
}

fn status(fixture: &Fixture, turn: &TurnId) -> TurnStatus {
    fixture.session.conversation.turns[turn].status
}

fn path(fixture: &Fixture) -> Vec<TurnId> {
    let conversation = &fixture.session.conversation;
    conversation.path(conversation.head.as_ref()).iter().map(|turn| turn.id.clone()).collect()
}

/// The ends in the journal: turn, status and text.
fn ends(fixture: &Fixture) -> Vec<(TurnId, TurnStatus, String)> {
    let ended = |body: &EventBody| match body {
        EventBody::TurnEnded(ended) => Some((ended.turn_id.clone(), ended.status, ended.text.clone())),
        _ => None,
    };
    fixture.events.iter().filter_map(|event| ended(&event.body)).collect()
}

#[test]
fn turns_follow_one_another_and_each_has_one_end() {
    let mut fixture = assistant();
    let first = says(&mut fixture, add("Hello"));
    let second = adds(&mut fixture, add("And?"), None);
    let third = adds(&mut fixture, add("So?"), None);
    let (began, runner) = begins(&mut fixture).unwrap();
    assert_eq!(began, second);
    assert_eq!(begins(&mut fixture), None, "one runs at a time");
    own(&mut fixture, progress(&second, runner, "Wel")).unwrap();
    own(&mut fixture, progress(&second, runner, "l")).unwrap();
    assert_eq!(fixture.session.conversation.running.as_ref().unwrap().text, "Well");
    own(&mut fixture, end(&second, runner, "Well.")).unwrap();
    let late = own(&mut fixture, end(&second, runner, "Again"));
    assert_eq!(late, Err(Rejection::TurnClosed(second.clone())));
    let (began, runner) = begins(&mut fixture).unwrap();
    own(&mut fixture, end(&began, runner, "")).unwrap();
    assert_eq!(path(&fixture), [first.clone(), second.clone(), third.clone()]);
    let ended: Vec<_> = ends(&fixture).into_iter().map(|(turn, ..)| turn).collect();
    assert_eq!(ended, [first, second, third]);
    assert!(fixture.world.timers.is_empty(), "{:?}", fixture.world.timers);
}

#[test]
fn a_message_that_comes_while_a_turn_runs_waits_is_refused_or_takes_its_place() {
    for busy in [Busy::Reject, Busy::Enqueue, Busy::Interrupt, Busy::Rollback] {
        let mut fixture = assistant();
        let before = says(&mut fixture, add("Hello"));
        let first = adds(&mut fixture, add("Long"), None);
        let (_, runner) = begins(&mut fixture).unwrap();
        own(&mut fixture, progress(&first, runner, "part")).unwrap();
        let waits = adds(&mut fixture, add("Waits"), None);
        let ahead = ahead_of(&fixture, "partial");
        let command = conversation::Command::Add { add: AddTurn { busy, ..add("Next") }, ahead: Some(ahead) };
        let result = given(&mut fixture, command);
        if busy == Busy::Reject {
            assert_eq!(result, Err(Rejection::TurnActive));
            continue;
        }
        let next = result.unwrap().turn_id().unwrap().clone();
        // The others begin and end.
        let mut order = Vec::new();
        if busy == Busy::Enqueue {
            own(&mut fixture, end(&first, runner, "partial answer")).unwrap();
        }
        while let Some((turn, runner)) = begins(&mut fixture) {
            own(&mut fixture, end(&turn, runner, "answer")).unwrap();
            order.push(turn);
        }
        let (said, expected) = match busy {
            Busy::Enqueue => {
                (vec![before, first.clone(), waits, next], (TurnStatus::Completed, "partial answer"))
            }
            Busy::Interrupt => {
                (vec![before, first.clone(), next, waits], (TurnStatus::Interrupted, "partial"))
            }
            _ => (vec![before, next, waits], (TurnStatus::RolledBack, "")),
        };
        assert_eq!(path(&fixture), said, "{busy}");
        let ended = ends(&fixture).into_iter().find(|(turn, ..)| *turn == first).unwrap();
        assert_eq!((ended.1, ended.2.as_str()), expected);
        assert_eq!(order.len(), 2);
        let late = own(&mut fixture, end(&first, runner, "late"));
        assert_eq!(late, Err(Rejection::TurnClosed(first)));
    }
}

#[test]
fn an_earlier_turn_is_asked_again_and_the_branch_is_kept() {
    let mut fixture = assistant();
    let first = says(&mut fixture, add("Hello"));
    let second = says(&mut fixture, add("A poem"));
    let sibling = says(&mut fixture, AddTurn { place: Place::After(first.clone()), ..add("A song") });
    assert_eq!(path(&fixture), [first.clone(), sibling]);
    given(&mut fixture, conversation::Command::MoveHead { turn: Some(second.clone()) }).unwrap();
    let third = says(&mut fixture, add("Shorter"));
    assert_eq!(path(&fixture), [first.clone(), second, third]);
    let other = says(&mut fixture, AddTurn { place: Place::Root, ..add("Anew") });
    assert_eq!(path(&fixture), [other]);
    let unknown = TurnId::parse("unknown").unwrap();
    let moved = given(&mut fixture, conversation::Command::MoveHead { turn: Some(unknown.clone()) });
    assert_eq!(moved, Err(Rejection::TurnNotFound));
    let after = AddTurn { place: Place::After(unknown), ..add("Hello") };
    let refused = given(&mut fixture, conversation::Command::Add { add: after, ahead: None });
    assert_eq!(refusal(refused), "/parent: the session has no such turn");
}

#[test]
fn a_turn_is_stopped_with_the_text_so_far_and_a_waiting_one_was_never_said() {
    let mut fixture = assistant();
    let first = adds(&mut fixture, add("Long"), None);
    let (_, runner) = begins(&mut fixture).unwrap();
    own(&mut fixture, progress(&first, runner, "part")).unwrap();
    let waits = adds(&mut fixture, add("Waits"), None);
    let last = adds(&mut fixture, add("Last"), None);
    given(&mut fixture, conversation::Command::Stop { turn: Some(waits.clone()), ahead: None }).unwrap();
    // What another process says of another runner is not believed.
    let ahead =
        Some(Ahead { runner: runner + 1, text: "partly".into(), reasoning: String::new(), sources: vec![] });
    given(&mut fixture, conversation::Command::Stop { turn: Some(first.clone()), ahead }).unwrap();
    assert_eq!(ends(&fixture)[1], (first.clone(), TurnStatus::Stopped, "part".into()));
    // To stop what has ended changes nothing.
    let revision = fixture.session.revision;
    given(&mut fixture, conversation::Command::Stop { turn: Some(first.clone()), ahead: None }).unwrap();
    assert_eq!(fixture.session.revision, revision);
    let (began, _) = begins(&mut fixture).unwrap();
    assert_eq!(began, last);
    assert_eq!(path(&fixture), [first, last.clone()], "what was stopped before it began was not said");
    assert_eq!(status(&fixture, &waits), TurnStatus::Stopped);
    adds(&mut fixture, add("One more"), None);
    let ahead = Some(ahead_of(&fixture, "all of it"));
    given(&mut fixture, conversation::Command::Stop { turn: None, ahead }).unwrap();
    assert!(fixture.session.conversation.turns.values().all(|turn| !turn.status.is_open()));
    assert!(fixture.world.timers.is_empty(), "{:?}", fixture.world.timers);
}

#[test]
fn a_turn_whose_process_ended_is_interrupted_and_the_next_one_begins() {
    let mut fixture = assistant();
    let first = adds(&mut fixture, add("Long"), None);
    let (_, runner) = begins(&mut fixture).unwrap();
    let second = adds(&mut fixture, add("Next"), None);
    let lease = limits::TURN_LEASE_MS as i64;
    for _ in 0..3 {
        fixture.wait(lease - 1);
        own(&mut fixture, progress(&first, runner, "")).unwrap();
    }
    own(&mut fixture, progress(&first, runner, "part")).unwrap();
    fixture.wait(lease - 1);
    assert_eq!(status(&fixture, &first), TurnStatus::Running);
    // The queue's timer is the engine's, and begins the next turn here too.
    fixture.wait(1);
    assert_eq!(ends(&fixture), [(first.clone(), TurnStatus::Interrupted, "part".into())]);
    assert_eq!(status(&fixture, &second), TurnStatus::Running);
    let late = own(&mut fixture, progress(&first, runner, "late"));
    assert_eq!(late, Err(Rejection::TurnClosed(first)));
}

#[test]
fn a_message_sets_its_own_answer_within_limits() {
    let mut fixture = assistant();
    let mut pointers = |settings: TurnSettings| {
        let add = AddTurn { settings, ..add("Hello") };
        match given(&mut fixture, conversation::Command::Add { add, ahead: None }) {
            Ok(_) => vec![],
            Err(Rejection::Invalid(invalid)) => invalid.into_iter().map(|wrong| wrong.pointer).collect(),
            Err(error) => panic!("{error}"),
        }
    };
    let none = TurnSettings::default;
    for (settings, wrong) in [
        (TurnSettings { temperature: Some(2.0), top_p: Some(1.0), max_tokens: Some(1), ..none() }, vec![]),
        (TurnSettings { temperature: Some(2.1), ..none() }, vec!["/settings/temperature"]),
        (TurnSettings { temperature: Some(f64::NAN), ..none() }, vec!["/settings/temperature"]),
        (TurnSettings { top_p: Some(0.0), ..none() }, vec!["/settings/top_p"]),
        (TurnSettings { max_tokens: Some(0), ..none() }, vec!["/settings/max_tokens"]),
        (TurnSettings { stop: vec!["a".into(); limits::STOP_TEXTS], seed: Some(1), ..none() }, vec![]),
        (TurnSettings { stop: vec!["a".into(); limits::STOP_TEXTS + 1], ..none() }, vec!["/settings/stop"]),
        (
            TurnSettings { stop: vec!["a".into(), String::new(), "b".repeat(300)], ..none() },
            vec!["/settings/stop/1", "/settings/stop/2"],
        ),
    ] {
        assert_eq!(pointers(settings.clone()), wrong, "{settings:?}");
    }
}

#[test]
fn a_cleared_conversation_has_no_turns_and_its_events_lose_their_texts() {
    let mut fixture = assistant();
    says(&mut fixture, add("Secret question"));
    let settings = TurnSettings { stop: vec!["Secret".into()], ..TurnSettings::default() };
    let second =
        adds(&mut fixture, AddTurn { instructions: Some("Secret".into()), settings, ..add("Secret") }, None);
    let (_, runner) = begins(&mut fixture).unwrap();
    own(&mut fixture, progress(&second, runner, "Secret answer")).unwrap();
    given(&mut fixture, conversation::Command::Clear { keep_files: false }).unwrap();
    let conversation = &fixture.session.conversation;
    assert!(conversation.turns.is_empty() && conversation.head.is_none() && conversation.running.is_none());
    let texts = fixture.world.timers.values().find_map(|timer| match &timer.action {
        TimerAction::RemoveTexts { turn: None, through } => Some(*through),
        _ => None,
    });
    assert_eq!(texts, Some(fixture.session.revision));
    // Without their texts, the events fold to the same state.
    let mut events = fixture.events.clone();
    for event in &mut events {
        event.body = event.body.without_texts(None).unwrap_or_else(|| event.body.clone());
    }
    let text = serde_json::to_string(&events).unwrap();
    assert!(!text.contains("Secret") && !text.contains("answer"), "{text}");
    assert_eq!(Session::replay(&events).unwrap().as_ref(), Some(&fixture.session));
    // A conversation without turns stays as it is.
    let revision = fixture.session.revision;
    given(&mut fixture, conversation::Command::Clear { keep_files: false }).unwrap();
    assert_eq!(fixture.session.revision, revision);
    says(&mut fixture, add("Hello again"));
}

#[test]
fn a_summary_holds_on_the_paths_that_have_its_turns_and_goes_with_them() {
    let compact = |through: &TurnId, text: &str| {
        conversation::Command::Compact(Compact {
            through: through.clone(),
            text: Some(text.into()),
            usage: None,
        })
    };
    let mut fixture = assistant();
    let first = says(&mut fixture, add("Hello"));
    let second = says(&mut fixture, add("A poem"));
    let third = says(&mut fixture, add("Another"));
    own(&mut fixture, compact(&second, "Secret summary")).unwrap();
    let sibling = says(&mut fixture, AddTurn { place: Place::After(first.clone()), ..add("A song") });
    let through = |fixture: &Fixture, turn: &TurnId| {
        fixture.session.conversation.summary(Some(turn)).map(|(through, _)| through.clone())
    };
    assert_eq!(through(&fixture, &third), Some(second.clone()));
    assert_eq!(through(&fixture, &second), Some(second.clone()));
    assert_eq!((through(&fixture, &first), through(&fixture, &sibling)), (None, None));
    // The later one counts where there are several, and a turn that has not ended is not summarised.
    own(&mut fixture, compact(&third, "Secret, too")).unwrap();
    assert_eq!(through(&fixture, &third), Some(third.clone()));
    let open = adds(&mut fixture, AddTurn { place: Place::After(third.clone()), ..add("More") }, None);
    begins(&mut fixture).unwrap();
    assert!(own(&mut fixture, compact(&open, "early")).is_err());
    let moment = fixture.moment();
    let copy = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap();
    assert_eq!(copy.session.conversation.compacted, fixture.session.conversation.compacted);
    given(&mut fixture, conversation::Command::Clear { keep_files: false }).unwrap();
    assert!(fixture.session.conversation.compacted.is_empty());
    // What comes late finds nothing to summarise.
    assert_eq!(own(&mut fixture, compact(&third, "late")), Err(Rejection::TurnNotFound));
    let mut events = fixture.events.clone();
    for event in &mut events {
        event.body = event.body.without_texts(None).unwrap_or_else(|| event.body.clone());
    }
    assert!(!serde_json::to_string(&events).unwrap().contains("Secret"));
    assert_eq!(Session::replay(&events).unwrap().as_ref(), Some(&fixture.session));
}

#[test]
fn the_end_of_a_session_and_a_fork_end_what_is_open() {
    let mut fixture = assistant();
    let first = adds(&mut fixture, add("Long"), None);
    begins(&mut fixture).unwrap();
    let second = adds(&mut fixture, add("Next"), None);
    let moment = fixture.moment();
    let copy = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap();
    for turn in [&first, &second] {
        assert_eq!(copy.session.conversation.turns[turn].status, TurnStatus::Interrupted);
    }
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Terminate { reason: "enough".into(), details: None }))
        .unwrap();
    let ended = ends(&fixture);
    assert_eq!(ended.len(), 2);
    assert!(ended.iter().all(|(_, status, _)| *status == TurnStatus::Stopped));
    let kept: Vec<_> = fixture.world.timers.keys().collect();
    assert_eq!(kept, ["cascade"]);
}

#[test]
fn only_its_owner_talks_and_only_the_engine_answers() {
    let mut fixture = Fixture::new("");
    let said = Command::Conversation(conversation::Command::Add { add: add("Hello"), ahead: None });
    assert!(matches!(fixture.run_as("back", said.clone()), Err(Rejection::Forbidden(_))));
    let stranger = fixture.give(Envelope::new(client("stranger"), said.clone()));
    assert_eq!(stranger, Err(Rejection::SessionNotFound));
    for (text, expected) in [
        (" \n".to_owned(), "/text: it may not be empty"),
        ("x".repeat(limits::TURN_BYTES + 1), "/text: it may have 1048576 bytes at most"),
    ] {
        let refused = given(&mut fixture, conversation::Command::Add { add: add(&text), ahead: None });
        assert_eq!(refusal(refused), expected);
    }
    for _ in 0..limits::QUEUED_TURNS {
        adds(&mut fixture, add("x"), None);
    }
    let full = given(&mut fixture, conversation::Command::Add { add: add("x"), ahead: None });
    assert_eq!(refusal(full), "turns that wait would exceed the limit of 16");
    let (turn, runner) = begins(&mut fixture).unwrap();
    let most = "x".repeat(limits::TURN_BYTES);
    own(&mut fixture, progress(&turn, runner, &most)).unwrap();
    let more = own(&mut fixture, progress(&turn, runner, "x"));
    assert_eq!(refusal(more), "bytes of an answer would exceed the limit of 1048576");
}

#[test]
fn tools_are_called_between_texts_and_each_result_belongs_to_a_call() {
    let mut fixture = assistant();
    adds(&mut fixture, add("Look it up"), None);
    let (turn, runner) = begins(&mut fixture).unwrap();
    own(&mut fixture, step(&turn, runner, "So: ", call("search", 1))).unwrap();
    own(&mut fixture, step(&turn, runner, "", call("read", 1))).unwrap();
    own(&mut fixture, step(&turn, runner, "", answer(2, true))).unwrap();
    // Only what is open gets a result, and once.
    let late = own(&mut fixture, step(&turn, runner, "", answer(2, false)));
    assert_eq!(refusal(late), "/number: no such call waits for a result");
    let unknown = own(&mut fixture, step(&turn, runner, "", answer(3, false)));
    assert_eq!(refusal(unknown), "/number: no such call waits for a result");
    // An earlier runner calls nothing.
    let early = own(&mut fixture, step(&turn, runner - 1, "", call("search", 1)));
    assert_eq!(early, Err(Rejection::TurnClosed(turn.clone())));
    own(&mut fixture, step(&turn, runner, "", answer(1, false))).unwrap();
    let long = ToolStep::Call(CallTool {
        id: "i".into(),
        name: "search".into(),
        arguments: "x".repeat(limits::TOOL_BYTES + 1),
        round: 2,
    });
    assert_eq!(
        refusal(own(&mut fixture, step(&turn, runner, "", long))),
        "/arguments: it may have 32768 bytes at most"
    );
    own(&mut fixture, end(&turn, runner, "So: that.")).unwrap();
    let called: Vec<_> = fixture
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::ToolCalled(event) => {
                Some((event.number, event.name.as_str(), event.round, event.offset))
            }
            _ => None,
        })
        .collect();
    assert_eq!(called, [(1, "search", 1, 4), (2, "read", 1, 4)]);
    given(&mut fixture, conversation::Command::Clear { keep_files: false }).unwrap();
    let mut events = fixture.events.clone();
    for event in &mut events {
        event.body = event.body.without_texts(None).unwrap_or_else(|| event.body.clone());
    }
    assert!(!serde_json::to_string(&events).unwrap().contains("Secret"));
    assert_eq!(Session::replay(&events).unwrap().as_ref(), Some(&fixture.session));
}

#[test]
fn a_turn_has_so_many_calls_and_an_assistant_so_many_tools() {
    let mut fixture = assistant();
    adds(&mut fixture, add("Again and again"), None);
    let (turn, runner) = begins(&mut fixture).unwrap();
    for number in 1..=limits::TOOL_CALLS as u32 {
        own(&mut fixture, step(&turn, runner, "", call("calculate", number))).unwrap();
        own(&mut fixture, step(&turn, runner, "", answer(number, false))).unwrap();
    }
    let more = own(&mut fixture, step(&turn, runner, "", call("calculate", 99)));
    assert_eq!(refusal(more), "/number: a turn may have 64 tool calls at most");
    let tools = |tools: Vec<String>| {
        conversation::Command::SetAssistant(Assistant { tools: Some(tools), ..Assistant::default() })
    };
    given(&mut fixture, tools(vec!["search".into(), "crm".into()])).unwrap();
    let many = given(&mut fixture, tools(vec!["search".into(); limits::ASSISTANT_TOOLS + 1]));
    assert_eq!(refusal(many), "/tools: an assistant may have 32 tools at most");
    assert!(refusal(given(&mut fixture, tools(vec![String::new()]))).starts_with("/tools/0: "));
}
