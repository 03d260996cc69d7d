//! Questions: asked, answered, expired, withdrawn, and asked again.

use serde_json::{Value, json};
use sessiond_core::{
    AskQuestion, Asker, Command, Envelope, Principal, Question, QuestionKind, QuestionStatus, Rejection,
    Session, Span, StepQuestion, Timestamp, calls, fork, lifecycle, limits, questions,
};

use crate::support::script::compare;
use crate::support::{
    Fixture, agent, ask, client, input, key, new_session, question_id, refusal, session_id,
};

fn approval(id: &str) -> AskQuestion {
    AskQuestion { kind: QuestionKind::Approval, text: "May I?".into(), ..input(id) }
}

fn answer(id: &str, answer: Value) -> Command {
    Command::Questions(questions::Command::Answer { question: question_id(id), answer })
}

fn withdraw(id: &str) -> Command {
    Command::Questions(questions::Command::Withdraw { question: question_id(id), reason: None })
}

fn found<'a>(session: &'a Session, id: &str) -> &'a Question {
    session.questions.all.get(&question_id(id)).expect("it was asked")
}

fn asked(questions: &[AskQuestion]) -> Fixture {
    let mut fixture = Fixture::new("");
    questions.iter().for_each(|question| drop(fixture.run(ask(question.clone())).unwrap()));
    fixture
}

#[test]
fn a_question_waits_until_it_is_answered() {
    let mut fixture = Fixture::new("");
    let receipt = fixture.run(ask(AskQuestion { id: None, ..input("q") })).unwrap();
    let id = receipt.question_id().unwrap().to_string();
    assert!(found(&fixture.session, &id).is_open());
    fixture.give(Envelope::new(client("owner"), answer(&id, json!({ "any": ["json", null] })))).unwrap();
    let question = found(&fixture.session, &id);
    assert_eq!(question.status, QuestionStatus::Answered);
    assert_eq!(question.answer, Some(json!({ "any": ["json", null] })));
    assert_eq!((question.asked_by.as_str(), question.closed_by.as_deref()), ("local", Some("owner")));
    assert!(fixture.session.questions.open.is_empty());
    for command in [answer(&id, json!(1)), withdraw(&id)] {
        assert_eq!(refusal(fixture.run(command)), format!("question {id} is answered and takes no answer"));
    }
    assert_eq!(refusal(fixture.run(answer("other", json!(1)))), "there is no such question in this session");
}

#[test]
fn an_answer_keeps_the_schema_of_its_question() {
    let schema = json!({
        "type": "object",
        "properties": { "region": { "enum": ["eu", "us"] }, "count": { "$ref": "#/$defs/count" }, "day": { "format": "date" } },
        "required": ["region"],
        "$defs": { "count": { "type": "integer", "minimum": 1 } },
    });
    let mut fixture = asked(&[AskQuestion { schema: Some(schema), ..input("q") }, approval("a")]);
    for (id, value, expected) in [
        ("q", json!("eu"), r#"/answer: it is not of type "object""#),
        ("q", json!({}), r#"/answer: "region" is a required property"#),
        ("q", json!({ "region": "mars" }), r#"/answer/region: it is not one of "eu" or "us""#),
        ("q", json!({ "region": "eu", "count": 0 }), "/answer/count: it is less than the minimum of 1"),
        ("q", json!({ "region": "eu", "day": "soon" }), r#"/answer/day: it is not a "date""#),
        ("a", json!(true), r#"/answer: it is not of type "object""#),
        ("a", json!({ "approved": "yes" }), r#"/answer/approved: it is not of type "boolean""#),
        ("q", json!("x".repeat(limits::ANSWER_BYTES)), "/answer: it may have 65536 bytes at most"),
    ] {
        assert_eq!(refusal(fixture.run(answer(id, value))), expected);
    }
    fixture.run(answer("q", json!({ "region": "us", "count": 2, "day": "2026-02-03" }))).unwrap();
    fixture.run(answer("a", json!({ "approved": false, "comment": "not on Friday" }))).unwrap();
}

#[test]
fn a_question_that_cannot_be_answered_is_not_asked() {
    let mut fixture = Fixture::new("");
    let schema = |schema: Value| AskQuestion { schema: Some(schema), ..input("q") };
    let wide = json!({ "enum": ["x".repeat(limits::QUESTION_SCHEMA_BYTES)] });
    let doubling: serde_json::Map<String, Value> = (0..40)
        .map(|n| {
            let next = json!({ "$ref": format!("#/$defs/d{}", n + 1) });
            (format!("d{n}"), json!({ "allOf": [next, next] }))
        })
        .chain([("d40".to_owned(), json!({}))])
        .collect();
    for (question, expected) in [
        (AskQuestion { text: " ".into(), ..input("q") }, "/text: it may not be empty"),
        (schema(json!([])), "/schema: a JSON schema is an object"),
        (schema(wide), "/schema: it may have 16384 bytes at most"),
        (schema(json!({ "type": "strin" })), "/schema: it is no JSON schema"),
        (schema(json!({ "pattern": "(" })), "/schema: it is no JSON schema"),
        (
            schema(json!({ "$ref": "https://example.org/a" })),
            "/schema: `https://example.org/a` does not lead into",
        ),
        (schema(json!({ "$ref": "#/nowhere" })), "/schema: `#/nowhere` does not lead into"),
        (schema(json!({ "items": { "$ref": "#/items" } })), "/schema: `#/items` leads back to itself"),
        (
            schema(json!({ "$ref": "#/$defs/d0", "$defs": doubling })),
            "/schema: it may have 1000 subschemas at most",
        ),
        (schema(json!({ "items": { "$id": "x:y" } })), "/schema: `$id` is not supported here"),
        (
            AskQuestion { schema: Some(json!({})), ..approval("q") },
            "/schema: the answer to an approval has a schema of its own",
        ),
        (
            AskQuestion { default: Some(json!(1)), ..input("q") },
            "/default: a default is the answer at the deadline",
        ),
        (
            AskQuestion { default: Some(json!(1)), timeout: Some(Span::from_secs(1)), ..approval("q") },
            r#"/default: it is not of type "object""#,
        ),
        (AskQuestion { timeout: Some(Span::from_millis(0)), ..input("q") }, "/timeout: it must be longer"),
        (
            AskQuestion { answerers: vec!["a".into(), "a".into()], ..input("q") },
            "/answerers/1: 'a' is listed twice",
        ),
        (
            AskQuestion { asker: Asker { step: Some("design".into()), ..Asker::default() }, ..input("q") },
            "/asker/step: the workflow has no such step",
        ),
        (
            AskQuestion {
                asker: Asker {
                    step: None,
                    call: Some(1),
                    task_id: Some("task".to_owned().try_into().unwrap()),
                },
                ..input("q")
            },
            "/asker/task_id: the session has no such task",
        ),
    ] {
        let found = refusal(fixture.run(ask(question)));
        assert!(found.starts_with(expected), "{found}\ninstead of\n{expected}");
    }
    assert!(fixture.session.questions.all.is_empty());
}

#[test]
fn the_same_question_is_asked_once() {
    let mut fixture = asked(&[input("q")]);
    let before = fixture.events.len();
    // Its program runs again, and its time counts anew.
    fixture.run(ask(AskQuestion { timeout: Some(Span::from_secs(9)), ..input("q") })).unwrap();
    fixture.run(answer("q", json!("eu"))).unwrap();
    fixture.run(ask(input("q"))).unwrap();
    assert_eq!(fixture.events.len(), before + 1);
    assert_eq!(found(&fixture.session, "q").answer, Some(json!("eu")));
    let other = refusal(fixture.run(ask(approval("q"))));
    assert_eq!(other, "question q was asked before with another kind, text or schema: choose another id");
}

#[test]
fn a_question_expires_with_its_default() {
    let timeout = Some(Span::from_secs(10));
    let with_default = AskQuestion { timeout, default: Some(json!({ "approved": false })), ..approval("a") };
    let mut fixture = asked(&[with_default, AskQuestion { timeout, ..input("q") }, input("z")]);
    fixture.wait(9_999);
    assert_eq!(fixture.session.questions.open.len(), 3);
    fixture.wait(1);
    let [a, q] = ["a", "q"].map(|id| found(&fixture.session, id));
    assert_eq!((a.status, q.status), (QuestionStatus::Expired, QuestionStatus::Expired));
    assert_eq!((&a.answer, &q.answer), (&Some(json!({ "approved": false })), &None));
    assert_eq!(a.closed_at, Some(Timestamp::from_millis(fixture.now)));
    assert!(found(&fixture.session, "z").is_open());
}

#[test]
fn only_those_who_may_answer_do() {
    let named = AskQuestion { answerers: vec!["boss".into(), agent("qa").to_string()], ..input("named") };
    let mut fixture = asked(&[input("q"), named]);
    let give = |fixture: &mut Fixture, who: Principal, id: &str| {
        fixture.clone().give(Envelope::new(who, answer(id, json!(1)))).map(drop)
    };
    for (who, may, may_named) in [
        (Principal::local(), true, true),
        (client("owner"), true, false),
        (key("orch", &["orch"]), true, false),
        (key("worker", &["back"]), false, false),
        (key("tester", &["qa"]), false, true),
    ] {
        for (id, may) in [("q", may), ("named", may_named)] {
            let given = give(&mut fixture, who.clone(), id);
            assert_eq!(given.is_ok(), may, "{} {id}: {given:?}", who.name);
            assert!(may || matches!(given, Err(Rejection::Forbidden(_))), "{given:?}");
        }
    }
    // Being named does not let anybody see the session.
    assert_eq!(give(&mut fixture, client("boss"), "named"), Err(Rejection::SessionNotFound));
    // Who asked may withdraw, others of their kind may not.
    fixture.run_as("back", ask(input("own"))).unwrap();
    assert!(matches!(fixture.run_as("front", withdraw("own")), Err(Rejection::Forbidden(_))));
    fixture.run_as("back", withdraw("own")).unwrap();
    assert_eq!(found(&fixture.session, "own").status, QuestionStatus::Withdrawn);
}

#[test]
fn the_end_of_a_session_withdraws_its_questions_and_a_resumed_program_asks_again() {
    let mut fixture = asked(&[AskQuestion { timeout: Some(Span::from_secs(9)), ..input("q") }, input("old")]);
    fixture.run(answer("old", json!("eu"))).unwrap();
    fixture.session.kind = sessiond_core::Kind::Execution;
    fixture
        .run(Command::Lifecycle(lifecycle::Command::Fail { reason: "it crashed".into(), details: None }))
        .unwrap();
    let question = found(&fixture.session, "q");
    assert_eq!(
        (question.status, question.reason.as_deref()),
        (QuestionStatus::Withdrawn, Some("the session ended"))
    );
    fixture
        .run(Command::Calls(calls::Command::Begin(calls::NewWriter {
            process: "host:2".into(),
            ..Default::default()
        })))
        .unwrap();
    fixture.run(ask(input("q"))).unwrap();
    assert!(found(&fixture.session, "q").is_open());
    assert_eq!(found(&fixture.session, "old").answer, Some(json!("eu")));
    assert_eq!(fixture.session.questions.all.len(), 2);
}

#[test]
fn a_fork_keeps_the_answers_and_asks_the_open_questions_again() {
    let mut fixture = asked(&[input("open"), input("old")]);
    fixture.run(answer("old", json!("eu"))).unwrap();
    let moment = fixture.moment();
    let copy = fork(&fixture.session, session_id("copy"), &client("owner"), &moment).unwrap().session;
    assert_eq!(found(&copy, "open").status, QuestionStatus::Withdrawn);
    assert_eq!(found(&copy, "old").answer, Some(json!("eu")));
    assert!(found(&fixture.session, "open").is_open());
}

#[test]
fn a_session_has_a_limited_number_of_open_questions() {
    let mut fixture = Fixture::new("");
    for n in 0..limits::OPEN_QUESTIONS {
        fixture.run(ask(input(&n.to_string()))).unwrap();
    }
    let refused = refusal(fixture.run(ask(input("more"))));
    assert_eq!(refused, "open questions of a session would exceed the limit of 100");
    fixture.run(answer("1", json!(1))).unwrap();
    fixture.run(ask(input("more"))).unwrap();
}

fn approve(fixture: &mut Fixture, approved: bool) {
    let question = fixture.session.questions.open()[0].asked.question_id.clone();
    let answer = json!({ "approved": approved });
    fixture.run(Command::Questions(questions::Command::Answer { question, answer })).unwrap();
}

fn gated(plan: &str) -> Fixture {
    let mut new = new_session(plan);
    new.workflow.as_mut().unwrap()[0].question = Some(StepQuestion {
        kind: QuestionKind::Approval,
        text: "May it begin?".into(),
        details: None,
        schema: None,
        answerers: vec![],
        timeout: Some(Span::from_secs(60)),
        default: None,
    });
    Fixture::create(new, &client("owner")).unwrap()
}

#[test]
fn a_step_that_asks_begins_its_work_with_the_approval_and_fails_with_a_rejection() {
    let mut fixture = gated("deploy: back *; review: qa");
    assert_eq!(fixture.state(), "deploy active, review pending\n", "nobody works before the answer");
    approve(&mut fixture, true);
    compare(
        &fixture.script("complete back"),
        "deploy completed, review active\n#1 back in deploy: completed",
    );
    for refuse in
        [|fixture: &mut Fixture| approve(fixture, false), |fixture: &mut Fixture| fixture.wait(60_000)]
    {
        let mut fixture = gated("deploy: back *; review: qa");
        refuse(&mut fixture);
        let text = "session failed: step 'deploy' failed\ndeploy failed, review pending";
        compare(&fixture.state(), text);
        // It may be asked again.
        fixture.script("retry deploy");
        approve(&mut fixture, true);
        compare(
            &fixture.script("complete back"),
            "deploy completed, review active\n#1 back in deploy: completed",
        );
    }
}

#[test]
fn a_step_that_requires_nobody_is_complete_with_its_answer() {
    let mut fixture = gated("release:; deploy: back *");
    approve(&mut fixture, true);
    compare(&fixture.state(), "release completed, deploy active\n#1 back in deploy: pending");
    let mut fixture = gated("release: ! continue; deploy: back *");
    approve(&mut fixture, false);
    compare(&fixture.state(), "release completed, deploy active\n#1 back in deploy: pending");
}

#[test]
fn the_question_of_a_step_goes_with_it_and_is_asked_anew_when_it_starts_again() {
    let mut fixture = gated("deploy: back *; review: qa");
    fixture.script("advance deploy");
    assert!(fixture.session.questions.open.is_empty());
    fixture.script("put pending=deploy,review");
    assert_eq!(fixture.session.questions.open.len(), 1);
}

#[test]
fn the_time_of_a_task_stands_still_while_its_agent_waits_for_an_answer() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back timeout 10s\naccept back\nwait 4s");
    let asker = Asker { task_id: Some(fixture.task(1).id.clone()), ..Asker::default() };
    for id in ["one", "two"] {
        fixture.run_as("back", ask(AskQuestion { asker: asker.clone(), ..input(id) })).unwrap();
    }
    fixture.script("wait 1h");
    assert!(fixture.task(1).waiting_since.is_some());
    for id in ["one", "two"] {
        let answer = questions::Command::Answer { question: question_id(id), answer: json!("eu") };
        fixture.run(Command::Questions(answer)).unwrap();
        fixture.script("wait 2s");
    }
    assert_eq!(fixture.received("back"), ["task_request #1", "status_update #1", "status_update #1"]);
    assert_eq!(fixture.world.delivered.last().unwrap().payload["answer"], "eu");
    fixture.script("wait 3s");
    assert_eq!(fixture.task(1).status, sessiond_core::TaskStatus::InProgress);
    fixture.script("wait 1s");
    assert_eq!(fixture.task(1).status, sessiond_core::TaskStatus::Timeout);
}

#[test]
fn the_questions_of_an_attempt_go_with_it_and_nobody_else_stops_its_time() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back timeout 10s retries 1\naccept back");
    let asker = Asker { task_id: Some(fixture.task(1).id.clone()), ..Asker::default() };
    fixture.run_as("qa", ask(AskQuestion { asker: asker.clone(), ..input("other") })).unwrap();
    assert!(fixture.task(1).waiting_since.is_none());
    fixture.run_as("back", ask(AskQuestion { asker, ..input("own") })).unwrap();
    fixture.script("fail back");
    assert!(fixture.session.questions.open.is_empty());
    assert!(fixture.task(1).waiting_since.is_none());
}
