//! Any command by anybody: what the property tests draw from. Ids are numbers until the state is known, so that most
//! of them fit it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::{Fixture, agent, client, key, participant};

pub const AGENTS: [&str; 7] = ["orch", "back", "front", "qa", "extra", "nobody", "sessiond://engine"];
pub const STEPS: [&str; 6] = ["a", "b", "c", "d", "e", "unknown"];

/// A command of somebody, or something else that can happen to a session.
#[derive(Debug, Clone)]
pub enum Op {
    Give {
        who: Caller,
        what: What,
    },
    Wait(i64),
    /// A timer that is set fires, when it is due or not; or one that was ever set.
    Fire {
        timer: Index,
        stale: bool,
    },
    Fork {
        at: Index,
    },
}

#[derive(Debug, Clone)]
pub struct Caller {
    pub principal: u8,
    pub says: Option<u8>,
    pub fence: Option<i8>,
    pub revision: Option<i8>,
}

/// A command whose ids are chosen when the state is known.
#[derive(Debug, Clone)]
pub enum What {
    Update {
        name: String,
        expires_in: Option<u32>,
    },
    Add(u8),
    Remove(u8),
    Claim {
        agent: u8,
        holder: bool,
        ttl: u32,
    },
    Release(u8),
    Plan(Vec<AnyStep>),
    Lists {
        current: Option<u8>,
        completed: Vec<u8>,
        pending: Vec<u8>,
    },
    Advance(Option<u8>),
    Context {
        patch: bool,
        value: Value,
    },
    Delegate {
        from: Option<u8>,
        to: u8,
        step: Option<u8>,
        request: AnyRequest,
    },
    Report {
        task: Index,
        attempt: Option<i8>,
        by: Option<u8>,
        change: AnyChange,
    },
    Send {
        from: u8,
        to: u8,
        kind: u8,
        task: Option<Index>,
        by_request: bool,
        step: Option<u8>,
        payload: Value,
        request: AnyRequest,
    },
    Begin {
        keep: Option<u8>,
    },
    Record {
        writer: i8,
        batch: i8,
        entries: Vec<AnyEntry>,
        changes: bool,
        ends: bool,
    },
    Ask {
        id: Option<u8>,
        approval: bool,
        schema: bool,
        asker: u8,
        named: bool,
        timeout: Option<u32>,
        default: bool,
    },
    Answer {
        question: Index,
        value: u8,
    },
    Withdraw(Index),
    Signal(u8),
    End(bool),
    Fail,
    Expire,
}

#[derive(Debug, Clone)]
pub struct AnyStep {
    pub name: u8,
    pub required: Vec<u8>,
    pub optional: Vec<u8>,
    pub dependencies: Vec<u8>,
    pub on_failure: u8,
    pub template: Option<AnyRequest>,
}

/// An entry of a batch of calls, which mostly fits those before it.
#[derive(Debug, Clone)]
pub struct AnyEntry {
    pub begins: bool,
    pub ends: Option<CallStatus>,
    pub which: Index,
    pub skips: u8,
    pub payload: Value,
    pub cost: f64,
}

#[derive(Debug, Clone)]
pub struct AnyRequest {
    pub timeout: Option<u32>,
    pub retries: u32,
    pub fallbacks: Vec<u8>,
}

#[derive(Debug, Clone)]
pub enum AnyChange {
    Accept,
    Progress(Value),
    Complete(Value),
    Fail(Value),
    Cancel,
}

pub fn any_agent() -> impl Strategy<Value = u8> {
    prop_oneof![30 => 0u8..4, 4 => 4u8..7]
}

pub fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(|b| json!(b)),
        any::<f64>().prop_map(|n| json!(n)),
        any::<u64>().prop_map(|n| json!(n)),
        "[a-z]{0,4}".prop_map(|text| json!(text)),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]|result|error|status|progress", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

pub fn any_request() -> impl Strategy<Value = AnyRequest> {
    let timeout = prop::option::of(0u32..20_000);
    (timeout, 0u32..3, prop::collection::vec(any_agent(), 0..3))
        .prop_map(|(timeout, retries, fallbacks)| AnyRequest { timeout, retries, fallbacks })
}

pub fn any_step() -> impl Strategy<Value = AnyStep> {
    (
        0u8..5,
        prop::collection::vec(0u8..4, 0..3),
        prop::collection::vec(any_agent(), 0..2),
        prop::collection::vec(0u8..5, 0..2),
        0u8..3,
        prop::option::of(any_request()),
    )
        .prop_map(|(name, required, optional, dependencies, on_failure, template)| AnyStep {
            name,
            required,
            optional,
            dependencies,
            on_failure,
            template,
        })
}

/// A plan that may be right: its names differ and its dependencies point back. One in ten is left as it came.
pub fn any_plan() -> impl Strategy<Value = Vec<AnyStep>> {
    (prop::collection::vec(any_step(), 1..5), 0u8..10).prop_map(|(mut steps, wild)| {
        if wild > 0 {
            let mut earlier = BTreeSet::new();
            steps.retain(|step| earlier.insert(step.name));
            let names: Vec<u8> = steps.iter().map(|step| step.name).collect();
            for (i, step) in steps.iter_mut().enumerate() {
                step.dependencies.retain(|name| names[..i].contains(name));
                for list in [&mut step.required, &mut step.optional, &mut step.dependencies] {
                    let mut seen = BTreeSet::new();
                    list.retain(|item| seen.insert(*item));
                }
                let required = step.required.clone();
                step.optional.retain(|agent| *agent < 4 && !required.contains(agent));
            }
        }
        steps
    })
}

pub fn any_change() -> impl Strategy<Value = AnyChange> {
    prop_oneof![
        3 => Just(AnyChange::Accept),
        1 => any_json().prop_map(AnyChange::Progress),
        6 => any_json().prop_map(AnyChange::Complete),
        3 => any_json().prop_map(AnyChange::Fail),
        1 => Just(AnyChange::Cancel),
    ]
}

pub fn any_entry() -> impl Strategy<Value = AnyEntry> {
    let status = prop_oneof![
        Just(CallStatus::Completed),
        Just(CallStatus::Failed),
        Just(CallStatus::Timeout),
        Just(CallStatus::Cancelled),
        Just(CallStatus::Abandoned),
    ];
    let skips = prop_oneof![40 => Just(0u8), 1 => 1u8..3];
    (any::<bool>(), prop::option::of(status), any::<Index>(), skips, any_json(), 0.0..1e9).prop_map(
        |(begins, ends, which, skips, payload, cost)| AnyEntry { begins, ends, which, skips, payload, cost },
    )
}

/// Entries as a command has them; `last` and `open` are the calls before them.
fn entries(any: Vec<AnyEntry>, mut last: u64, mut open: Vec<u64>) -> Vec<CallEntry> {
    any.into_iter()
        .map(|AnyEntry { begins, ends, which, skips, payload, cost }| {
            let some = (!open.is_empty()).then(|| *which.get(&open)).filter(|_| which.index(5) > 0);
            let begins = begins || some.is_none();
            let call = if begins { last + 1 } else { some.unwrap_or_default() } + u64::from(skips);
            if begins {
                last = call;
                open.push(call);
            }
            if ends.is_some() {
                open.retain(|other| *other != call);
            }
            let json = Json::from(&payload);
            let began = begins.then(|| CallBegan {
                parent: some,
                node: "node".into(),
                kind: CallKind::Tool,
                branch: (skips == 0).then(|| "branch#1".into()),
                position: 1,
                began_order: Some(call),
                key: "9f".into(),
                resumes: (call > 1).then_some(1),
                began_us: 17,
                input: Some(json.clone()),
                input_omitted: None,
            });
            let usage = Usage { input_tokens: u64::MAX, cost: Some(cost), ..Usage::default() };
            let error = CallError {
                kind: "Error".into(),
                message: String::new(),
                trace: None,
                value: Some(json.clone()),
            };
            let ended = ends.map(|status| CallEnded {
                status,
                ended_us: 18,
                ended_order: Some(call + 1),
                opaque: skips == 1,
                output: (status == CallStatus::Completed).then_some(json),
                output_omitted: None,
                output_sha256: None,
                error: (status == CallStatus::Failed).then_some(error),
                usage: (skips == 0).then_some(usage),
            });
            CallEntry { call, began, ended }
        })
        .collect()
}

pub fn any_what() -> impl Strategy<Value = What> {
    let lists =
        (prop::option::of(0u8..6), prop::collection::vec(0u8..6, 0..3), prop::collection::vec(0u8..6, 0..2));
    let delegate =
        (prop::option::of(any_agent()), any_agent(), prop::option::weighted(0.3, 0u8..6), any_request());
    let report = (
        any::<Index>(),
        prop::option::weighted(0.2, -1i8..2),
        prop::option::weighted(0.4, any_agent()),
        any_change(),
    );
    let off = || prop_oneof![20 => Just(0i8), 1 => -1i8..2];
    let record = (off(), off(), prop::collection::vec(any_entry(), 0..8));
    let send = (
        (any_agent(), any_agent(), 0u8..5),
        prop::option::weighted(0.8, any::<Index>()),
        any::<bool>(),
        prop::option::weighted(0.2, 0u8..6),
        any_json(),
        any_request(),
    );
    let ask = (
        (prop::option::of(0u8..4), any::<bool>(), any::<bool>()),
        0u8..4,
        prop::bool::weighted(0.2),
        prop::option::of(0u32..20_000),
        prop::bool::weighted(0.3),
    );
    prop_oneof![
        4 => ask.prop_map(|((id, approval, schema), asker, named, timeout, default)| What::Ask { id, approval, schema, asker, named, timeout, default }),
        4 => (any::<Index>(), 0u8..4).prop_map(|(question, value)| What::Answer { question, value }),
        1 => any::<Index>().prop_map(What::Withdraw),
        1 => (0u8..4).prop_map(What::Signal),
        1 => ("[a-z]{0,3}", prop::option::of(0u32..60_000)).prop_map(|(name, expires_in)| What::Update { name, expires_in }),
        2 => prop::option::weighted(0.2, 0u8..4).prop_map(|keep| What::Begin { keep }),
        8 => (record, any::<bool>(), prop::bool::weighted(0.1)).prop_map(|((writer, batch, entries), changes, ends)| What::Record { writer, batch, entries, changes, ends }),
        1 => any_agent().prop_map(What::Add),
        1 => any_agent().prop_map(What::Remove),
        2 => (any_agent(), any::<bool>(), 0u32..30_000).prop_map(|(agent, holder, ttl)| What::Claim { agent, holder, ttl }),
        1 => any_agent().prop_map(What::Release),
        2 => any_plan().prop_map(What::Plan),
        1 => lists.prop_map(|(current, completed, pending)| What::Lists { current, completed, pending }),
        1 => prop::option::of(0u8..6).prop_map(What::Advance),
        1 => (any::<bool>(), any_json()).prop_map(|(patch, value)| What::Context { patch, value }),
        6 => delegate.prop_map(|(from, to, step, request)| What::Delegate { from, to, step, request }),
        12 => report.prop_map(|(task, attempt, by, change)| What::Report { task, attempt, by, change }),
        6 => send.prop_map(|((from, to, kind), task, by_request, step, payload, request)| What::Send {
            from, to, kind, task, by_request, step, payload, request,
        }),
    ]
}

pub fn any_caller() -> impl Strategy<Value = Caller> {
    let caller = (
        prop_oneof![6 => Just(0u8), 4 => 1u8..7],
        prop::option::weighted(0.1, any_agent()),
        prop::option::weighted(0.5, prop_oneof![9 => Just(0i8), 1 => -1i8..2]),
        prop::option::weighted(0.1, -1i8..2),
    );
    caller.prop_map(|(principal, says, fence, revision)| Caller { principal, says, fence, revision })
}

pub fn any_op() -> impl Strategy<Value = Op> {
    let ends = prop_oneof![any::<bool>().prop_map(What::End), Just(What::Fail), Just(What::Expire)];
    prop_oneof![
        60 => (any_caller(), any_what()).prop_map(|(who, what)| Op::Give { who, what }),
        1 => (any_caller(), ends).prop_map(|(who, what)| Op::Give { who, what }),
        6 => (0i64..10_000).prop_map(Op::Wait),
        10 => (any::<Index>(), any::<bool>()).prop_map(|(timer, stale)| Op::Fire { timer, stale }),
        1 => any::<Index>().prop_map(|at| Op::Fork { at }),
    ]
}

pub fn principal(n: u8) -> Principal {
    match n {
        0 => Principal::local(),
        1 => client("owner"),
        2 => key("orchestrators", &["orch"]),
        3 => key("all", &["*"]),
        4 => key("workers", &["back", "front"]),
        5 => key("strangers", &["stranger"]),
        _ => client("another"),
    }
}

pub fn name(n: u8) -> AgentId {
    agent(AGENTS[usize::from(n) % AGENTS.len()])
}

pub fn step_name(n: u8) -> String {
    STEPS[usize::from(n) % STEPS.len()].into()
}

pub fn span(millis: Option<u32>) -> Option<Span> {
    millis.map(|millis| Span::from_millis(millis.into()))
}

impl AnyRequest {
    pub fn policy(&self) -> Option<RetryPolicy> {
        Some(RetryPolicy {
            max_retries: self.retries,
            backoff: Backoff::Exponential,
            ..RetryPolicy::default()
        })
    }

    pub fn fallbacks(&self) -> Vec<AgentId> {
        self.fallbacks.iter().map(|n| name(*n)).collect()
    }
}

impl AnyStep {
    pub fn build(self) -> NewStep {
        NewStep {
            name: step_name(self.name),
            description: None,
            required_agents: self.required.into_iter().map(name).collect(),
            optional_agents: self.optional.into_iter().map(name).collect(),
            dependencies: self.dependencies.into_iter().map(step_name).collect(),
            on_failure: [OnFailure::Fail, OnFailure::Continue, OnFailure::Retry]
                [usize::from(self.on_failure)],
            outputs: vec![],
            estimated_duration: None,
            task: self.template.map(|request| TaskTemplate {
                task_type: "planned".into(),
                payload: json!({ "n": 1.1 }),
                priority: Priority::High,
                timeout: span(request.timeout),
                retry_policy: request.policy(),
                fallback_agents: request
                    .fallbacks()
                    .into_iter()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
            }),
        }
    }
}

/// A question of the session, mostly an open one.
fn asked(fixture: &Fixture, index: &Index) -> QuestionId {
    let questions = &fixture.session.questions;
    let (open, all): (Vec<_>, Vec<_>) = (questions.open.iter().collect(), questions.all.keys().collect());
    match (open.is_empty(), all.is_empty()) {
        (false, _) if index.index(5) > 0 => (*index.get(&open)).clone(),
        (_, false) => (*index.get(&all)).clone(),
        _ => QuestionId::parse("unknown").unwrap(),
    }
}

impl What {
    pub fn build(self, fixture: &Fixture) -> Command {
        let tasks: Vec<&std::sync::Arc<Task>> = fixture.session.tasks.values().collect();
        let open: Vec<_> = tasks.iter().copied().filter(|task| task.status.is_open()).collect();
        // Mostly an open one, or few reports would be taken.
        let chosen = |index: &Index| match (tasks.as_slice(), open.as_slice()) {
            ([], _) => None,
            (_, [_, ..]) if index.index(5) > 0 => Some(*index.get(&open)),
            _ => Some(*index.get(&tasks)),
        };
        match self {
            What::Update { name, expires_in } => Command::Lifecycle(lifecycle::Command::Update {
                labels: Some(BTreeMap::from([("k".into(), name.clone())])),
                name: Some(name),
                expires_in: span(expires_in),
            }),
            What::Add(n) => {
                Command::Participants(participants::Command::Add(participant(name(n).as_str(), "worker")))
            }
            What::Remove(n) => Command::Participants(participants::Command::Remove { agent: name(n) }),
            What::Claim { agent, holder, ttl } => Command::Participants(participants::Command::ClaimLease {
                agent: name(agent),
                holder: if holder { "one" } else { "other" }.into(),
                ttl: Span::from_millis(ttl.into()),
            }),
            What::Release(n) => Command::Participants(participants::Command::ReleaseLease { agent: name(n) }),
            What::Plan(steps) => Command::Workflow(workflow::Command::Update(WorkflowUpdate {
                steps: Some(steps.into_iter().map(AnyStep::build).collect()),
                ..WorkflowUpdate::default()
            })),
            What::Lists { current, completed, pending } => {
                Command::Workflow(workflow::Command::Update(WorkflowUpdate {
                    steps: None,
                    current_step: current.map(step_name),
                    completed_steps: Some(completed.into_iter().map(step_name).collect()),
                    pending_steps: Some(pending.into_iter().map(step_name).collect()),
                }))
            }
            What::Advance(step) => {
                Command::Workflow(workflow::Command::Advance { step: step.map(step_name) })
            }
            What::Context { patch: true, value } => Command::Context(context::Command::Patch(value)),
            What::Context { patch: false, value } => Command::Context(context::Command::Replace(value)),
            What::Delegate { from, to, step, request } => {
                Command::Tasks(tasks::Command::Delegate(DelegateTask {
                    task_type: "work".into(),
                    delegator: from.map(name),
                    delegatee: name(to),
                    payload: json!({ "n": 0.1 }),
                    step: step.map(step_name),
                    priority: Priority::Low,
                    timeout: span(request.timeout),
                    retry_policy: request.policy(),
                    fallback_agents: request.fallbacks(),
                    message_id: None,
                }))
            }
            What::Report { task, attempt, by, change } => {
                let task = chosen(&task);
                Command::Tasks(tasks::Command::Report(TaskReport {
                    task: task.map_or(TaskId::parse("task_unknown").unwrap(), |task| task.id.clone()),
                    attempt: attempt.and_then(|offset| task?.attempt.checked_add_signed(offset.into())),
                    by: by.map(|n| match task {
                        // Mostly the right one, or few reports would be taken.
                        Some(task) if n < 3 => task.assignee.clone(),
                        _ => name(n),
                    }),
                    change: match change {
                        AnyChange::Accept => TaskChange::Accept,
                        AnyChange::Progress(value) => TaskChange::Progress(value),
                        AnyChange::Complete(value) => TaskChange::Complete(value),
                        AnyChange::Fail(value) => TaskChange::Fail(value),
                        AnyChange::Cancel => TaskChange::Cancel { reason: None },
                    },
                }))
            }
            What::Send { from, to, kind, task, by_request, step, payload, request } => {
                let types = [
                    MessageType::TaskRequest,
                    MessageType::TaskResponse,
                    MessageType::StatusUpdate,
                    MessageType::Error,
                    MessageType::Heartbeat,
                ];
                let message_type = types[usize::from(kind)];
                let task = task.as_ref().and_then(chosen);
                let answers = task.filter(|_| message_type != MessageType::TaskRequest);
                let mut metadata = serde_json::Map::new();
                if let Some(step) = step {
                    metadata.insert("step".into(), json!(step_name(step)));
                }
                if let Some(task) = answers.filter(|_| !by_request) {
                    metadata.insert("task_id".into(), json!(task.id));
                }
                let sender = answers.filter(|_| from < 3).map_or(name(from), |task| task.assignee.clone());
                let asker = answers.and_then(|task| task.delegator.clone());
                let recipient = asker.filter(|_| to < 3).unwrap_or_else(|| name(to));
                Command::Messages(messages::Command::Send(Message {
                    message_id: MessageId::parse(format!("m{}", fixture.nonce)).unwrap(),
                    timestamp: Timestamp::from_millis(fixture.now),
                    sender: Party::new(sender),
                    recipient: Party::new(recipient),
                    message_type,
                    priority: Priority::Medium,
                    payload,
                    routing: Routing {
                        timeout: span(request.timeout),
                        retry_policy: request.policy(),
                        fallback_agents: request.fallbacks(),
                        ..Routing::default()
                    },
                    metadata,
                    in_reply_to: answers.filter(|_| by_request).map(|task| task.message_id.clone()),
                }))
            }
            What::End(true) => Command::Lifecycle(lifecycle::Command::Complete {
                summary: Some("done".into()),
                artifacts: vec!["s3://artifacts/build.zip".into()],
            }),
            What::End(false) => {
                Command::Lifecycle(lifecycle::Command::Terminate { reason: "stopped".into(), details: None })
            }
            What::Begin { keep } => {
                Command::Calls(calls::Command::Begin { process: "host:17".into(), keep: keep.map(u64::from) })
            }
            What::Record { writer, batch, entries: any, changes, ends } => {
                let none = Default::default();
                let calls = fixture.session.calls.as_deref().unwrap_or(&none);
                Command::Calls(calls::Command::Record(CallBatch {
                    writer: calls.writer.saturating_add_signed(writer.into()),
                    batch: (calls.batch + 1).saturating_add_signed(batch.into()),
                    calls: entries(any, calls.last, calls.open.keys().copied().collect()).into(),
                    context: changes.then(|| json!({ "key": "value" })),
                    writes: if changes && ends {
                        vec![write("a", Some(json!(null))), write("b", None)]
                    } else {
                        vec![]
                    },
                    fatal: if ends && calls.last > 0 { vec![calls.last] } else { vec![] },
                    end: ends.then_some(ExecutionEnd::Completed),
                }))
            }
            What::Ask { id, approval, schema, asker, named, timeout, default } => {
                let kind = if approval { QuestionKind::Approval } else { QuestionKind::Input };
                let default =
                    default.then(|| if approval { json!({ "approved": false }) } else { json!("no") });
                Command::Questions(questions::Command::Ask(Box::new(AskQuestion {
                    id: id.map(|n| QuestionId::parse(format!("q{n}")).unwrap()),
                    kind,
                    text: "May I?".into(),
                    details: schema.then_some(Value::Null),
                    schema: (schema && !approval).then(|| json!({ "type": "string" })),
                    asker: Asker {
                        call: (asker == 1).then_some(7),
                        task_id: (asker == 2).then(|| tasks.first().map(|task| task.id.clone())).flatten(),
                        step: (asker == 3).then(|| step_name(0)),
                    },
                    answerers: if named { vec!["owner".into(), name(1).to_string()] } else { vec![] },
                    timeout: span(timeout),
                    default,
                })))
            }
            What::Answer { question, value } => {
                let answer = [json!("yes"), json!({ "approved": true }), json!(null), json!(7)]
                    [usize::from(value)]
                .clone();
                Command::Questions(questions::Command::Answer { question: asked(fixture, &question), answer })
            }
            What::Withdraw(question) => Command::Questions(questions::Command::Withdraw {
                question: asked(fixture, &question),
                reason: Some("it is known".into()),
            }),
            What::Signal(n) => Command::Signals(signals::Command::Send {
                name: ["go", "stop", "go", ""][usize::from(n)].into(),
                value: json!({ "n": n }),
            }),
            What::Fail => Command::Lifecycle(lifecycle::Command::Fail {
                reason: "it cannot be done".into(),
                details: None,
            }),
            What::Expire => Command::Lifecycle(lifecycle::Command::Expire),
        }
    }
}

fn write(key: &str, value: Option<serde_json::Value>) -> ContextWrite {
    ContextWrite { order: 7, call: Some(1), branch: None, key: key.into(), value }
}
