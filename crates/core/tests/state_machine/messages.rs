//! Messages within a session: which task a request is, and which task an answer ends.

use serde_json::{Value, json};
use sessiond_core::{
    Command, DeliveryMode, EventBody, Message, MessageSent, MessageType, Priority, Receipt, Rejection,
    RetryPolicy, Span, TaskStatus, Timestamp, limits, messages,
};

use crate::support::{Fixture, agent, message, refusal};

const REQUEST: MessageType = MessageType::TaskRequest;
const RESPONSE: MessageType = MessageType::TaskResponse;
const UPDATE: MessageType = MessageType::StatusUpdate;
const ERROR: MessageType = MessageType::Error;

/// Sends in the name of the sender, with the sender's own key.
fn send(fixture: &mut Fixture, message: Message) -> Result<Receipt, Rejection> {
    let sender = message.sender.agent_id.name().to_owned();
    let receipt = fixture.run_as(&sender, Command::Messages(messages::Command::Send(message)));
    fixture.world.check(&fixture.session);
    receipt
}

/// A session with an open task #1, `back`'s, requested by message `m1` from `orch`.
fn asked(steps: &str) -> Fixture {
    let mut fixture = Fixture::new(steps);
    send(&mut fixture, message("m1", "orch", "back", REQUEST, json!({ "task_type": "implementation" })))
        .unwrap();
    fixture
}

fn about(mut message: Message, fixture: &Fixture, n: usize) -> Message {
    message.metadata.insert("task_id".into(), json!(fixture.task(n).id));
    message
}

#[test]
fn the_seeds_request_is_a_task_of_the_step_that_waits_for_its_recipient() {
    let mut fixture = Fixture::new("design: orch; implementation: back front; review: qa");
    fixture.script("advance");
    let mut request = message(
        "task_impl_backend",
        "orch",
        "back",
        REQUEST,
        json!({ "task_type": "implementation", "context": { "component": "notification-service" } }),
    );
    request.priority = Priority::High;
    request.routing.timeout = Some(Span::from_secs(300));
    request.routing.retry_policy = Some(RetryPolicy { max_retries: 1, ..RetryPolicy::default() });
    request.metadata.insert("trace".into(), json!("t-1"));
    let receipt = send(&mut fixture, request).unwrap();

    let task = fixture.task(1);
    assert_eq!(receipt.task_id(), Some(&task.id));
    let made = Receipt::Task { task_id: task.id.clone(), message_id: Some(task.request_id.clone()) };
    assert_eq!(receipt, made);
    assert_eq!(task.request_id.as_str(), "task_impl_backend");
    assert_eq!((task.task_type.as_str(), task.step.as_deref()), ("implementation", Some("implementation")));
    assert_eq!((task.priority, task.timeout), (Priority::High, Span::from_secs(300)));

    let delivered = fixture.world.delivered.last().unwrap();
    assert_eq!(delivered.message_id.as_str(), "task_impl_backend");
    assert_eq!(delivered.payload["context"]["component"], "notification-service");
    assert_eq!(delivered.metadata["trace"], "t-1", "what the sender attached arrives");
    assert_eq!(delivered.metadata["step"], "implementation");
    assert_eq!(delivered.metadata["task_id"], json!(task.id));
}

#[test]
fn a_request_names_its_step_in_metadata_or_payload_and_metadata_counts_first() {
    for (metadata, payload, step) in [
        (Some("a"), None, Some("a")),
        (None, Some("b"), Some("b")),
        (Some("a"), Some("b"), Some("a")),
        (None, None, None), // Both steps wait for `back`.
    ] {
        let mut fixture = Fixture::new("a: back; b: back < c; c:");
        fixture.script("advance c");
        let mut request = message("m1", "orch", "back", REQUEST, json!({ "step": payload }));
        request.metadata.extend(metadata.map(|step| ("step".to_owned(), json!(step))));
        send(&mut fixture, request).unwrap();
        assert_eq!(fixture.task(1).step.as_deref(), step);
    }
}

#[test]
fn a_step_in_a_payload_means_nothing_where_there_is_no_plan() {
    let mut fixture = Fixture::new("");
    send(&mut fixture, message("m1", "orch", "back", REQUEST, json!({ "step": "install" }))).unwrap();
    assert_eq!(fixture.task(1).step, None);
    let mut request = message("m2", "orch", "back", REQUEST, Value::Null);
    request.metadata.insert("step".into(), json!("install"));
    assert!(matches!(send(&mut fixture, request), Err(Rejection::NoWorkflow)));
}

#[test]
fn a_response_completes_its_task_however_it_names_it() {
    let by_metadata = |fixture: &Fixture, response| about(response, fixture, 1);
    let by_payload = |fixture: &Fixture, mut response: Message| {
        response.payload["task_id"] = json!(fixture.task(1).id);
        response
    };
    let by_reply = |_: &Fixture, mut response: Message| {
        response.in_reply_to = Some("m1".parse().unwrap());
        response
    };
    let by_request_as_task = |_: &Fixture, mut response: Message| {
        response.payload["task_id"] = json!("m1");
        response
    };
    type Way<'a> = &'a dyn Fn(&Fixture, Message) -> Message;
    let ways: [Way<'_>; 4] = [&by_metadata, &by_payload, &by_reply, &by_request_as_task];
    for way in ways {
        let mut fixture = asked("build: back; review: qa");
        let response = message("m2", "back", "orch", RESPONSE, json!({ "result": { "lines": 3 } }));
        let response = way(&fixture, response);
        let receipt = send(&mut fixture, response).unwrap();
        assert_eq!(receipt.task_id(), Some(&fixture.task(1).id));
        assert_eq!(fixture.task(1).result.as_deref(), Some(&json!({ "lines": 3 })));
        assert!(fixture.state().starts_with("build completed, review active"));
        assert_eq!(fixture.received("orch").len(), 1, "the response itself tells the delegator");
    }
}

#[test]
fn a_response_that_names_no_task_is_refused_instead_of_lost() {
    let mut fixture = asked("");
    let response = message("m2", "back", "orch", RESPONSE, json!({ "result": 1 }));
    assert!(
        refusal(send(&mut fixture, response.clone())).starts_with("/in_reply_to: a response names its task")
    );
    let mut unknown = response.clone();
    unknown.in_reply_to = Some("m9".parse().unwrap());
    assert!(matches!(send(&mut fixture, unknown), Err(Rejection::TaskNotFound)));
    let mut unknown = response;
    unknown.metadata.insert("task_id".into(), json!("task_9"));
    assert!(matches!(send(&mut fixture, unknown), Err(Rejection::TaskNotFound)));
}

#[test]
fn an_answer_says_in_several_ways_that_the_task_failed() {
    for (message_type, payload, expect) in [
        (RESPONSE, json!({ "status": "failed", "error": "no disk" }), Err(json!("no disk"))),
        (RESPONSE, json!({ "status": "error", "why": 1 }), Err(json!({ "status": "error", "why": 1 }))),
        (RESPONSE, json!({ "error": "no disk" }), Err(json!("no disk"))),
        (RESPONSE, json!({ "error": null, "n": 1 }), Ok(json!({ "error": null, "n": 1 }))),
        (RESPONSE, json!({ "error": "minor", "result": 1 }), Ok(json!(1))),
        (
            RESPONSE,
            json!({ "status": "completed", "error": "none" }),
            Ok(json!({ "status": "completed", "error": "none" })),
        ),
        (RESPONSE, json!("text"), Ok(json!("text"))),
        (ERROR, json!({ "error": { "code": 7 } }), Err(json!({ "code": 7 }))),
        (ERROR, json!("broken"), Err(json!("broken"))),
    ] {
        let mut fixture = asked("");
        let answer = about(message("m2", "back", "orch", message_type, payload.clone()), &fixture, 1);
        send(&mut fixture, answer).unwrap();
        let task = fixture.task(1);
        let actual = match task.status {
            TaskStatus::Completed => Ok(Value::clone(task.result.as_ref().unwrap())),
            TaskStatus::Failed => Err(Value::clone(task.error.as_ref().unwrap())),
            other => panic!("{payload}: {other}"),
        };
        assert_eq!(actual, expect, "{message_type} {payload}");
    }
}

#[test]
fn a_status_update_accepts_the_task_and_tells_its_progress() {
    let mut fixture = asked("");
    for (id, payload, progress) in
        [("m2", json!({}), None), ("m3", json!({ "progress": 0.3 }), Some(json!(0.3)))]
    {
        let update = about(message(id, "back", "orch", UPDATE, payload), &fixture, 1);
        send(&mut fixture, update).unwrap();
        assert_eq!(
            (fixture.task(1).status, fixture.task(1).progress.clone()),
            (TaskStatus::InProgress, progress)
        );
    }
    assert_eq!(fixture.received("orch").len(), 2);
}

#[test]
fn a_status_update_that_says_nothing_new_is_recorded_before_it_is_delivered() {
    let mut fixture = asked("");
    fixture.script("accept back");
    let update = about(message("m2", "back", "orch", UPDATE, json!({ "note": "still at it" })), &fixture, 1);
    send(&mut fixture, update).unwrap();
    assert!(matches!(fixture.events.last().unwrap().body, EventBody::MessageSent(_)));
    assert_eq!(fixture.received("orch").len(), 1);
}

#[test]
fn a_status_update_about_anothers_task_is_a_message_and_no_more() {
    let mut fixture = asked("");
    let update = about(message("m2", "orch", "qa", UPDATE, json!({ "progress": "soon" })), &fixture, 1);
    send(&mut fixture, update).unwrap();
    assert_eq!(fixture.task(1).status, TaskStatus::Pending);
    assert_eq!(fixture.received("qa").len(), 1);
}

#[test]
fn an_answer_from_an_agent_that_does_not_have_the_task_is_refused() {
    for message_type in [RESPONSE, ERROR] {
        let mut fixture = asked("");
        let answer = about(message("m2", "qa", "orch", message_type, json!({})), &fixture, 1);
        assert!(matches!(send(&mut fixture, answer), Err(Rejection::AttemptStale { .. })));
        assert!(fixture.received("orch").is_empty());
    }
}

#[test]
fn a_second_answer_is_refused_and_the_delegator_hears_of_one() {
    let mut fixture = asked("");
    let answer = about(message("m2", "back", "orch", RESPONSE, json!({ "result": 1 })), &fixture, 1);
    send(&mut fixture, answer.clone()).unwrap();
    let again = Message { message_id: "m3".parse().unwrap(), ..answer };
    assert!(matches!(send(&mut fixture, again), Err(Rejection::TaskClosed { .. })));
    assert_eq!(fixture.received("orch"), ["task_response #1"]);
}

#[test]
fn an_answer_to_the_request_of_an_attempt_that_is_over_is_refused() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back retries 2\nfail back\nfail back");
    for attempt in [1, 2] {
        let mut answer = message("m2", "back", "orch", RESPONSE, json!({ "result": 1 }));
        answer.in_reply_to = Some(fixture.task(1).attempts[attempt - 1].message_id.clone());
        assert!(matches!(send(&mut fixture, answer), Err(Rejection::AttemptStale { attempt: 3, .. })));
    }
    let mut answer = message("m2", "back", "orch", RESPONSE, json!({ "result": 1 }));
    answer.in_reply_to = Some(fixture.task(1).message_id.clone());
    send(&mut fixture, answer).unwrap();
    assert_eq!(fixture.task(1).status, TaskStatus::Completed);
}

#[test]
fn an_answer_names_its_attempt_by_number_too() {
    for (attempt, taken) in [(1, false), (2, true)] {
        let mut fixture = Fixture::new("");
        fixture.script("delegate back retries 1\nfail back");
        let mut answer = about(message("m2", "back", "orch", RESPONSE, json!({})), &fixture, 1);
        answer.metadata.insert("task_attempt".into(), json!(attempt));
        assert_eq!(send(&mut fixture, answer).is_ok(), taken);
    }
}

#[test]
fn the_delegator_does_not_hear_of_a_failed_attempt_that_is_tried_again() {
    let mut fixture = Fixture::new("");
    fixture.script("delegate back fallback front");
    let failed = about(message("m2", "back", "orch", ERROR, json!({ "error": "no disk" })), &fixture, 1);
    send(&mut fixture, failed).unwrap();
    assert!(fixture.received("orch").is_empty());
    fixture.script("complete front");
    assert_eq!(fixture.received("orch"), ["task_response #1"]);
}

#[test]
fn an_answer_to_a_third_agent_reaches_it_and_the_delegator_is_told_as_well() {
    let mut fixture = asked("");
    let answer = about(message("m2", "back", "qa", RESPONSE, json!({ "result": 1 })), &fixture, 1);
    send(&mut fixture, answer).unwrap();
    assert_eq!(fixture.received("orch"), ["task_response #1"]);
    assert_eq!(fixture.received("qa"), ["task_response #1"]);
}

#[test]
fn an_answer_that_ends_the_session_still_tells_the_delegator_of_its_other_tasks() {
    let mut fixture = asked("build: back front");
    fixture.script("delegate front");
    let failed = about(message("m2", "back", "orch", ERROR, json!({})), &fixture, 1);
    send(&mut fixture, failed).unwrap();
    let mut told = fixture.received("orch");
    told.sort();
    assert_eq!(told, ["error #1", "error #2"]);
}

#[test]
fn a_planned_task_is_answered_to_the_engine_that_asked_for_it() {
    let mut fixture = Fixture::new("build: back *");
    let request = fixture.world.delivered[0].clone();
    let mut answer = message("m2", "back", "orch", RESPONSE, json!({ "result": "built" }));
    answer.recipient = request.sender;
    answer.in_reply_to = Some(request.message_id);
    send(&mut fixture, answer).unwrap();
    assert_eq!(fixture.state(), "build completed\n#1 back in build: completed\n");
    assert_eq!(fixture.world.delivered.len(), 1, "the engine has no inbox");
    let chat = message("m3", "back", "sessiond://engine", UPDATE, json!({}));
    assert!(matches!(send(&mut fixture, chat), Err(Rejection::ParticipantNotFound(_))));
}

#[test]
fn what_a_task_gave_is_taken_in_after_its_delegator_has_left() {
    let mut fixture = asked("");
    fixture.script("remove orch");
    let answer = about(message("m2", "back", "orch", RESPONSE, json!({ "result": 1 })), &fixture, 1);
    send(&mut fixture, answer).unwrap();
    assert_eq!(fixture.task(1).status, TaskStatus::Completed);
    assert!(fixture.received("orch").is_empty());
}

#[test]
fn a_message_that_speaks_of_no_task_is_recorded_and_delivered() {
    for message_type in [ERROR, UPDATE] {
        let mut fixture = Fixture::new("");
        let mut note = message("m1", "back", "front", message_type, json!("hello"));
        note.in_reply_to = Some("m0".parse().unwrap());
        let receipt = send(&mut fixture, note).unwrap();
        assert_eq!(receipt, Receipt::Message { message_id: "m1".parse().unwrap() });
        assert_eq!(fixture.received("front"), [message_type.to_string()]);
        let EventBody::MessageSent(MessageSent { sender, recipient, .. }) =
            &fixture.events.last().unwrap().body
        else {
            panic!("the message stands in the journal");
        };
        assert_eq!((sender, recipient), (&agent("back"), &agent("front")));
    }
}

#[test]
fn a_heartbeat_within_a_session_changes_nothing() {
    let mut fixture = Fixture::new("");
    let revision = fixture.session.revision;
    send(&mut fixture, message("m1", "back", "front", MessageType::Heartbeat, Value::Null)).unwrap();
    assert_eq!((fixture.session.revision, fixture.world.delivered.len()), (revision, 0));
}

#[test]
fn an_agent_may_ask_itself_and_leave_itself_a_note() {
    let mut fixture = Fixture::new("design: orch");
    send(&mut fixture, message("m1", "orch", "orch", REQUEST, Value::Null)).unwrap();
    send(&mut fixture, message("m2", "orch", "orch", UPDATE, json!("note"))).unwrap();
    let answer = about(message("m3", "orch", "orch", RESPONSE, json!({ "result": 1 })), &fixture, 1);
    send(&mut fixture, answer).unwrap();
    assert_eq!(fixture.state(), "design completed\n#1 orch in design: completed\n");
}

#[test]
fn sender_and_recipient_take_part() {
    let mut fixture = Fixture::new("");
    for (from, to) in [("nobody", "back"), ("back", "nobody")] {
        for message_type in [REQUEST, ERROR, UPDATE] {
            let result = fixture.run(Command::Messages(messages::Command::Send(message(
                "m1",
                from,
                to,
                message_type,
                Value::Null,
            ))));
            assert_eq!(refusal(result), "t://nobody does not take part in this session");
        }
    }
}

#[test]
fn what_is_wrong_with_a_message_is_told_with_pointers_into_it() {
    let mut fixture = Fixture::new("");
    let mut request = message("m1", "orch", "back", REQUEST, json!({ "task_type": " " }));
    request.routing.fallback_agents = vec![agent("back"), agent("nobody")];
    let result = send(&mut fixture, request.clone());
    crate::support::script::compare(
        &refusal(result),
        "/payload/task_type: it may not be empty
         /routing/fallback_agents/0: t://back is the one who is asked first
         /routing/fallback_agents/1: t://nobody does not take part in the session",
    );
    request.routing.timeout = Some(Span::from_millis(0));
    request.routing.retry_policy = Some(RetryPolicy { max_retries: 21, ..RetryPolicy::default() });
    crate::support::script::compare(
        &refusal(send(&mut fixture, request)),
        "/routing/timeout: it must be longer than no time at all
         /routing/retry_policy/max_retries: it may be 20 at most",
    );
}

#[test]
fn a_step_retry_asks_again_with_what_the_sender_attached() {
    let mut fixture = Fixture::new("build: back ! retry");
    let mut request = message("m1", "orch", "back", REQUEST, json!({ "n": 1 }));
    request.metadata.insert("trace".into(), json!("t-1"));
    send(&mut fixture, request).unwrap();
    fixture.script("fail back");
    let again = fixture.world.delivered.last().unwrap();
    assert_eq!((again.message_type, &again.metadata["trace"]), (REQUEST, &json!("t-1")));
}

#[test]
fn a_request_is_delivered_as_it_was_sent_and_a_later_attempt_comes_from_the_engine() {
    let mut fixture = Fixture::new("");
    let mut sent = message("m1", "orch", "back", MessageType::TaskRequest, json!({ "area": "api" }));
    sent.sender.framework = Some("X".into());
    sent.in_reply_to = Some(sessiond_core::MessageId::parse("m0").unwrap());
    sent.metadata.insert("note".into(), json!(1));
    sent.routing.retry_policy = Some(RetryPolicy { max_retries: 1, ..RetryPolicy::default() });
    fixture.now += 5_000;
    fixture.run(Command::Messages(messages::Command::Send(sent.clone()))).unwrap();
    let mut delivered = fixture.world.delivered[0].clone();
    assert_eq!(delivered.metadata.shift_remove("task_id"), Some(json!(fixture.task(1).id)));
    assert_eq!(delivered.metadata.shift_remove("task_attempt"), Some(json!(1)));
    assert_eq!(delivered.metadata.shift_remove("task_type"), Some(json!("task")));
    assert_eq!(delivered, sent);
    fixture.script("fail back");
    let again = fixture.world.delivered.last().unwrap();
    assert_eq!((again.timestamp.millis(), again.payload["task_type"].as_str()), (fixture.now, Some("task")));
}

/// The same message, to be delivered so many milliseconds after now.
fn later(mut message: Message, fixture: &Fixture, millis: i64) -> Message {
    message.deliver_at = Some(Timestamp::from_millis(fixture.now + millis));
    message
}

#[test]
fn a_delayed_request_is_a_task_at_once_whose_attempts_are_all_requested_at_its_time_or_later() {
    let mut fixture = Fixture::new("");
    let mut request = later(message("m1", "orch", "back", REQUEST, json!({})), &fixture, 60_000);
    request.routing.start_within = Some(Span::from_secs(10));
    request.routing.retry_policy = Some(RetryPolicy { max_retries: 1, ..RetryPolicy::default() });
    request.routing.fallback_agents = vec![agent("front")];
    let at = request.deliver_at.unwrap();
    send(&mut fixture, request).unwrap();
    for assignee in ["back", "back", "front", "front"] {
        let task = fixture.task(1).clone();
        assert_eq!((task.status, task.assignee.name()), (TaskStatus::Pending, assignee));
        assert_eq!(fixture.world.not_before[&task.message_id], at);
        assert_eq!(task.deadline, at.after(Span::from_secs(10)), "the time to accept it counts from then");
        fixture.script(&format!("fail {assignee}"));
    }
    assert_eq!(fixture.task(1).status, TaskStatus::Failed);
}

#[test]
fn the_copy_of_a_delayed_request_waits_as_long() {
    let mut fixture = Fixture::new("");
    let request = later(message("m1", "orch", "back", REQUEST, json!({})), &fixture, 60_000);
    let at = request.deliver_at.unwrap();
    send(&mut fixture, request).unwrap();
    let moment = fixture.moment();
    let owner = crate::support::client("owner");
    let decision = sessiond_core::fork(
        &fixture.session,
        sessiond_core::SessionId::parse("copy").unwrap(),
        &owner,
        &moment,
    );
    let copy = Fixture::from_decision(decision.unwrap(), fixture.events.clone(), fixture.now, 1 << 60);
    let task = copy.session.open_tasks().next().unwrap().clone();
    assert_eq!(copy.world.not_before[&task.message_id], at);
}

#[test]
fn a_delayed_message_is_recorded_at_once_and_taken_back_when_the_session_ends_before_its_time() {
    let mut fixture = Fixture::new("");
    for (id, delay) in [("m1", 1_000), ("m2", 60_000), ("m3", -60_000)] {
        let sent = later(message(id, "orch", "back", UPDATE, json!({})), &fixture, delay);
        send(&mut fixture, sent).unwrap();
    }
    let recorded = fixture.events.iter().filter_map(|event| match &event.body {
        EventBody::MessageSent(sent) => Some(sent.deliver_at.map(|at| at.millis() - fixture.now)),
        _ => None,
    });
    let recorded: Vec<_> = recorded.collect();
    assert_eq!(recorded, [Some(1_000), Some(60_000), None], "a time in the past is now");
    fixture.now += 30_000;
    fixture.script("end");
    fixture.world.check(&fixture.session);
    let waiting: Vec<_> = fixture.world.inbox.iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!(waiting, ["m1", "m3"]);
}

#[test]
fn only_so_many_messages_of_a_session_are_delayed_and_those_whose_time_has_come_do_not_count() {
    let mut fixture = Fixture::new("");
    for n in 0..limits::DELAYED_MESSAGES {
        let sent = later(message(&format!("m{n}"), "orch", "back", UPDATE, json!({})), &fixture, 1_000);
        fixture.run(Command::Messages(messages::Command::Send(sent))).unwrap();
    }
    let one_more = |fixture: &mut Fixture| {
        let sent = later(message("one-more", "orch", "back", UPDATE, json!({})), fixture, 1_000);
        fixture.run(Command::Messages(messages::Command::Send(sent)))
    };
    let refused = refusal(one_more(&mut fixture));
    assert_eq!(refused, "delayed messages of a session would exceed the limit of 1000");
    fixture.now += 1_000;
    one_more(&mut fixture).unwrap();
}

#[test]
fn what_takes_effect_at_once_is_not_delayed_nor_anything_for_too_long() {
    let mut fixture = asked("");
    let ahead = i64::try_from(limits::DELIVER_AHEAD_MS).unwrap();
    let refused = |fixture: &mut Fixture, sent: Message, delay| {
        let sent = later(sent, fixture, delay);
        refusal(send(fixture, sent))
    };
    let update = message("m2", "orch", "back", UPDATE, json!({}));
    assert_eq!(refused(&mut fixture, update.clone(), ahead + 1), "/deliver_at: it may be 720h ahead at most");
    let furthest = later(update.clone(), &fixture, ahead);
    send(&mut fixture, furthest).unwrap();

    let mut synchronous = message("m3", "orch", "back", REQUEST, json!({}));
    synchronous.routing.delivery_mode = DeliveryMode::Sync;
    let why = refused(&mut fixture, synchronous.clone(), 1);
    assert!(why.starts_with("/deliver_at: the sender of a synchronous message waits"), "{why}");
    for (kind, payload) in [(RESPONSE, json!({ "result": 1 })), (ERROR, json!({})), (UPDATE, json!({}))] {
        let report = about(message("m4", "back", "orch", kind, payload), &fixture, 1);
        let why = refused(&mut fixture, report, 1);
        assert!(why.starts_with("/deliver_at: a report on a task takes effect at once"), "{why}");
    }
    assert_eq!(fixture.task(1).status, TaskStatus::Pending);
    // A time in the past is as good as none.
    let report = about(message("m4", "back", "orch", RESPONSE, json!({ "result": 1 })), &fixture, 1);
    let report = later(report, &fixture, -1);
    send(&mut fixture, report).unwrap();
    assert_eq!(fixture.task(1).status, TaskStatus::Completed);
}
