//! Access: every command, by everybody. A session that one may not see is not found, not forbidden.

use std::collections::BTreeSet;

use serde_json::json;
use sessiond_core::{
    AddTurn, Assistant, CallBatch, Command, Compact, CreateSession, EndTurn, Envelope, ExecutionEnd, Kind,
    Principal, Rejection, Span, TaskChange, TaskReport, TurnStatus, calls, context, conversation, files,
    lifecycle, messages, participants, questions, signals, tasks, workflow,
};

use crate::support::any::file;
use crate::support::{
    Fixture, agent, ask, client, input, key, message, new_session, participant, plan, question_id,
    session_id, task_for,
};

/// An execution that a process writes, with a plan, and a task of `back`, asked for by `front`, in progress.
fn fixture() -> Fixture {
    let new = CreateSession { kind: Kind::Execution, ..new_session("design:") };
    let mut fixture = Fixture::create(new, &client("owner")).unwrap();
    fixture.run(begin()).unwrap();
    let mut task = task_for("back");
    task.delegator = Some(agent("front"));
    fixture.delegate(task);
    fixture.script("accept back");
    fixture.run(ask(input("asked"))).unwrap();
    // One turn has ended, and another runs.
    for message in ["Hello", "And?"] {
        fixture.run(talk(conversation::Command::Stop { turn: None, ahead: None })).unwrap();
        fixture.run(talk(conversation::Command::Add { add: said(message), ahead: None })).unwrap();
        fixture.run(talk(conversation::Command::Begin)).unwrap();
    }
    fixture.run(Command::Files(files::Command::Add(Box::new(file(1, "there.txt"))))).unwrap();
    fixture
}

fn talk(command: conversation::Command) -> Command {
    Command::Conversation(command)
}

fn said(text: &str) -> AddTurn {
    AddTurn { text: text.into(), ..AddTurn::default() }
}

fn begin() -> Command {
    Command::Calls(calls::Command::Begin(calls::NewWriter {
        process: "host:17".into(),
        ..Default::default()
    }))
}

fn commands(fixture: &Fixture) -> Vec<(&'static str, Command)> {
    let report = |change| {
        Command::Tasks(tasks::Command::Report(TaskReport {
            task: fixture.task(1).id.clone(),
            attempt: None,
            by: None,
            change,
        }))
    };
    let delegate = |from: Option<&str>| {
        let mut task = task_for("qa");
        task.delegator = from.map(agent);
        Command::Tasks(tasks::Command::Delegate(task))
    };
    let chat = |from| message("m1", from, "qa", sessiond_core::MessageType::StatusUpdate, json!(1));
    let claim = Command::Participants(participants::Command::ClaimLease {
        agent: agent("back"),
        holder: "one".into(),
        ttl: Span::from_secs(9),
    });
    let update = Command::Lifecycle(lifecycle::Command::Update {
        name: Some("x".into()),
        labels: None,
        expires_in: None,
    });
    let record = |end| {
        Command::Calls(calls::Command::Record(CallBatch {
            writer: 1,
            batch: 1,
            context: Some(json!({ "b": 1 })),
            end,
            ..CallBatch::default()
        }))
    };
    let asked = || question_id("asked");
    let running = fixture.session.conversation.running.clone().unwrap();
    vec![
        ("update", update),
        ("add", Command::Participants(participants::Command::Add(participant("extra", "tester")))),
        ("remove back", Command::Participants(participants::Command::Remove { agent: agent("back") })),
        ("claim back", claim),
        ("release back", Command::Participants(participants::Command::ReleaseLease { agent: agent("back") })),
        (
            "expire back",
            Command::Participants(participants::Command::ExpireLease { agent: agent("back"), fence: 1 }),
        ),
        ("plan", Command::Workflow(workflow::Command::Update(plan("a: qa")))),
        ("advance", Command::Workflow(workflow::Command::Advance { step: Some("design".into()) })),
        ("replace context", Command::Context(context::Command::Replace(json!({ "a": 1 })))),
        ("context", Command::Context(context::Command::Patch(json!({ "a": 1 })))),
        ("delegate", delegate(None)),
        ("delegate as back", delegate(Some("back"))),
        ("delegate as orch", delegate(Some("orch"))),
        ("complete task", report(TaskChange::Complete(json!(1)))),
        ("cancel task", report(TaskChange::Cancel { reason: None })),
        ("send as back", Command::Messages(messages::Command::Send(chat("back")))),
        ("send as orch", Command::Messages(messages::Command::Send(chat("orch")))),
        ("end", Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] })),
        ("fail", Command::Lifecycle(lifecycle::Command::Fail { reason: "x".into(), details: None })),
        (
            "terminate",
            Command::Lifecycle(lifecycle::Command::Terminate { reason: "x".into(), details: None }),
        ),
        (
            "deadline",
            Command::Tasks(tasks::Command::Deadline { task: fixture.task(1).id.clone(), attempt: 1 }),
        ),
        (
            "undelivered",
            Command::Tasks(tasks::Command::Undelivered {
                task: fixture.task(1).id.clone(),
                attempt: 1,
                why: "nobody took it".into(),
            }),
        ),
        ("retry", Command::Lifecycle(lifecycle::Command::Retry { step: None, task: None })),
        ("expire", Command::Lifecycle(lifecycle::Command::Expire)),
        ("issue token", Command::Lifecycle(lifecycle::Command::IssueToken { sha256: "a".repeat(64) })),
        ("begin", begin()),
        ("record", record(None)),
        ("record the end", record(Some(ExecutionEnd::Completed))),
        ("renew", Command::Calls(calls::Command::Renew { writer: 1 })),
        ("release", Command::Calls(calls::Command::Release { writer: 1 })),
        ("expire the writer", Command::Calls(calls::Command::ExpireLease { writer: 1 })),
        ("ask", ask(input("another"))),
        ("answer", Command::Questions(questions::Command::Answer { question: asked(), answer: json!(1) })),
        ("withdraw", Command::Questions(questions::Command::Withdraw { question: asked(), reason: None })),
        ("question deadline", Command::Questions(questions::Command::Deadline { question: asked() })),
        ("set assistant", talk(conversation::Command::SetAssistant(Assistant::default()))),
        ("add turn", talk(conversation::Command::Add { add: said("More"), ahead: None })),
        ("stop", talk(conversation::Command::Stop { turn: None, ahead: None })),
        ("move head", talk(conversation::Command::MoveHead { turn: None })),
        ("clear", talk(conversation::Command::Clear { keep_files: false })),
        ("begin turn", talk(conversation::Command::Begin)),
        (
            "progress",
            talk(conversation::Command::Progress {
                turn: running.turn.clone(),
                runner: running.runner,
                text: "a".into(),
                reasoning: String::new(),
                sources: vec![],
                step: None,
            }),
        ),
        (
            "end turn",
            talk(conversation::Command::End(Box::new(EndTurn {
                turn: running.turn.clone(),
                runner: running.runner,
                status: TurnStatus::Completed,
                text: "a".into(),
                reasoning: String::new(),
                finish: None,
                reason: None,
                usage: None,
                sources: vec![],
                citations: vec![],
            }))),
        ),
        (
            "compact",
            talk(conversation::Command::Compact(Compact {
                through: fixture.session.conversation.turns.keys().next().unwrap().clone(),
                text: None,
                usage: None,
            })),
        ),
        ("expire the runner", talk(conversation::Command::ExpireLease { runner: running.runner })),
        ("add file", Command::Files(files::Command::Add(Box::new(file(7, "new.txt"))))),
        ("remove file", Command::Files(files::Command::Remove { file: file(1, "").file_id })),
        ("signal", Command::Signals(signals::Command::Send { name: "go".into(), value: json!(1) })),
    ]
}

#[test]
fn every_command_is_tried() {
    let tried: BTreeSet<_> = commands(&fixture()).iter().map(|(_, command)| command.kind()).collect();
    let all = Command::KINDS.iter().flat_map(|(facet, names)| names.iter().map(move |name| (*facet, *name)));
    assert_eq!(tried, all.collect());
}

/// Which commands a principal may give: their names, in order.
#[track_caller]
fn check(principal: Principal, allowed: &str) {
    let fixture = fixture();
    let mut actual = Vec::new();
    for (name, command) in commands(&fixture) {
        match fixture.clone().give(Envelope::new(principal.clone(), command)) {
            Ok(_) | Err(Rejection::NothingToRetry(_)) => actual.push(name),
            Err(Rejection::Forbidden(_)) => {}
            Err(Rejection::SessionNotFound) => assert!(!principal.sees(&fixture.session)),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(actual.join(", "), allowed);
}

const ALL: &str = "update, add, remove back, claim back, release back, expire back, plan, advance, replace context, \
                   context, delegate, delegate as back, delegate as orch, complete task, cancel task, send as back, \
                   send as orch, end, fail, terminate, deadline, undelivered, retry, expire, issue token, begin, record, record the end, renew, release, expire the writer, ask, answer, withdraw, question deadline, set assistant, add turn, stop, move head, clear, begin turn, progress, end turn, compact, expire the runner, add file, remove file, signal";

#[test]
fn an_administrator_may_do_everything() {
    check(Principal::local(), ALL);
}

#[test]
fn the_owner_commands_the_session_and_speaks_as_its_orchestrator_but_as_no_other_agent() {
    check(
        client("owner"),
        "update, add, remove back, expire back, plan, advance, replace context, context, delegate, delegate as orch, \
         complete task, cancel task, send as orch, end, fail, terminate, deadline, undelivered, retry, expire, issue token, begin, record, \
         record the end, renew, release, expire the writer, ask, answer, withdraw, question deadline, set assistant, add turn, stop, move head, clear, begin turn, progress, end turn, compact, expire the runner, add file, remove file, signal",
    );
}

#[test]
fn the_orchestrator_commands_the_session_too() {
    check(
        key("k", &["orch"]),
        "update, add, remove back, expire back, plan, advance, replace context, context, delegate, delegate as orch, \
         complete task, cancel task, send as orch, end, fail, terminate, deadline, undelivered, retry, expire, issue token, begin, record, \
         record the end, renew, release, expire the writer, ask, answer, withdraw, question deadline, set assistant, add turn, stop, move head, clear, begin turn, progress, end turn, compact, expire the runner, add file, remove file, signal",
    );
}

#[test]
fn a_participant_works_on_its_tasks_writes_the_context_and_asks_others_in_its_own_name() {
    check(
        key("k", &["back"]),
        "remove back, claim back, release back, replace context, context, delegate as back, complete task, \
         send as back, begin, record, renew, release, ask, signal",
    );
}

#[test]
fn who_asked_for_a_task_may_cancel_it_and_no_more() {
    check(
        key("k", &["front"]),
        "replace context, context, cancel task, begin, record, renew, release, ask, signal",
    );
}

#[test]
fn the_holder_of_a_sessions_token_talks_to_its_assistant_and_no_more() {
    check(
        Principal::of_session(session_id("s")),
        "update, set assistant, add turn, stop, move head, clear, begin turn, progress, end turn, compact, expire the runner, add file, remove file",
    );
}

#[test]
fn a_stranger_finds_no_session() {
    for stranger in [key("k", &["stranger"]), client("another"), key("k", &[])] {
        check(stranger, "");
    }
}

#[test]
fn a_participant_that_has_left_finds_no_session_and_neither_does_an_orchestrator() {
    let mut fixture = fixture();
    fixture.script("remove qa\nremove orch");
    for name in ["qa", "orch"] {
        assert!(!key("k", &[name]).sees(&fixture.session));
        let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
        assert!(matches!(fixture.run_as(name, change), Err(Rejection::SessionNotFound)));
    }
}

#[test]
fn a_client_key_is_no_agent_even_when_it_lists_some() {
    let mut principal = client("another");
    principal.agents = key("k", &["back"]).agents;
    check(principal, "");
}

#[test]
fn a_key_acts_as_the_agents_that_its_patterns_match() {
    let principal = key("k", &["t://b*"]);
    let matches = |name: &str| principal.acts_as(&agent(name));
    assert!(matches("back") && matches("b") && !matches("front"));
    assert!(!key("k", &["back"]).acts_as(&agent("backend")));
}

#[test]
fn nobody_writes_in_the_name_of_an_agent_that_its_key_does_not_cover() {
    let mut fixture = fixture();
    let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let mut envelope = Envelope::new(key("k", &["back"]), change);
    envelope.agent = Some(agent("front"));
    assert!(matches!(fixture.give(envelope), Err(Rejection::Forbidden(_))));
}

#[test]
fn events_name_the_agent_that_wrote_or_else_the_principal() {
    let mut fixture = fixture();
    let change = || Command::Context(context::Command::Patch(json!({ "a": 1 })));
    fixture.run_as("back", change()).unwrap();
    assert_eq!(fixture.events.last().unwrap().actor, "t://back");
    fixture.give(Envelope::new(client("owner"), change())).unwrap();
    assert_eq!(fixture.events.last().unwrap().actor, "owner");
    fixture.script("wait 5m");
    assert_eq!(fixture.events.last().unwrap().actor, "sessiond");
}
