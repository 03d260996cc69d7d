//! Any calls of an execution.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::{Fixture, any_json};

#[derive(Debug, Clone)]
pub enum AnyCalls {
    Begin { keep: Option<u8>, lease: Option<u8>, take_over: bool },
    Renew { writer: i8 },
    Release { writer: i8 },
    Record { writer: i8, batch: i8, entries: Vec<AnyEntry>, changes: bool, ends: bool },
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

pub fn any_calls() -> impl Strategy<Value = AnyCalls> {
    let off = || prop_oneof![20 => Just(0i8), 1 => -1i8..2];
    let record = (off(), off(), prop::collection::vec(any_entry(), 0..8));
    prop_oneof![
        2 => (prop::option::weighted(0.2, 0u8..4), prop::option::weighted(0.7, 0u8..3), prop::bool::weighted(0.3))
            .prop_map(|(keep, lease, take_over)| AnyCalls::Begin { keep, lease, take_over }),
        1 => off().prop_map(|writer| AnyCalls::Renew { writer }),
        1 => off().prop_map(|writer| AnyCalls::Release { writer }),
        8 => (record, any::<bool>(), prop::bool::weighted(0.1)).prop_map(|((writer, batch, entries), changes, ends)| AnyCalls::Record { writer, batch, entries, changes, ends }),
    ]
}

fn any_entry() -> impl Strategy<Value = AnyEntry> {
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

impl AnyCalls {
    pub fn build(self, fixture: &Fixture) -> Command {
        match self {
            AnyCalls::Begin { keep, lease, take_over } => {
                let lease = lease.map(|holder| ExecutionLease {
                    holder: format!("spool-{holder}"),
                    ttl: Span::from_secs(1 + u64::from(holder)),
                });
                let process = "host:17".into();
                let keep = keep.map(u64::from);
                Command::Calls(calls::Command::Begin(calls::NewWriter { process, keep, lease, take_over }))
            }
            AnyCalls::Renew { writer } => {
                Command::Calls(calls::Command::Renew { writer: present(fixture, writer) })
            }
            AnyCalls::Release { writer } => {
                Command::Calls(calls::Command::Release { writer: present(fixture, writer) })
            }
            AnyCalls::Record { writer, batch, entries: any, changes, ends } => {
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
        }
    }
}

/// The number of the present writer, or one beside it.
fn present(fixture: &Fixture, off: i8) -> u64 {
    let writer = fixture.session.calls.as_ref().map_or(0, |calls| calls.writer);
    writer.saturating_add_signed(off.into())
}

fn write(key: &str, value: Option<serde_json::Value>) -> ContextWrite {
    ContextWrite { order: 7, call: Some(1), branch: None, key: key.into(), value }
}
