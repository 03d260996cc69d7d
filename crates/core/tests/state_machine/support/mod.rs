//! A session on the fixture: commands go in, and what follows from their effects is kept beside the state.

pub mod any;
pub mod script;
pub mod world;

use serde_json::Value;
use sessiond_core::{
    AgentId, AgentPattern, AskQuestion, Asker, Command, CreateSession, Decision, DelegateTask, Envelope,
    Event, Join, JoinWord, Kind, Message, MessageId, MessageType, Moment, NewParticipant, NewStep, OnFailure,
    Party, Principal, Priority, QuestionId, QuestionKind, Receipt, Rejection, Role, Routing, Session,
    SessionId, Task, TaskId, TaskTemplate, Timestamp, WorkflowUpdate, create, decide, questions, tasks,
};

use world::World;

/// 2025-02-02T11:00:00Z, when the tutorial's message was sent.
const BEGIN: i64 = 1_738_494_000_000;

/// `t://back` for `back`; a name with a framework stays as it is.
pub fn agent(name: &str) -> AgentId {
    let id = if name.contains("://") { name.to_owned() } else { format!("t://{name}") };
    AgentId::parse(id).unwrap()
}

pub fn session_id(name: &str) -> SessionId {
    SessionId::parse(name).unwrap()
}

/// A key that acts as the agents named.
pub fn key(name: &str, agents: &[&str]) -> Principal {
    let pattern = |name: &&str| match name.ends_with('*') {
        true => AgentPattern((*name).into()),
        false => AgentPattern(agent(name).to_string()),
    };
    Principal::new(name, Role::Agent, agents.iter().map(pattern).collect())
}

pub fn client(name: &str) -> Principal {
    Principal::new(name, Role::Client, Vec::new())
}

/// A session with an orchestrator `orch` and the agents `back`, `front` and `qa`, owned by `owner`.
pub fn new_session(plan: &str) -> CreateSession {
    CreateSession {
        session_id: session_id("s"),
        kind: Kind::Workflow,
        name: None,
        client_id: None,
        orchestrator: Some(agent("orch")),
        participants: ["back", "front", "qa"].map(|name| participant(name, "implementer")).into(),
        workflow: (!plan.trim().is_empty()).then(|| steps(plan)),
        shared_context: None,
        labels: Default::default(),
        expires_in: None,
        parent: None,
        idle_timeout: None,
        token: None,
        process: None,
        lease: None,
        batch: None,
    }
}

pub fn question_id(id: &str) -> QuestionId {
    QuestionId::parse(id).unwrap()
}

/// A question of the session.
pub fn input(id: &str) -> AskQuestion {
    AskQuestion {
        id: Some(question_id(id)),
        kind: QuestionKind::Input,
        text: "Which region?".into(),
        details: None,
        schema: None,
        asker: Asker::default(),
        answerers: vec![],
        timeout: None,
        default: None,
    }
}

pub fn ask(ask: AskQuestion) -> Command {
    Command::Questions(questions::Command::Ask(Box::new(ask)))
}

pub fn participant(name: &str, role: &str) -> NewParticipant {
    NewParticipant { agent_id: agent(name), framework: None, role: role.into() }
}

/// Steps, one a line or between semicolons: `name: agent agent ?optional < dependency dependency ! retry & first * fallback`.
/// `*` gives the step a task of its own, whose fallback agents may follow.
pub fn steps(plan: &str) -> Vec<NewStep> {
    let lines = plan.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(step).collect()
}

fn step(line: &str) -> NewStep {
    let (name, rest) = line.split_once(':').unwrap_or((line, ""));
    let mut step = NewStep { name: name.trim().into(), ..NewStep::default() };
    let mut section = ' ';
    for word in rest.split_whitespace() {
        match (section, word) {
            (_, "<" | "!" | "*" | "&") => section = word.chars().next().unwrap(),
            ('<', name) => step.dependencies.push(name.into()),
            ('!', "continue") => step.on_failure = OnFailure::Continue,
            ('!', "retry") => step.on_failure = OnFailure::Retry,
            ('!', "fail") => step.on_failure = OnFailure::Fail,
            ('!', other) => panic!("no policy is called {other}"),
            ('&', "first") => step.join = Join::Word(JoinWord::First),
            ('&', number) => step.join = Join::Number(number.parse().unwrap()),
            ('*', name) => template(&mut step).fallback_agents.push(agent(name)),
            (_, name) => match name.strip_prefix('?') {
                Some(name) => step.optional_agents.push(agent(name)),
                None => step.required_agents.push(agent(name)),
            },
        }
        if section == '*' {
            template(&mut step);
        }
    }
    step
}

fn template(step: &mut NewStep) -> &mut TaskTemplate {
    step.task.get_or_insert_with(|| TaskTemplate { task_type: "planned".into(), ..TaskTemplate::default() })
}

/// A new plan and nothing else.
pub fn plan(plan: &str) -> WorkflowUpdate {
    WorkflowUpdate { steps: Some(steps(plan)), ..WorkflowUpdate::default() }
}

/// A task from `orch` with nothing special.
pub fn task_for(delegatee: &str) -> DelegateTask {
    DelegateTask {
        task_type: "work".into(),
        delegator: Some(agent("orch")),
        delegatee: agent(delegatee),
        payload: Value::Null,
        step: None,
        priority: Priority::Medium,
        timeout: None,
        start_within: None,
        heartbeat: None,
        retry_policy: None,
        fallback_agents: vec![],
        message_id: None,
        deliver_at: None,
    }
}

pub fn message(id: &str, from: &str, to: &str, message_type: MessageType, payload: Value) -> Message {
    Message {
        message_id: MessageId::parse(id).unwrap(),
        timestamp: Timestamp::from_millis(BEGIN),
        sender: Party::new(agent(from)),
        recipient: Party::new(agent(to)),
        deliver_at: None,
        message_type,
        priority: Priority::Medium,
        payload,
        routing: Routing::default(),
        metadata: Default::default(),
        in_reply_to: None,
    }
}

/// A session, its journal, and what its effects have led to.
#[derive(Clone)]
pub struct Fixture {
    pub session: Session,
    pub events: Vec<Event>,
    pub world: World,
    pub now: i64,
    pub nonce: u128,
    /// The commands that were taken, each with its facet.
    pub given: Vec<(&'static str, &'static str)>,
}

impl Fixture {
    /// A new session with that plan; none when it is empty.
    pub fn new(plan: &str) -> Self {
        Self::create(new_session(plan), &client("owner")).unwrap()
    }

    pub fn create(new: CreateSession, principal: &Principal) -> Result<Self, Rejection> {
        let decision = create(new, principal, &moment(BEGIN, 0))?;
        Ok(Self::from_decision(decision, Vec::new(), BEGIN, 1 << 40))
    }

    pub fn from_decision(decision: Decision, before: Vec<Event>, now: i64, nonce: u128) -> Self {
        let mut world = World { now: Timestamp::from_millis(now), ..World::default() };
        world.run(&decision.effects);
        let mut events = before;
        events.extend(decision.events);
        Self { session: decision.session, events, world, now, nonce, given: Vec::new() }
    }

    /// Decides, and takes in what was decided.
    pub fn give(&mut self, envelope: Envelope) -> Result<Receipt, Rejection> {
        let moment = self.moment();
        let kind = envelope.command.kind();
        let decision = decide(&self.session, envelope, &moment)?;
        self.given.push(kind);
        let is_renewal = matches!(&*decision.effects, [sessiond_core::Effect::SetTimer(_)]);
        assert!(
            decision.effects.is_empty() || !decision.events.is_empty() || is_renewal,
            "only the renewal of a lease makes no event: {:?}",
            decision.effects
        );
        self.world.now = Timestamp::from_millis(self.now);
        self.world.run(&decision.effects);
        self.events.extend(decision.events);
        self.session = decision.session;
        Ok(decision.receipt)
    }

    /// A command of the person at this machine.
    pub fn run(&mut self, command: Command) -> Result<Receipt, Rejection> {
        self.give(Envelope::new(Principal::local(), command))
    }

    /// A command of an agent with a key of its own.
    pub fn run_as(&mut self, name: &str, command: Command) -> Result<Receipt, Rejection> {
        self.give(Envelope::new(key(name, &[name]), command))
    }

    /// Time passes, and timers fire.
    pub fn wait(&mut self, millis: i64) {
        let until = self.now + millis;
        while let Some(timer) = self.world.take_due(until) {
            self.now = self.now.max(timer.at.millis());
            if let Some(command) = Command::of_timer(&timer.action) {
                self.give(Envelope::new(Principal::engine(), command)).unwrap();
            }
        }
        self.now = until;
    }

    pub fn moment(&mut self) -> Moment {
        self.nonce += 1 << 32;
        moment(self.now, self.nonce)
    }

    pub fn delegate(&mut self, task: DelegateTask) -> TaskId {
        self.run(Command::Tasks(tasks::Command::Delegate(task))).unwrap().task_id().unwrap().clone()
    }

    /// The `n`th task, counted from 1 in the order of delegation.
    pub fn task(&self, n: usize) -> &Task {
        self.session.tasks.values().nth(n - 1).expect("there are that many tasks")
    }

    /// What was delivered to an agent since the beginning, as `type #task`.
    pub fn received(&self, name: &str) -> Vec<String> {
        let mine = self.world.delivered.iter().filter(|m| m.recipient.agent_id == agent(name));
        mine.map(|message| {
            let task = message.metadata.get("task_id").and_then(Value::as_str);
            match task.and_then(|id| self.number_of(id)) {
                Some(n) => format!("{} #{n}", message.message_type),
                None => message.message_type.to_string(),
            }
        })
        .collect()
    }

    fn number_of(&self, id: &str) -> Option<usize> {
        self.session.tasks.keys().position(|task| task.as_str() == id).map(|at| at + 1)
    }
}

pub fn moment(now: i64, nonce: u128) -> Moment {
    Moment { now: Timestamp::from_millis(now), nonce }
}

/// The violations of a refusal as `pointer: detail`, or the refusal itself.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, Rejection>) -> String {
    match result.expect_err("it is refused") {
        Rejection::Invalid(violations) => violations
            .iter()
            .map(|violation| format!("{}: {}", violation.pointer, violation.detail))
            .collect::<Vec<_>>()
            .join("\n"),
        other => other.to_string(),
    }
}
