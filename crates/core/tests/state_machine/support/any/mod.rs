//! Any command by anybody: what the property tests draw from. Ids are numbers until the state is known, so that most
//! of them fit it.

mod calls;
mod conversation;
mod files;
mod messages;
mod questions;
mod tasks;
mod workflow;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::{Fixture, agent, client, key, participant, session_id};
use calls::{AnyCalls, any_calls};
use conversation::{AnyTurns, any_turns};
use files::{AnyFiles, any_files};
use messages::{AnyMessage, any_message};
use questions::{AnyQuestions, any_questions};
use tasks::{AnyTasks, any_tasks};
use workflow::any_workflow;

pub use files::file;
pub use workflow::{AnyStep, AnyWorkflow, any_plan};

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
    /// The journal so far is imported, as another session.
    Import,
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
    Update { name: String, expires_in: Option<u32> },
    Add(u8),
    Remove(u8),
    Claim { agent: u8, holder: bool, ttl: u32 },
    Release(u8),
    Context { patch: bool, value: Value },
    Signal(u8),
    Workflow(AnyWorkflow),
    Tasks(AnyTasks),
    Send(AnyMessage),
    Calls(AnyCalls),
    Conversation(AnyTurns),
    Files(AnyFiles),
    Questions(AnyQuestions),
    End(bool),
    Retry { step: Option<u8>, task: Option<Index> },
    Fail,
    Token(char),
    Expire,
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

pub fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        9 => any_questions().prop_map(What::Questions),
        1 => (0u8..4).prop_map(What::Signal),
        1 => prop::sample::select(vec!['0', 'f', 'g']).prop_map(What::Token),
        1 => ("[a-z]{0,3}", prop::option::of(0u32..60_000)).prop_map(|(name, expires_in)| What::Update { name, expires_in }),
        10 => any_calls().prop_map(What::Calls),
        14 => any_turns().prop_map(What::Conversation),
        2 => any_files().prop_map(What::Files),
        1 => any_agent().prop_map(What::Add),
        1 => any_agent().prop_map(What::Remove),
        2 => (any_agent(), any::<bool>(), 0u32..30_000).prop_map(|(agent, holder, ttl)| What::Claim { agent, holder, ttl }),
        2 => any_agent().prop_map(What::Release),
        3 => (prop::option::weighted(0.4, 0u8..6), prop::option::weighted(0.4, any::<Index>()))
            .prop_map(|(step, task)| What::Retry { step, task }),
        4 => any_workflow().prop_map(What::Workflow),
        1 => (any::<bool>(), any_json()).prop_map(|(patch, value)| What::Context { patch, value }),
        18 => any_tasks().prop_map(What::Tasks),
        6 => any_message().prop_map(What::Send),
    ]
}

pub fn any_caller() -> impl Strategy<Value = Caller> {
    let caller = (
        prop_oneof![6 => Just(0u8), 4 => 1u8..8],
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
        1 => Just(Op::Import),
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
        7 => Principal::of_session(session_id("s")),
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

impl What {
    pub fn build(self, fixture: &Fixture) -> Command {
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
            What::Context { patch: true, value } => Command::Context(context::Command::Patch(value)),
            What::Context { patch: false, value } => Command::Context(context::Command::Replace(value)),
            What::End(true) => Command::Lifecycle(lifecycle::Command::Complete {
                summary: Some("done".into()),
                artifacts: vec!["s3://artifacts/build.zip".into()],
            }),
            What::End(false) => {
                Command::Lifecycle(lifecycle::Command::Terminate { reason: "stopped".into(), details: None })
            }
            What::Signal(n) => Command::Signals(signals::Command::Send {
                name: ["go", "stop", "go", ""][usize::from(n)].into(),
                value: json!({ "n": n }),
            }),
            What::Workflow(any) => any.build(),
            What::Tasks(any) => any.build(fixture),
            What::Send(any) => any.build(fixture),
            What::Calls(any) => any.build(fixture),
            What::Conversation(any) => any.build(fixture),
            What::Files(any) => any.build(fixture),
            What::Questions(any) => any.build(fixture),
            What::Retry { step, task } => Command::Lifecycle(lifecycle::Command::Retry {
                step: step.map(step_name),
                task: task.and_then(|index| {
                    let tasks: Vec<_> = fixture.session.tasks.keys().collect();
                    (!tasks.is_empty()).then(|| tasks[index.index(tasks.len())].clone())
                }),
            }),
            What::Fail => Command::Lifecycle(lifecycle::Command::Fail {
                reason: "it cannot be done".into(),
                details: None,
            }),
            What::Token(digit) => {
                Command::Lifecycle(lifecycle::Command::IssueToken { sha256: digit.to_string().repeat(64) })
            }
            What::Expire => Command::Lifecycle(lifecycle::Command::Expire),
        }
    }
}
