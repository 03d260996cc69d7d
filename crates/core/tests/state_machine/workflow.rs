//! The plan: which plans are taken, in which order steps run, and what a failed task means for its step.

use sessiond_core::{Command, MessageType, WorkflowAdvanced, WorkflowUpdate, workflow};

use crate::support::script::check;
use crate::support::{Fixture, client, new_session, plan, refusal, steps};

/// What is wrong with a plan, at creation.
#[track_caller]
fn check_refused(plan: &str, expect: &str) {
    let actual = refusal(Fixture::create(new_session(plan), &client("owner")).map(|fixture| fixture.session));
    crate::support::script::compare(&actual, expect);
}

#[test]
fn steps_that_name_no_dependencies_run_in_the_order_given() {
    check(
        "design: orch; build: back front; review: qa",
        "delegate orch
         complete orch
         delegate back
         delegate front
         complete back",
        "design completed, build active, review pending
         #1 orch in design: completed
         #2 back in build: completed
         #3 front in build: pending",
    );
}

#[test]
fn steps_run_side_by_side_when_their_dependencies_allow_it() {
    let graph = "inventory: orch; code: back < inventory; text: front < inventory; report: qa < code text";
    check(graph, "", "inventory active, code pending, text pending, report pending");
    check(graph, "advance inventory", "inventory completed, code active, text active, report pending");
    check(
        graph,
        "advance inventory
         advance code
         advance text",
        "inventory completed, code completed, text completed, report active",
    );
}

#[test]
fn a_step_starts_its_own_tasks_when_the_plan_names_one() {
    check(
        "first: back * ; second: front qa *",
        "complete back",
        "first completed, second active
         #1 back in first: completed
         #2 front in second: pending
         #3 qa in second: pending",
    );
}

#[test]
fn a_template_that_serves_several_agents_may_name_one_of_them_as_fallback() {
    check(
        "work: back front * back qa",
        "fail front
         fail back",
        "work active
         #1 back in work: pending, attempt 2 by qa
         #2 front in work: pending, attempt 2 by back",
    );
}

#[test]
fn an_agent_is_no_fallback_for_itself() {
    check(
        "work: back * qa back",
        "fail back
         fail qa",
        "session failed: step 'work' failed
         work failed
         #1 back in work: failed, attempt 2 by qa",
    );
}

#[test]
fn a_plan_that_cannot_be_worked_is_refused_with_a_pointer_at_each_wrong_field() {
    check_refused(
        "a: back nobody ?stranger; b: front < c a; b: qa * ghost",
        "/workflow/2/name: step 1 has the name 'b' already
         /workflow/0/required_agents/1: t://nobody does not take part in the session
         /workflow/0/optional_agents/0: t://stranger does not take part in the session
         /workflow/1/dependencies/0: there is no step 'c'
         /workflow/2/task/fallback_agents/0: t://ghost does not take part in the session",
    );
    check_refused(
        "a: back back ?back; b: < a a",
        "/workflow/0/required_agents/1: 't://back' is listed twice
         /workflow/0/optional_agents/0: t://back is required by this step already
         /workflow/1/dependencies/1: 'a' is listed twice",
    );
    check_refused(" : back", "/workflow/0/name: it may not be empty");
}

#[test]
fn a_cycle_is_refused_at_a_step_that_is_on_it() {
    check_refused(
        "after: < a; a: < b; b: < c; c: < a; free:",
        "/workflow/1/dependencies: step 'a' depends on itself, directly or through others",
    );
    check_refused(
        "free:; self: < self",
        "/workflow/1/dependencies: step 'self' depends on itself, directly or through others",
    );
}

#[test]
fn a_later_plan_is_checked_with_pointers_into_its_own_request() {
    let mut fixture = Fixture::new("");
    let result = fixture.run(Command::Workflow(workflow::Command::Update(plan("a: nobody"))));
    assert_eq!(refusal(result), "/steps/0/required_agents/0: t://nobody does not take part in the session");
}

#[test]
fn a_failed_task_fails_its_step_and_the_session() {
    check(
        "build: back front; review: qa",
        "delegate back
         delegate front
         fail back",
        "session failed: step 'build' failed
         build failed, review pending
         #1 back in build: failed
         #2 front in build: cancelled",
    );
}

#[test]
fn a_step_that_continues_counts_a_failed_task_as_done() {
    check(
        "build: back front ! continue; review: qa",
        "delegate back
         delegate front timeout 5s
         accept front
         fail back
         wait 5s",
        "build completed, review active
         #1 back in build: failed
         #2 front in build: timeout",
    );
}

#[test]
fn a_step_that_retries_delegates_the_work_anew_twice_and_then_fails() {
    check(
        "build: back ! retry",
        "delegate back
         fail back
         fail back
         complete back",
        "build completed
         #1 back in build: failed
         #2 back in build: failed
         #3 back in build: completed",
    );
    check(
        "build: back ! retry",
        "delegate back
         fail back
         fail back
         fail back",
        "session failed: step 'build' failed
         build failed
         #1 back in build: failed
         #2 back in build: failed
         #3 back in build: failed",
    );
}

#[test]
fn work_that_a_step_retries_has_all_its_fallback_agents_again() {
    check(
        "build: back ! retry",
        "delegate back fallback front
         fail back
         fail front
         fail back",
        "build active
         #1 back in build: failed, attempt 2 by front
         #2 back in build: pending, attempt 2 by front",
    );
}

#[test]
fn a_step_does_not_retry_with_an_agent_that_has_left() {
    // `qa` is no agent of the step, but was given a task in it.
    check(
        "build: back ! retry",
        "delegate qa in build fallback front
         fail qa
         remove qa
         fail front",
        "session failed: step 'build' failed
         build failed
         #1 qa in build: failed, attempt 2 by front",
    );
}

#[test]
fn an_optional_agent_neither_fails_a_step_nor_holds_it_up() {
    check(
        "build: back ?front; review: qa",
        "delegate front
         fail front
         delegate front
         delegate back
         complete back",
        "build completed, review active
         #1 front in build: failed
         #2 front in build: cancelled
         #3 back in build: completed",
    );
}

#[test]
fn a_cancelled_task_leaves_its_step_waiting_for_another() {
    check(
        "build: back",
        "delegate back
         cancel back
         delegate back
         complete back",
        "build completed
         #1 back in build: cancelled
         #2 back in build: completed",
    );
}

#[test]
fn a_task_outside_the_step_does_not_count_for_it() {
    check(
        "build: back front; review: qa",
        "delegate qa
         complete qa
         delegate back in review",
        "delegate back in review -> step 'review' is pending, not active
         build active, review pending
         #1 qa: completed",
    );
    check(
        "build: back",
        "delegate qa in build
         complete qa
         delegate back in nothing",
        "delegate back in nothing -> there is no step 'nothing'
         build active
         #1 qa in build: completed",
    );
}

#[test]
fn a_fallback_agent_does_the_required_agents_part() {
    check(
        "build: back; review: qa",
        "delegate back fallback front
         fail back
         complete front",
        "build completed, review active
         #1 back in build: completed, attempt 2 by front",
    );
}

#[test]
fn an_agent_in_two_active_steps_must_be_told_which_one_a_task_is_for() {
    let graph = "a: back; b: back < c; c: front";
    check(
        graph,
        "advance c
         delegate back
         delegate back in b
         delegate back in a
         complete back #2
         delegate back",
        "a active, b completed, c completed
         #1 back: pending
         #2 back in b: completed
         #3 back in a: pending
         #4 back in a: pending",
    );
}

#[test]
fn a_step_that_requires_nobody_is_ended_by_hand() {
    check(
        "think:; build: back",
        "delegate back
         complete back
         advance
         advance think",
        "advance think -> step 'think' is completed, not active
         think completed, build active
         #1 back: completed",
    );
}

#[test]
fn a_new_plan_keeps_the_state_of_the_steps_that_keep_their_name() {
    check(
        "design: orch; build: back",
        "advance
         delegate back
         plan check: front; build: back; review: qa",
        "check active, build active, review pending
         #1 back in build: pending",
    );
}

#[test]
fn a_new_plan_cancels_the_tasks_of_the_active_steps_that_it_drops() {
    check(
        "build: back; review: qa",
        "delegate back
         plan review: qa",
        "review active
         #1 back in build: cancelled",
    );
}

#[test]
fn a_new_plan_starts_what_no_longer_waits() {
    check(
        "design: orch; build: back; review: qa",
        "plan design: orch; build: back; review: qa < build",
        "design active, build active, review pending",
    );
}

#[test]
fn a_step_whose_last_missing_agent_a_new_plan_drops_is_complete() {
    check(
        "build: back front; review: qa",
        "delegate back
         complete back
         plan build: back; review: qa",
        "build completed, review active
         #1 back in build: completed",
    );
}

#[test]
fn an_agent_that_a_new_plan_adds_to_an_active_step_gets_its_task() {
    check(
        "build: back *",
        "accept back
         plan build: back front *",
        "build active
         #1 back in build: in_progress
         #2 front in build: pending",
    );
}

#[test]
fn a_plan_as_it_is_read_can_be_given_back_after_an_agent_of_a_finished_step_left() {
    check(
        "build: back; review: qa",
        "delegate back
         complete back
         remove back
         plan build: back; review: qa < build
         plan build: back; review: qa back < build",
        "plan build: back; review: qa back < build -> /steps/1/required_agents/1: t://back does not take part in the session
         build completed, review active
         #1 back in build: completed",
    );
}

#[test]
fn the_event_says_which_step_is_current_and_when_the_last_one_has_ended() {
    let mut fixture = Fixture::new("a:; b:");
    fixture.script("advance\nadvance");
    let advanced: Vec<_> = fixture
        .events
        .iter()
        .filter_map(|event| match &event.body {
            sessiond_core::EventBody::WorkflowAdvanced(WorkflowAdvanced {
                current_step,
                workflow_completed,
                ..
            }) => Some((current_step.as_deref(), *workflow_completed)),
            _ => None,
        })
        .collect();
    assert_eq!(advanced, [(Some("a"), false), (Some("b"), false), (None, true)]);
}

#[test]
fn a_session_without_a_plan_has_no_workflow_to_change() {
    check(
        "",
        "advance
         put current=a
         delegate back in a",
        "advance -> the session has no workflow: set one first
         put current=a -> the session has no workflow: set one first
         delegate back in a -> the session has no workflow: set one first",
    );
    let mut fixture = Fixture::new("");
    fixture.run(Command::Workflow(workflow::Command::Update(WorkflowUpdate::default()))).unwrap();
    assert_eq!(fixture.session.revision, 5, "an update that says nothing changes nothing");
}

#[test]
fn the_request_of_a_planned_task_comes_from_the_engine_and_names_its_step() {
    let fixture = Fixture::new("build: back *");
    let request = &fixture.world.delivered[0];
    assert_eq!(request.message_type, MessageType::TaskRequest);
    assert!(request.sender.agent_id.is_engine());
    assert_eq!(request.metadata["step"], "build");
    assert_eq!(request.metadata["task_attempt"], 1);
    assert_eq!(steps("build: back *").len(), 1);
}

#[test]
fn a_step_waits_for_all_the_tasks_of_its_required_agents_and_for_optional_work_that_has_begun() {
    check(
        "build: back; review: qa",
        "delegate back
         delegate back
         delegate back
         accept back #1
         complete back #1",
        "build active, review pending
         #1 back in build: completed
         #2 back in build: pending
         #3 back in build: pending",
    );
    check(
        "build: back ?front ?qa; review: qa",
        "delegate front
         delegate qa
         accept front
         delegate back
         complete back
         complete front",
        "build completed, review active
         #1 front in build: completed
         #2 qa in build: cancelled
         #3 back in build: completed",
    );
}

#[test]
fn a_further_task_of_an_agent_whose_step_still_has_its_work_belongs_to_that_step() {
    check(
        "build: back; review: qa",
        "delegate back
         delegate back
         complete back #1
         delegate back
         complete back #2",
        "build active, review pending
         #1 back in build: completed
         #2 back in build: completed
         #3 back in build: pending",
    );
}

#[test]
fn a_step_is_complete_when_the_last_open_task_of_its_work_is_cancelled_or_leaves() {
    check(
        "build: back; review: qa",
        "delegate back
         delegate back
         complete back #1
         cancel back #2",
        "build completed, review active
         #1 back in build: completed
         #2 back in build: cancelled",
    );
    check(
        "build: back; review: qa",
        "delegate back
         delegate back
         complete back #1
         remove back",
        "build completed, review active
         #1 back in build: completed
         #2 back in build: cancelled",
    );
}

#[test]
fn a_step_may_wait_for_the_first_of_its_agents_or_for_some_of_them() {
    check(
        "build: back front qa & first *; review: qa",
        "fail back
         accept front
         complete qa",
        "build completed, review active
         #1 back in build: failed
         #2 front in build: cancelled
         #3 qa in build: completed",
    );
    check(
        "build: back front qa & 2 *; review: qa",
        "complete back
         fail front
         complete qa",
        "build completed, review active
         #1 back in build: completed
         #2 front in build: failed
         #3 qa in build: completed",
    );
    check(
        "build: back front qa & 2 *; review: qa",
        "fail back
         fail front",
        "session failed: step 'build' failed
         build failed, review pending
         #1 back in build: failed
         #2 front in build: failed
         #3 qa in build: cancelled",
    );
}

#[test]
fn a_step_that_could_never_be_done_is_refused() {
    check_refused("a: back & 2", "/workflow/0/join: it has 1 required agents, so it cannot wait for 2");
    check_refused("a: & first", "/workflow/0/join: it has 0 required agents, so it cannot wait for 1");
    check_refused("a: *", "/workflow/0/task: nobody would receive it: name required_agents");
}
