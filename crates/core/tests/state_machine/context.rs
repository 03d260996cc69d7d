//! The shared context: replaced, patched, and kept within its limits.

use serde_json::{Value, json};
use sessiond_core::{Command, Envelope, Exceeded, Limit, Rejection, context, limits};

use crate::support::{Fixture, client, new_session, refusal};

fn change(fixture: &mut Fixture, change: context::Command) -> Result<(), Rejection> {
    fixture.run_as("back", Command::Context(change)).map(drop)
}

#[test]
fn any_participant_replaces_and_patches_the_document() {
    let mut new = new_session("");
    new.shared_context = Some(json!({ "project": "feature/notifications", "requirements": ["audit logs"] }));
    let mut fixture = Fixture::create(new, &client("owner")).unwrap();
    assert_eq!(fixture.session.context.revision, 1);
    let patch = json!({ "branch": "main", "requirements": null });
    change(&mut fixture, context::Command::Patch(patch)).unwrap();
    let expect = json!({ "project": "feature/notifications", "branch": "main" });
    assert_eq!(*fixture.session.context.document, expect);
    assert_eq!(fixture.session.context.revision, fixture.session.revision);
    change(&mut fixture, context::Command::Replace(json!({ "a": 1 }))).unwrap();
    assert_eq!(*fixture.session.context.document, json!({ "a": 1 }));
}

#[test]
fn the_document_and_a_patch_are_objects() {
    let mut fixture = Fixture::new("");
    for wrong in [Value::Null, json!([]), json!("text"), json!(1)] {
        assert!(
            refusal(change(&mut fixture, context::Command::Replace(wrong.clone())))
                .contains("it is a JSON object")
        );
        assert!(
            refusal(change(&mut fixture, context::Command::Patch(wrong.clone())))
                .contains("it is a JSON object")
        );
        let mut new = new_session("");
        new.shared_context = Some(wrong);
        let refused = refusal(Fixture::create(new, &client("owner")).map(drop));
        assert_eq!(refused, "/shared_context: the shared context must be a JSON object");
    }
}

#[test]
fn a_stale_revision_is_refused_before_anything_is_looked_at() {
    let mut fixture = Fixture::new("");
    let patch = Command::Context(context::Command::Patch(json!({ "a": 1 })));
    let mut envelope = Envelope::new(client("owner"), patch);
    envelope.expected_revision = Some(fixture.session.revision - 1);
    assert!(matches!(fixture.give(envelope.clone()), Err(Rejection::RevisionStale { .. })));
    envelope.expected_revision = Some(fixture.session.revision);
    fixture.give(envelope).unwrap();
}

#[test]
fn a_document_past_its_limit_is_refused_whether_replaced_or_patched_together() {
    let mut fixture = Fixture::new("");
    let half = "x".repeat(limits::CONTEXT_BYTES / 2);
    change(&mut fixture, context::Command::Patch(json!({ "a": half }))).unwrap();
    let revision = fixture.session.revision;
    let too_much = [
        context::Command::Patch(json!({ "b": half })),
        context::Command::Replace(json!({ "a": half, "b": half })),
    ];
    for too_much in too_much {
        let refused = change(&mut fixture, too_much);
        assert!(matches!(refused, Err(Rejection::LimitReached(Exceeded(Limit::ContextBytes)))));
    }
    assert_eq!(fixture.session.revision, revision);
    change(&mut fixture, context::Command::Patch(json!({ "a": "b" }))).unwrap();
}

#[test]
fn a_document_nests_as_deep_as_its_limit() {
    let nested = |levels: usize| (1..levels).fold(json!(1), |value, _| json!({ "a": value }));
    let mut fixture = Fixture::new("");
    change(&mut fixture, context::Command::Replace(nested(limits::JSON_DEPTH))).unwrap();
    for deep in [nested(limits::JSON_DEPTH + 1), nested(500)] {
        assert!(refusal(change(&mut fixture, context::Command::Patch(deep.clone()))).contains("levels deep"));
        assert!(refusal(change(&mut fixture, context::Command::Replace(deep))).contains("levels deep"));
    }
}

#[test]
fn a_number_is_the_same_to_the_last_bit_after_it_was_stored() {
    // Without serde_json's `float_roundtrip` this one comes back as another.
    for number in [0.1 + 0.2, 1e23, 5e-324, f64::MAX, -0.0, 123_456_789.123_456_78] {
        let mut fixture = Fixture::new("");
        change(&mut fixture, context::Command::Patch(json!({ "n": number }))).unwrap();
        let event = fixture.events.last().unwrap();
        let read: sessiond_core::Event =
            serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap();
        assert_eq!(event, &read);
    }
}
