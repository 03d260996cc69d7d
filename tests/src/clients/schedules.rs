//! What holds of schedules for both clients.

use serde_json::json;
use sessiond_api::{self as api, Code};
use sessiond_client::{Client, Conditions};
use sessiond_core::{RunOutcome, ScheduleId};

use super::{code, request};

fn id(text: &str) -> ScheduleId {
    ScheduleId::parse(text).expect("an id")
}

/// A schedule from its creation to its end.
pub async fn a_schedule_is_created_changed_run_and_deleted(client: Client) {
    let create = |name: &str| -> api::CreateSchedule {
        request(json!({
            "schedule_id": name, "cron": "0 3 * * *", "time_zone": "Europe/Berlin",
            "session": { "kind": "workflow", "name": "nightly", "labels": { "team": "blue" },
                         "workflow": [{ "name": "look", "required_agents": [] }] }
        }))
    };
    let once = Conditions::once("k1");
    let made = client.create_schedule(create("nightly"), once.clone()).await.expect("it is created");
    assert_eq!((made.revision, made.upcoming.len()), (1, 3));
    assert_eq!(made.next_at, made.upcoming.first().copied());
    let again = client.create_schedule(create("nightly"), once.clone()).await.expect("it is the same");
    assert_eq!(again.schedule_id, made.schedule_id);
    assert_eq!(code(client.create_schedule(create("other"), once).await), Code::IdempotencyMismatch);
    let taken = client.create_schedule(create("nightly"), Conditions::default()).await;
    assert_eq!(code(taken), Code::ScheduleExists);
    let shown = client.schedule(&id("nightly")).await.expect("it is read");
    assert_eq!(shown.session, create("nightly").session, "as it was written");

    for name in ["b", "a"] {
        client.create_schedule(create(name), Conditions::default()).await.expect("it is created");
    }
    let preview = request(json!({ "cron": "0 3 * * *", "time_zone": "Europe/Berlin" }));
    assert_eq!(client.preview_schedule(preview).await.expect("the times").upcoming, made.upcoming);
    let wrong = client.preview_schedule(request(json!({ "cron": "x" }))).await;
    assert_eq!(wrong.expect_err("it is wrong").errors[0].pointer, "/cron");
    let page = client.schedules(request(json!({ "limit": 2 }))).await.expect("a page");
    assert_eq!(page.schedules.iter().map(|s| s.schedule_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let rest = client.schedules(request(json!({ "cursor": page.next_cursor }))).await.expect("a page");
    assert_eq!((rest.schedules[0].schedule_id.as_str(), rest.next_cursor), ("nightly", None));

    let pause = |paused: bool| -> api::UpdateSchedule { request(json!({ "paused": paused })) };
    let stale = client.update_schedule(&id("nightly"), pause(true), Conditions::expecting(9)).await;
    assert_eq!(code(stale), Code::RevisionStale);
    let paused =
        client.update_schedule(&id("nightly"), pause(true), Conditions::expecting(1)).await.expect("paused");
    assert_eq!((paused.paused, paused.next_at, paused.revision), (true, None, 2));
    assert_eq!(paused.cron.as_deref(), Some("0 3 * * *"), "what is absent does not change");
    let resumed =
        client.update_schedule(&id("nightly"), pause(false), Conditions::default()).await.expect("resumed");
    assert_eq!(resumed.next_at, made.next_at);
    let hourly = request(json!({ "every": "1h" }));
    let changed =
        client.update_schedule(&id("nightly"), hourly, Conditions::default()).await.expect("changed");
    assert_eq!((changed.cron, changed.time_zone), (None, None));

    let session = client.run_schedule(&id("nightly")).await.expect("it runs");
    assert!(session.session_id.as_str().starts_with("nightly_2"), "{}", session.session_id);
    assert_eq!((session.name.as_deref(), session.labels["schedule"].as_str()), (Some("nightly"), "nightly"));
    let last = client.schedule(&id("nightly")).await.expect("it is read").last.expect("it ran");
    assert_eq!((last.outcome, last.session_id), (RunOutcome::Created, Some(session.session_id.clone())));

    client.delete_schedule(&id("nightly"), Conditions::default()).await.expect("it is deleted");
    assert_eq!(code(client.schedule(&id("nightly")).await), Code::ScheduleNotFound);
    let gone = client.delete_schedule(&id("nightly"), Conditions::default()).await;
    assert_eq!(code(gone), Code::ScheduleNotFound);
    client.session(&session.session_id).await.expect("its sessions stay");
}

/// What is wrong with a schedule is named by its place.
pub async fn a_wrong_schedule_is_refused_with_its_place(client: Client) {
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "cron": "@daily", "every": "1h" }), ""),
        (json!({ "cron": "61 * * * *" }), "/cron"),
        (json!({ "every": "1s" }), "/every"),
        (json!({ "cron": "@daily", "time_zone": "Atlantis" }), "/time_zone"),
        (json!({ "cron": "@daily", "session": { "process": "p", "kind": "execution" } }), "/session/process"),
        (json!({ "cron": "@daily", "session": { "session_id": "s" } }), "/session/session_id"),
        (json!({ "cron": "@daily", "session": { "name": "" } }), "/session/name"),
        (json!({ "cron": "@daily", "schedule_id": "." , "session": {} }), "/schedule_id"),
    ] {
        let parsed = api::from_value::<api::CreateSchedule>(body.clone());
        let problem = match parsed {
            Ok(request) => {
                client.create_schedule(request, Conditions::default()).await.expect_err("it is wrong")
            }
            Err(problem) => problem,
        };
        assert_eq!(
            (problem.code, problem.errors[0].pointer.as_str()),
            (Code::InvalidInput, pointer),
            "{body}"
        );
    }
}
