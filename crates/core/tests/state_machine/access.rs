//! Access: every command, by everybody. A session that one may not see is not found, not forbidden.

use serde_json::json;
use sessiond_core::{
    Command, Envelope, Principal, Rejection, Span, TaskChange, TaskReport, context, lifecycle, messages,
    participants, tasks, workflow,
};

use crate::support::{Bench, agent, client, key, message, participant, plan, task_for};

/// A session with a task of `back`, asked for by `front`, in progress.
fn bench() -> Bench {
    let mut bench = Bench::new("");
    let mut task = task_for("back");
    task.delegator = Some(agent("front"));
    bench.delegate(task);
    bench.script("accept back");
    bench
}

fn commands(bench: &Bench) -> Vec<(&'static str, Command)> {
    let report = |change| {
        Command::Tasks(tasks::Command::Report(TaskReport {
            task: bench.task(1).id.clone(),
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
    vec![
        ("update", update),
        ("add", Command::Participants(participants::Command::Add(participant("extra", "tester")))),
        ("remove back", Command::Participants(participants::Command::Remove { agent: agent("back") })),
        ("claim back", claim),
        ("plan", Command::Workflow(workflow::Command::Update(plan("a: qa")))),
        ("context", Command::Context(context::Command::Patch(json!({ "a": 1 })))),
        ("delegate", delegate(None)),
        ("delegate as back", delegate(Some("back"))),
        ("delegate as orch", delegate(Some("orch"))),
        ("complete task", report(TaskChange::Complete(json!(1)))),
        ("cancel task", report(TaskChange::Cancel { reason: None })),
        ("send as back", Command::Messages(messages::Command::Send(chat("back")))),
        ("send as orch", Command::Messages(messages::Command::Send(chat("orch")))),
        ("end", Command::Lifecycle(lifecycle::Command::Complete { summary: None, artifacts: vec![] })),
        (
            "terminate",
            Command::Lifecycle(lifecycle::Command::Terminate { reason: "x".into(), details: None }),
        ),
        ("deadline", Command::Tasks(tasks::Command::Deadline { task: bench.task(1).id.clone(), attempt: 1 })),
        ("expire", Command::Lifecycle(lifecycle::Command::Expire)),
    ]
}

/// Which commands a principal may give: their names, in order.
#[track_caller]
fn check(principal: Principal, allowed: &str) {
    let bench = bench();
    let mut actual = Vec::new();
    for (name, command) in commands(&bench) {
        match bench.clone().give(Envelope::new(principal.clone(), command)) {
            Ok(_) => actual.push(name),
            Err(Rejection::Forbidden(_)) => {}
            Err(Rejection::SessionNotFound) => assert!(!principal.sees(&bench.session)),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    assert_eq!(actual.join(", "), allowed);
}

const ALL: &str = "update, add, remove back, claim back, plan, context, delegate, delegate as back, \
                   delegate as orch, complete task, cancel task, send as back, send as orch, end, terminate, \
                   deadline, expire";

#[test]
fn an_administrator_may_do_everything() {
    check(Principal::local(), ALL);
}

#[test]
fn the_owner_commands_the_session_and_speaks_as_its_orchestrator_but_as_no_other_agent() {
    check(
        client("owner"),
        "update, add, remove back, plan, context, delegate, delegate as orch, complete task, cancel task, \
         send as orch, end, terminate, deadline, expire",
    );
}

#[test]
fn the_orchestrator_commands_the_session_too() {
    check(
        key("k", &["orch"]),
        "update, add, remove back, plan, context, delegate, delegate as orch, complete task, cancel task, \
         send as orch, end, terminate, deadline, expire",
    );
}

#[test]
fn a_participant_works_on_its_tasks_writes_the_context_and_asks_others_in_its_own_name() {
    check(
        key("k", &["back"]),
        "remove back, claim back, context, delegate as back, complete task, send as back",
    );
}

#[test]
fn who_asked_for_a_task_may_cancel_it_and_no_more() {
    check(key("k", &["front"]), "context, cancel task");
}

#[test]
fn a_stranger_finds_no_session() {
    for stranger in [key("k", &["stranger"]), client("another"), key("k", &[])] {
        check(stranger, "");
    }
}

#[test]
fn a_participant_that_has_left_finds_no_session_and_neither_does_an_orchestrator() {
    let mut bench = bench();
    bench.script("remove qa\nremove orch");
    for name in ["qa", "orch"] {
        assert!(!key("k", &[name]).sees(&bench.session));
        let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
        assert!(matches!(bench.run_as(name, change), Err(Rejection::SessionNotFound)));
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
    let mut bench = bench();
    let change = Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let mut envelope = Envelope::new(key("k", &["back"]), change);
    envelope.agent = Some(agent("front"));
    assert!(matches!(bench.give(envelope), Err(Rejection::Forbidden(_))));
}

#[test]
fn events_name_the_agent_that_wrote_or_else_the_principal() {
    let mut bench = bench();
    let change = || Command::Context(context::Command::Patch(json!({ "a": 1 })));
    bench.run_as("back", change()).unwrap();
    assert_eq!(bench.events.last().unwrap().actor, "t://back");
    bench.give(Envelope::new(client("owner"), change())).unwrap();
    assert_eq!(bench.events.last().unwrap().actor, "owner");
    bench.script("wait 5m");
    assert_eq!(bench.events.last().unwrap().actor, "sessiond");
}
