//! Any sequence of commands, by anybody, with ids that exist and ids that do not, with timers at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::value::RawValue;
use sessiond_core::*;

use crate::support::any::{AnyStep, AnyWorkflow, Caller, Op, What, any_op, any_plan, name, principal};
use crate::support::world::{has_enough, has_work, is_complete};
use crate::support::{Fixture, client, moment, new_session, session_id};

/// A session under test, and the steps whose state the rules of the plan do not explain: a plan that is edited keeps
/// the state of its steps.
struct Run {
    fixture: Fixture,
    edited: BTreeSet<String>,
    forks: u32,
}

impl Run {
    fn op(&mut self, op: Op) {
        match op {
            Op::Wait(millis) => self.fixture.wait(millis),
            Op::Fire { timer, stale } => self.fire(&timer, stale),
            Op::Fork { at } => self.fork(&at),
            Op::Import => self.import(),
            Op::Give { who, what } => self.command(&who, what),
        }
    }

    fn command(&mut self, who: &Caller, what: What) {
        let by_plan = matches!(what, What::Workflow(AnyWorkflow::Plan(_)));
        let command = what.build(&self.fixture);
        let principal = principal(who.principal);
        let acting = match &command {
            Command::Tasks(tasks::Command::Report(report)) => {
                self.fixture.session.tasks.get(&report.task).map(|task| task.assignee.clone())
            }
            Command::Messages(messages::Command::Send(message)) => Some(message.sender.agent_id.clone()),
            Command::Tasks(tasks::Command::Delegate(task)) => task.delegator.clone(),
            Command::Participants(participants::Command::ReleaseLease { agent }) => Some(agent.clone()),
            _ => who.says.map(name),
        };
        let present = acting.and_then(|agent| self.fixture.session.participant(&agent).cloned());
        let present = present.and_then(|participant| participant.lease).map(|lease| lease.fence);
        let envelope = Envelope {
            principal,
            agent: who.says.map(name),
            expected_revision: who
                .revision
                .map(|offset| self.fixture.session.revision.saturating_add_signed(offset.into())),
            fence: who.fence.and_then(|offset| present?.checked_add_signed(offset.into())),
            command,
        };
        self.give(envelope);
        if by_plan {
            let steps = self.fixture.session.workflow.iter().flat_map(|workflow| workflow.steps.clone());
            self.edited.extend(steps.filter(|step| step.status != StepStatus::Pending).map(|step| step.name));
        }
    }

    fn give(&mut self, envelope: Envelope) {
        let before = self.fixture.clone();
        if self.fixture.give(envelope).is_err() {
            assert_eq!(before.session, self.fixture.session);
            assert_eq!(before.events.len(), self.fixture.events.len());
        }
    }

    fn fire(&mut self, timer: &Index, stale: bool) {
        let world = &mut self.fixture.world;
        let timers: Vec<Timer> =
            if stale { world.set_ever.clone() } else { world.timers.values().cloned().collect() };
        if timers.is_empty() {
            return;
        }
        let timer = timer.get(&timers);
        let is_set = world.timers.get(&timer.key) == Some(timer);
        let is_due = timer.at.millis() <= self.fixture.now;
        if is_set && is_due {
            world.timers.remove(&timer.key);
        }
        // A lease is renewed by moving its timer, so its time stands nowhere else: the engine fires it when it is due, and
        // where it stands.
        let is_lease = matches!(
            timer.action,
            TimerAction::ExpireLease { .. }
                | TimerAction::ExpireExecutionLease { .. }
                | TimerAction::ExpireTurnLease { .. }
        );
        let is_moved = !is_set
            && matches!(
                timer.action,
                TimerAction::ExpireExecutionLease { .. } | TimerAction::ExpireTurnLease { .. }
            );
        let too_early = is_set && !is_due && is_lease || is_moved;
        if let Some(command) = Command::of_timer(&timer.action).filter(|_| !too_early) {
            let revision = self.fixture.session.revision;
            self.fixture.give(Envelope::new(Principal::engine(), command)).expect("a timer is never refused");
            if !is_due {
                assert_eq!(revision, self.fixture.session.revision, "{timer:?} fired early");
            }
        }
    }

    fn fork(&mut self, at: &Index) {
        let copied = at.index(self.fixture.events.len()) + 1;
        let events = self.fixture.events[..copied].to_vec();
        let source = Session::replay(&events).unwrap().unwrap();
        self.forks += 1;
        let id = session_id(&format!("fork{}", self.forks));
        let moment = self.fixture.moment();
        let decision = fork(&source, id, &client("owner"), &moment).unwrap();
        self.fixture = Fixture::from_decision(decision, events, self.fixture.now, self.fixture.nonce);
        assert_eq!(self.fixture.session.status, Status::Active);
        let known = self.fixture.session.workflow.iter().flat_map(|workflow| workflow.steps.clone());
        // The revision may lie before an edit or after it, and the plan may have been completed in between.
        self.edited.extend(known.map(|step| step.name));
    }

    fn import(&mut self) {
        let events = self.fixture.events.clone();
        let source = Session::replay(&events).unwrap().unwrap();
        self.forks += 1;
        let id = session_id(&format!("fork{}", self.forks));
        let moment = self.fixture.moment();
        let decision = import(&source, id, "importer".into(), &client("importer"), &moment).unwrap();
        let has_passed_on = self.fixture.world.set_ever.iter().any(|timer| timer.key == "cascade");
        self.fixture = Fixture::from_decision(decision, events, self.fixture.now, self.fixture.nonce);
        assert_eq!(self.fixture.session.status, source.status, "an import changes no end");
        assert!(self.fixture.session.imported_from.is_some());
        if has_passed_on && source.status != Status::Active {
            // The end was passed on where it happened.
            self.fixture.world.set_ever.push(Timer {
                key: "cascade".into(),
                at: moment.now,
                action: TimerAction::EndChildren,
            });
        }
        let known = self.fixture.session.workflow.iter().flat_map(|workflow| workflow.steps.clone());
        self.edited.extend(known.map(|step| step.name));
    }

    fn check(&mut self) {
        let Fixture { session, events, world, .. } = &self.fixture;
        world.check(session);
        assert_eq!(session.revision, events.len() as u64);
        let steps = || session.workflow.iter().flat_map(|workflow| &workflow.steps);
        for step in steps().filter(|step| !self.edited.contains(&step.name)) {
            let ready = step.dependencies.iter().all(|name| is_complete(session, name));
            if step.status == StepStatus::Active {
                assert!(ready, "'{}' is active before its dependencies are complete", step.name);
            }
            let by_hand = step.is_manual();
            // Its question may have been rejected.
            let is_passed_over = step.question.is_some() && step.on_failure == OnFailure::Continue;
            if step.status == StepStatus::Completed && !by_hand && !is_passed_over {
                assert!(has_enough(session, step), "'{}' is complete too early", step.name);
            }
        }
        for step in
            steps().filter(|step| session.status == Status::Active && step.status == StepStatus::Active)
        {
            let done = has_enough(session, step) && !has_work(session, step);
            assert!(!done, "'{}' has all it waits for and is not complete", step.name);
        }
        let names: BTreeSet<&str> =
            steps().filter(|s| s.status == StepStatus::Pending).map(|s| s.name.as_str()).collect();
        let edited = self.edited.iter().filter(|name| !names.contains(name.as_str())).cloned();
        self.edited = edited.collect();
    }

    /// The journal, written and read again, gives the state; so does any snapshot with what came after it.
    fn check_journal(&self, cut: &Index) {
        let Fixture { session, events, .. } = &self.fixture;
        for (i, event) in events.iter().enumerate() {
            assert_eq!(event.seq, i as u64 + 1);
        }
        let stored: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let read: Vec<Event> = stored.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        for ((event, read), text) in events.iter().zip(&read).zip(&stored) {
            assert_eq!(event, read);
            check_text(event, text);
        }
        let replayed = Session::replay(&read).unwrap().unwrap();
        assert_eq!(&replayed, session);

        let cut = cut.index(events.len()) + 1;
        let early = Session::replay(&read[..cut]).unwrap().unwrap();
        let snapshot = serde_json::to_string(&early).unwrap();
        let mut restored: Session = serde_json::from_str(&snapshot).unwrap();
        assert_eq!(restored, early);
        for event in &read[cut..] {
            restored.apply(event).unwrap();
        }
        assert_eq!(&restored, session);
    }
}

/// The text of an event is read as the event, in whatever order its members are; without inputs if those are skipped.
fn check_text(event: &Event, text: &str) {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    let members: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    // In this order the payload comes before the type.
    let sorted = format!("{{{}}}", members.join(","));
    let mut bare = event.clone();
    if let EventBody::CallsRecorded(recorded) = &mut bare.body {
        for began in Arc::make_mut(&mut recorded.calls).iter_mut().filter_map(|entry| entry.began.as_mut()) {
            began.input = None;
        }
    }
    for text in [text, &sorted] {
        assert_eq!(Event::read(text, Inputs::Kept).unwrap().as_ref(), Some(event));
        assert_eq!(Event::read(text, Inputs::Skipped).unwrap(), Some(bare.clone()));
    }
}

/// How long a program that fails is simplified before it is reported.
const SHRINK_MS: u32 = 5_000;

fn cases() -> u32 {
    if std::env::var_os("SESSIOND_LONG").is_some() { 20_000 } else { 300 }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: None,
        max_shrink_time: SHRINK_MS,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sequence_of_commands_keeps_every_invariant_and_replays_to_the_same_state(
        kind in prop::sample::select(Kind::ALL),
        plan in any_plan(),
        ops in prop::collection::vec(any_op(), 1..60),
        cut in any::<Index>(),
    ) {
        let mut new = new_session("");
        new.kind = kind;
        new.idle_timeout = (kind == Kind::Assistant).then(|| Span::from_secs(20));
        new.workflow = Some(plan.into_iter().map(AnyStep::build).collect());
        let fixture = Fixture::create(new, &client("owner")).unwrap_or_else(|_| Fixture::new("a: back; b: front"));
        let mut run = Run { fixture, edited: BTreeSet::new(), forks: 0 };
        run.check();
        for op in ops {
            run.op(op);
            run.check();
        }
        run.check_journal(&cut);
    }

    #[test]
    fn any_events_at_all_fold_to_a_state_or_an_error_and_never_panic(
        plan in any_plan(),
        ops in prop::collection::vec(any_op(), 1..20),
        order in prop::collection::vec(any::<Index>(), 1..40),
    ) {
        let mut run = Run { fixture: Fixture::new("a: back; b: front"), edited: BTreeSet::new(), forks: 0 };
        run.command(&Caller { principal: 0, says: None, fence: None, revision: None }, What::Workflow(AnyWorkflow::Plan(plan)));
        for op in ops {
            run.op(op);
        }
        let events = &run.fixture.events;
        let mut session = Session::begin(&events[0]).unwrap();
        for (i, index) in order.iter().enumerate() {
            let event = Event { seq: i as u64 + 2, ..index.get(events).clone() };
            if session.apply(&event).is_err() {
                break;
            }
        }
        // What such a state decides is refused or folds as well.
        let _ = decide(&session, Envelope::new(Principal::local(), Command::Lifecycle(lifecycle::Command::Expire)), &moment(0, 1));
    }
}

/// What the programs above are drawn from leaves nothing out: a command or an event that is added is drawn too.
#[test]
fn the_random_programs_draw_every_command_and_make_every_event() {
    let mut runner = TestRunner::deterministic();
    let mut commands = BTreeSet::new();
    let mut events = BTreeSet::new();
    let programs = (prop::sample::select(Kind::ALL), any_plan(), prop::collection::vec(any_op(), 1..60));
    let all_commands: BTreeSet<_> = Command::KINDS
        .iter()
        .flat_map(|(facet, names)| names.iter().map(move |name| (*facet, *name)))
        .collect();
    let all_events: BTreeSet<_> = EventBody::KINDS.iter().copied().collect();
    // A fifth of these is enough today.
    for _ in 0..1_000 {
        let (kind, plan, ops) = programs.new_tree(&mut runner).unwrap().current();
        let mut new = new_session("");
        new.kind = kind;
        new.idle_timeout = (kind == Kind::Assistant).then(|| Span::from_secs(20));
        new.workflow = Some(plan.into_iter().map(AnyStep::build).collect());
        let Ok(fixture) = Fixture::create(new, &client("owner")) else { continue };
        let mut run = Run { fixture, edited: BTreeSet::new(), forks: 0 };
        for op in ops {
            let fork = matches!(op, Op::Fork { .. } | Op::Import);
            let before = if fork { 0 } else { run.fixture.events.len() };
            run.op(op);
            events.extend(run.fixture.events[before..].iter().map(|event| event.body.kind()));
            commands.extend(run.fixture.given.drain(..));
        }
        if commands == all_commands && events == all_events {
            return;
        }
    }
    panic!(
        "never drawn: {:?}, never made: {:?}",
        all_commands.difference(&commands).collect::<Vec<_>>(),
        all_events.difference(&events).collect::<Vec<_>>()
    );
}
