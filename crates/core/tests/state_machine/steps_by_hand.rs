//! Steps that somebody completes, starts or resets manually, as the tutorial does.

use crate::support::script::check;

const TUTORIAL: &str = "design: orch; implementation: back front; review: qa";

#[test]
fn the_tutorials_update_moves_the_workflow_and_may_be_sent_twice() {
    check(
        TUTORIAL,
        "put current=implementation completed=design pending=review
         put current=implementation completed=design pending=review",
        "design completed, implementation active, review pending",
    );
}

#[test]
fn advance_ends_the_only_active_step_and_asks_which_when_there_are_several() {
    check(TUTORIAL, "advance", "design completed, implementation active, review pending");
    check(
        "a:; b:; c: < a b",
        "advance
         advance b
         advance b
         advance c
         advance d
         advance
         advance
         advance",
        "advance -> several steps are active: name one of a, b
         advance b -> step 'b' is completed, not active
         advance c -> step 'c' is pending, not active
         advance d -> there is no step 'd'
         advance -> no step is active
         a completed, b completed, c completed",
    );
}

#[test]
fn ending_a_step_by_hand_cancels_its_open_tasks() {
    check(
        TUTORIAL,
        "delegate orch
         accept orch
         advance",
        "design completed, implementation active, review pending
         #1 orch in design: cancelled",
    );
}

#[test]
fn a_step_is_not_started_before_its_dependencies_are_complete() {
    check(
        TUTORIAL,
        "put current=implementation
         put current=review completed=design
         put current=review completed=design,implementation",
        "put current=implementation -> /current_step: step 'implementation' waits for 'design', which is not complete
         put current=review completed=design -> /current_step: step 'review' waits for 'implementation', which is not complete
         design completed, implementation completed, review active",
    );
}

#[test]
fn unknown_steps_and_steps_in_two_lists_are_refused_with_a_pointer() {
    check(
        TUTORIAL,
        "put current=x completed=design,y pending=z
         put current=design completed=design
         put completed=design pending=review,design",
        "put current=x completed=design,y pending=z -> /completed_steps/1: there is no step 'y'
         /pending_steps/0: there is no step 'z'
         /current_step: there is no step 'x'
         put current=design completed=design -> /current_step: step 'design' is in two lists
         put completed=design pending=review,design -> /pending_steps/1: step 'design' is in two lists
         design active, implementation pending, review pending",
    );
}

#[test]
fn a_step_that_is_set_back_and_ready_starts_anew_and_what_was_done_before_does_not_count() {
    check(
        "build: back front *; review: qa",
        "complete back
         put pending=build
         complete front",
        "build active, review pending
         #1 back in build: completed
         #2 front in build: cancelled
         #3 back in build: pending
         #4 front in build: completed",
    );
}

#[test]
fn a_step_is_not_set_back_under_an_active_step_that_depends_on_it() {
    check(
        TUTORIAL,
        "advance
         put pending=design
         put current=design
         put current=implementation pending=design
         put pending=design,implementation",
        "put pending=design -> /pending_steps/0: step 'implementation' is active and depends on it: set that back too
         put current=design -> /current_step: step 'implementation' is active and depends on it: set that back too
         put current=implementation pending=design -> /pending_steps/0: step 'implementation' is active and depends on it: set that back too
         design active, implementation pending, review pending",
    );
}

#[test]
fn a_step_that_is_set_back_under_a_finished_one_leaves_that_finished() {
    check(
        "a:; b:; c:",
        "advance
         advance
         advance
         put current=a
         advance",
        "a completed, b completed, c completed",
    );
}

#[test]
fn a_step_is_not_set_back_without_its_agents() {
    check(
        "build: back; review: qa",
        "delegate back
         complete back
         remove back
         put current=build pending=review
         add back
         put current=build pending=review",
        "put current=build pending=review -> /current_step: step 'build' needs t://back, which has left: add it to the session again
         build active, review pending
         #1 back in build: completed",
    );
}

#[test]
fn completing_a_step_by_hand_starts_what_waited_for_it() {
    check(
        "a: back; b: front *; c: qa",
        "put completed=a",
        "a completed, b active, c pending
         #1 front in b: pending",
    );
}
