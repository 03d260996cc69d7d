//! Retry: what failed is tried again in place, and what was done stays done.

use sessiond_core::Status;

use crate::support::Fixture;
use crate::support::script::check;

#[test]
fn a_failed_session_continues_with_its_failed_step_and_the_work_that_was_done() {
    check(
        "build: back front; review: qa",
        "delegate back
         delegate front
         complete front
         fail back
         retry",
        "build active, review pending
         #1 back in build: pending, attempt 2
         #2 front in build: completed",
    );
    check(
        "build: back front; review: qa",
        "delegate back
         delegate front
         complete front
         fail back
         retry build
         complete back",
        "build completed, review active
         #1 back in build: completed, attempt 2
         #2 front in build: completed",
    );
}

#[test]
fn what_the_failure_cancelled_is_tried_again_too_and_what_was_cancelled_before_is_not() {
    check(
        "a: back front; b: qa < c; c:; d: < a",
        "advance c
         delegate back in a
         delegate front in a
         delegate qa in b
         delegate qa
         cancel qa #4
         wait 1s
         fail back
         retry",
        "a active, b active, c completed, d pending
         #1 back in a: pending, attempt 2
         #2 front in a: pending, attempt 2
         #3 qa in b: pending, attempt 2
         #4 qa in b: cancelled",
    );
}

#[test]
fn a_task_that_is_retried_has_all_its_retries_and_fallback_agents_again() {
    check(
        "",
        "delegate back retries 1 fallback front
         fail back
         fail back
         fail front
         fail front
         retry #1
         fail back
         fail back",
        "#1 back: pending, attempt 7 by front",
    );
}

#[test]
fn a_cancelled_task_may_be_retried_and_a_completed_one_not() {
    check(
        "build: back; review: qa",
        "delegate back
         cancel back
         retry #1
         complete back
         retry #1
         retry build
         retry review
         retry",
        "retry #1 -> task task_00000000000000000000010100000001 is completed
         retry build -> step 'build' is completed
         retry review -> nothing in step 'review' has failed
         retry -> nothing in it has failed: name the step or the task to retry
         build completed, review active
         #1 back in build: completed, attempt 2",
    );
}

#[test]
fn work_that_a_step_retried_itself_is_tried_again_once() {
    check(
        "build: back ! retry",
        "delegate back
         fail back
         fail back
         fail back
         retry build",
        "build active
         #1 back in build: failed
         #2 back in build: failed
         #3 back in build: pending, attempt 2",
    );
}

#[test]
fn a_task_of_a_step_that_is_over_is_not_retried() {
    check(
        "build: back ! continue; review: qa",
        "delegate back
         fail back
         retry #1",
        "retry #1 -> step 'build' is completed: a task in it would count for nothing
         build completed, review active
         #1 back in build: failed",
    );
}

#[test]
fn a_session_that_was_terminated_or_completed_does_not_continue() {
    for end in ["end", "terminate"] {
        let mut fixture = Fixture::new("build: back");
        fixture.script(&format!("delegate back\n{end}"));
        assert!(fixture.script("retry").contains("and can no longer be changed"), "{end}");
    }
}

#[test]
fn a_session_that_continues_counts_its_time_again_and_spares_its_children() {
    let mut new = crate::support::new_session("build: back *");
    new.expires_in = Some(sessiond_core::Span::from_secs(60));
    let mut fixture = Fixture::create(new, &crate::support::client("owner")).unwrap();
    fixture.script("fail back\nretry");
    assert!(!fixture.world.timers.contains_key("cascade"));
    fixture.script("wait 60s");
    assert_eq!(fixture.session.status, Status::Expired);
}

#[test]
fn a_fork_of_a_failed_session_is_retried_as_the_session_is() {
    let mut fixture = Fixture::new("build: back front");
    fixture.script("delegate back\ndelegate front\ncomplete front\nfail back");
    let moment = fixture.moment();
    let copy = crate::support::session_id("copy");
    let fork =
        sessiond_core::fork(&fixture.session, copy, &crate::support::client("owner"), &moment).unwrap();
    let mut fork = Fixture::from_decision(fork, fixture.events.clone(), fixture.now, fixture.nonce);
    crate::support::script::compare(
        &fork.script("retry"),
        "build active
         #1 back in build: pending, attempt 2
         #2 front in build: completed",
    );
}
