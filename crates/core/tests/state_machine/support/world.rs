//! A model of what the engine does with effects, and of what must hold of it and the state together.

use std::collections::{BTreeMap, BTreeSet};

use sessiond_core::{
    AgentId, Effect, Join, JoinWord, Message, MessageId, MessageKind, MessageType, OnFailure,
    ParticipantStatus, Question, QuestionKind, Session, Span, Status, Step, StepStatus, TaskStatus, Timer,
    TimerAction, Timestamp, TurnStatus,
};

/// Timers and inboxes as the effects have left them. Nobody acknowledges anything.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub timers: BTreeMap<String, Timer>,
    pub set_ever: Vec<Timer>,
    pub inbox: Vec<(AgentId, MessageId)>,
    pub held: Vec<(AgentId, MessageId)>,
    pub delivered: Vec<Message>,
    pub kinds: Vec<MessageKind>,
    pub not_before: BTreeMap<MessageId, Timestamp>,
    /// The time of the last decision.
    pub now: Timestamp,
}

impl World {
    pub fn run(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::SetTimer(timer) => {
                    self.set_ever.push(timer.clone());
                    self.timers.insert(timer.key.clone(), timer.clone());
                }
                Effect::ClearTimer(key) => {
                    self.timers.remove(key);
                    // Only a failed execution that goes on takes its end back.
                    self.set_ever.retain(|timer| key != "cascade" || timer.key != *key);
                }
                Effect::Deliver { message, not_before, kind } => {
                    self.kinds.push(*kind);
                    assert!(!message.recipient.agent_id.is_engine(), "the engine has no inbox");
                    let slot = (message.recipient.agent_id.clone(), message.message_id.clone());
                    assert!(!self.inbox.contains(&slot), "{slot:?} is delivered twice");
                    self.inbox.push(slot);
                    self.not_before.insert(message.message_id.clone(), not_before.unwrap_or(self.now));
                    self.delivered.push(Message::clone(message));
                }
                Effect::Hold { recipient, message_id } => {
                    let slot = (recipient.clone(), message_id.clone());
                    assert!(self.inbox.contains(&slot), "{slot:?} is held and not there");
                    self.held.push(slot);
                }
                Effect::Withdraw { recipient, message_id, .. } => {
                    self.held.retain(|slot| *slot != (recipient.clone(), message_id.clone()));
                    self.inbox.retain(|slot| *slot != (recipient.clone(), message_id.clone()));
                }
            }
        }
    }

    /// The next timer that is due at `now`, which goes.
    pub fn take_due(&mut self, now: i64) -> Option<Timer> {
        let due = self.timers.values().filter(|timer| timer.at.millis() <= now);
        let key = due.min_by_key(|timer| timer.at).map(|timer| timer.key.clone())?;
        self.timers.remove(&key)
    }

    /// What must hold after every command.
    pub fn check(&self, session: &Session) {
        self.check_tasks(session);
        self.check_delayed(session);
        self.check_timers(session);
        self.check_conversation(session);
        check_participants(session);
        check_calls(session);
        if let Some(workflow) = &session.workflow {
            for step in workflow.steps.iter().filter(|_| session.status == Status::Active) {
                let ready = step.dependencies.iter().all(|name| is_complete(session, name));
                assert!(
                    step.status != StepStatus::Pending || !ready,
                    "'{}' is ready and does not start",
                    step.name
                );
            }
        }
    }

    /// One turn runs at most, what is open is known as such, and a timer sees to what comes next.
    fn check_conversation(&self, session: &Session) {
        let conversation = &session.conversation;
        let of = |status| {
            let turns = conversation.turns.values().filter(move |turn| turn.status == status);
            turns.map(|turn| &turn.id).collect::<BTreeSet<_>>()
        };
        let running: BTreeSet<_> = conversation.running.iter().map(|running| &running.turn).collect();
        assert_eq!(of(TurnStatus::Running), running);
        assert_eq!(of(TurnStatus::Queued), conversation.queue.iter().collect());
        let parents = conversation.turns.values().filter_map(|turn| turn.parent.as_ref());
        for known in parents.chain(&conversation.head) {
            assert!(conversation.turns.contains_key(known), "there is no turn {known}");
        }
        let mut ended = conversation.turns.values().filter(|turn| !turn.status.is_open());
        assert!(ended.all(|turn| turn.ended_at.is_some()), "an end has a time");
        let head = conversation.head.as_ref().and_then(|head| conversation.turns.get(head));
        assert!(head.is_none_or(|head| head.is_said()), "the head was said");
        for through in conversation.compacted.keys() {
            let turn = conversation.turns.get(through).expect("what is summarised is there");
            assert!(turn.is_said() && !turn.status.is_open(), "{through} was said");
        }
        let lease = self.timers.get("turn_lease").map(|timer| timer.action.clone());
        let expected = conversation.running.as_ref().map(|running| running.runner);
        assert_eq!(lease, expected.map(|runner| TimerAction::ExpireTurnLease { runner }));
        let waits = conversation.running.is_none() && !conversation.queue.is_empty();
        assert_eq!(self.timers.contains_key("turns"), waits, "the next turn begins by a timer");
    }

    /// What is delayed comes at its time or is taken back.
    fn check_delayed(&self, session: &Session) {
        for message in &self.delivered {
            let due = self.not_before[&message.message_id];
            assert!(message.deliver_at.is_none_or(|at| at <= due), "{} comes early", message.message_id);
            let slot = (message.recipient.agent_id.clone(), message.message_id.clone());
            let waits = self.inbox.contains(&slot);
            let ended = session.ended_at.filter(|_| session.status != Status::Active);
            assert!(
                ended.is_none_or(|at| due <= at) || !waits,
                "{} outlives its session",
                message.message_id
            );
        }
        for task in session.tasks.values().filter(|task| task.status == TaskStatus::Pending) {
            let due = self.not_before[&task.message_id];
            assert!(task.deliver_at.is_none_or(|at| at <= due), "{} is requested early", task.id);
            assert!(task.deadline > due || task.start_within == Some(Span::from_millis(0)));
        }
    }

    fn check_tasks(&self, session: &Session) {
        let requests = self.delivered.iter().filter(|m| m.message_type == MessageType::TaskRequest);
        let waiting = requests.filter(|request| {
            self.inbox.contains(&(request.recipient.agent_id.clone(), request.message_id.clone()))
        });
        assert_eq!(waiting.count(), session.open_tasks().count(), "no request of an earlier attempt is left");
        for task in session.tasks.values() {
            let request = (task.assignee.clone(), task.message_id.clone());
            let waiting = self.inbox.iter().filter(|slot| **slot == request).count();
            let timer = self.timers.get(&format!("task:{}", task.id));
            if task.status.is_open() {
                assert_eq!(waiting, 1, "the request of {} waits in the inbox of its assignee", task.id);
                let held = self.held.contains(&request);
                assert_eq!(
                    held,
                    task.status == TaskStatus::InProgress,
                    "the request of {} is held once accepted",
                    task.id
                );
                if task.waiting_since.is_some() {
                    assert_eq!((task.status, timer), (TaskStatus::InProgress, None), "its time stands still");
                    let asked = |question: &&std::sync::Arc<Question>| {
                        question.asked.asker.task_id.as_ref() == Some(&task.id)
                    };
                    assert!(session.questions.open().iter().any(asked), "it waits for nothing");
                } else {
                    let timer = timer.expect("an open task has a deadline timer");
                    assert_eq!(timer.at, task.deadline);
                    let (task, attempt) = (task.id.clone(), task.attempt);
                    assert_eq!(timer.action, TimerAction::TaskDeadline { task, attempt });
                }
            } else {
                assert_eq!(waiting, 0, "the request of {} is taken back", task.id);
                assert!(timer.is_none(), "a closed task has no timer");
                assert!(task.ended_at.is_some());
            }
            let answers = self.delivered.iter().filter(|message| {
                matches!(message.message_type, MessageType::TaskResponse | MessageType::Error)
                    && message.metadata.get("task_id").and_then(|id| id.as_str()) == Some(task.id.as_str())
                    && Some(&message.recipient.agent_id) == task.delegator.as_ref()
            });
            assert!(
                answers.count() <= task.attempts.len().max(1),
                "the delegator of {} is told once of each end",
                task.id
            );
        }
    }

    fn check_timers(&self, session: &Session) {
        let open = session.open_tasks().filter(|task| task.waiting_since.is_none()).count();
        let deadlines = self.timers.keys().filter(|key| key.starts_with("task:")).count();
        assert_eq!(open, deadlines, "each open task has exactly one timer, and nothing else has");
        let expires = session.expires_at.filter(|_| session.status == Status::Active);
        let expiry = self.timers.get("expiry").map(|timer| timer.at);
        assert_eq!(expiry, expires);
        let leases: BTreeMap<_, _> = self
            .timers
            .iter()
            .filter_map(|(key, timer)| Some((key.strip_prefix("lease:")?, &timer.action)))
            .collect();
        for participant in session.participants.iter() {
            let expected = participant.lease.as_ref().map(|lease| TimerAction::ExpireLease {
                agent: participant.agent_id.clone(),
                fence: lease.fence,
            });
            assert_eq!(leases.get(participant.agent_id.as_str()).copied(), expected.as_ref());
        }
        let held = session.calls.as_ref().filter(|calls| calls.held().is_some());
        let expected = held.map(|calls| TimerAction::ExpireExecutionLease { writer: calls.writer });
        let timer = self.timers.get("execution_lease").map(|timer| timer.action.clone());
        assert_eq!(timer, expected, "a lease in force has a timer, and nothing else has");
        let asked = session.questions.open();
        let asked: BTreeMap<_, _> = asked
            .into_iter()
            .filter_map(|question| {
                Some((format!("question/{}", question.asked.question_id), question.asked.deadline?))
            })
            .collect();
        let waiting: BTreeMap<_, _> = self
            .timers
            .iter()
            .filter(|(key, _)| key.starts_with("question/"))
            .map(|(key, timer)| (key.clone(), timer.at))
            .collect();
        assert_eq!(waiting, asked, "each open question with a deadline has exactly one timer");
        if session.status != Status::Active {
            assert!(session.questions.open.is_empty(), "an ended session has no open question");
            assert_eq!(open, 0, "an ended session has no open task");
            assert!(
                self.timers
                    .keys()
                    .all(|key| key == "cascade" || key.starts_with("texts") || key.starts_with("files/"))
            );
            let success = session.status == Status::Completed;
            let passed_on = self.set_ever.iter().any(|timer| timer.key == "cascade");
            assert_eq!(passed_on, !success, "an end without success reaches the children");
        }
    }
}

fn check_participants(session: &Session) {
    for participant in session.participants.iter() {
        let working = session
            .tasks
            .values()
            .filter(|task| task.status == TaskStatus::InProgress && task.assignee == participant.agent_id)
            .count();
        assert_eq!(participant.working, working as u64, "{}", participant.agent_id);
        match participant.status {
            ParticipantStatus::Busy => assert!(working > 0),
            ParticipantStatus::Active | ParticipantStatus::Left => assert_eq!(working, 0),
            ParticipantStatus::Waiting => assert!(participant.lease.is_none()),
            ParticipantStatus::SessionTerminated => assert_ne!(session.status, Status::Active),
        }
        if session.status != Status::Active {
            assert!(matches!(
                participant.status,
                ParticipantStatus::Left | ParticipantStatus::SessionTerminated
            ));
        }
        if let Some(lease) = &participant.lease {
            assert_eq!(lease.fence, participant.fence);
            assert_eq!(session.status, Status::Active, "an ended session has no lease");
        }
    }
}

/// Each call that began is counted once: as open, or by how it ended.
fn check_calls(session: &Session) {
    let Some(calls) = &session.calls else { return };
    let ended = calls.completed + calls.failed + calls.timeout + calls.cancelled + calls.abandoned;
    assert_eq!(calls.last, ended + calls.interrupted + calls.open.len() as u64);
    assert!(session.status == Status::Active || calls.open.is_empty(), "an ended session has no open call");
    for (call, open) in &calls.open {
        assert!(*call <= calls.last);
        assert!(open.parent.is_none_or(|parent| parent < *call), "a call is made by an earlier one");
    }
}

pub fn is_complete(session: &Session, name: &str) -> bool {
    let step = session.workflow.as_ref().and_then(|workflow| workflow.step(name));
    step.is_some_and(|step| step.status == StepStatus::Completed)
}

/// Whether `agent` has done its part in `step`, worked out apart from the code under test.
pub fn has_finished(session: &Session, step: &Step, agent: &AgentId) -> bool {
    session.tasks.values().any(|task| {
        let ended_well = task.status == TaskStatus::Completed
            || (step.on_failure == OnFailure::Continue
                && matches!(task.status, TaskStatus::Failed | TaskStatus::Timeout));
        ended_well
            && task.revision >= step.started_revision
            && task.step.as_ref() == Some(&step.name)
            && task.delegatee == *agent
    })
}

/// Whether the question of a step, if it has one, was answered since it started, and not by a rejection.
pub fn may_begin(session: &Session, step: &Step) -> bool {
    if step.question.is_none() {
        return true;
    }
    let asked = session.questions.in_order();
    let newest = asked.iter().rfind(|question| {
        question.asked.by_plan
            && question.asked.asker.step.as_ref() == Some(&step.name)
            && question.seq >= step.started_revision
    });
    newest.is_some_and(|question| match &question.answer {
        Some(answer) => question.asked.kind == QuestionKind::Input || answer["approved"] == true,
        None => false,
    })
}

/// Whether as many agents as a step waits for have done their part.
pub fn has_enough(session: &Session, step: &Step) -> bool {
    if !may_begin(session, step) {
        return false;
    }
    if step.required_agents.is_empty() {
        return step.question.is_some();
    }
    let finished = step.required_agents.iter().filter(|agent| has_finished(session, step, agent)).count();
    finished > 0
        && finished
            >= match step.join {
                Join::Word(JoinWord::All) => step.required_agents.len(),
                Join::Word(JoinWord::First) => 1,
                Join::Number(number) => number as usize,
            }
}

/// Whether a step that waits for all has work that it waits for.
pub fn has_work(session: &Session, step: &Step) -> bool {
    step.join == Join::Word(JoinWord::All)
        && session.open_tasks().any(|task| {
            task.step.as_ref() == Some(&step.name)
                && task.revision >= step.started_revision
                && (task.status == TaskStatus::InProgress || step.required_agents.contains(&task.delegatee))
        })
}
