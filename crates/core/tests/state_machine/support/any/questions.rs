//! Any question, and what becomes of it.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use sessiond_core::*;

use super::{Fixture, name, span, step_name};

#[derive(Debug, Clone)]
pub enum AnyQuestions {
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
}

pub fn any_questions() -> impl Strategy<Value = AnyQuestions> {
    let ask = (
        (prop::option::of(0u8..4), any::<bool>(), any::<bool>()),
        0u8..4,
        prop::bool::weighted(0.2),
        prop::option::of(0u32..20_000),
        prop::bool::weighted(0.3),
    );
    prop_oneof![
        4 => ask.prop_map(|((id, approval, schema), asker, named, timeout, default)| AnyQuestions::Ask { id, approval, schema, asker, named, timeout, default }),
        4 => (any::<Index>(), 0u8..4).prop_map(|(question, value)| AnyQuestions::Answer { question, value }),
        1 => any::<Index>().prop_map(AnyQuestions::Withdraw),
    ]
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

impl AnyQuestions {
    pub fn build(self, fixture: &Fixture) -> Command {
        match self {
            AnyQuestions::Ask { id, approval, schema, asker, named, timeout, default } => {
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
                        task_id: (asker == 2)
                            .then(|| fixture.session.tasks.values().next().map(|task| task.id.clone()))
                            .flatten(),
                        step: (asker == 3).then(|| step_name(0)),
                    },
                    answerers: if named { vec!["owner".into(), name(1).to_string()] } else { vec![] },
                    timeout: span(timeout),
                    default,
                })))
            }
            AnyQuestions::Answer { question, value } => {
                let answer = [json!("yes"), json!({ "approved": true }), json!(null), json!(7)]
                    [usize::from(value)]
                .clone();
                Command::Questions(questions::Command::Answer { question: asked(fixture, &question), answer })
            }
            AnyQuestions::Withdraw(question) => Command::Questions(questions::Command::Withdraw {
                question: asked(fixture, &question),
                reason: Some("it is known".into()),
            }),
        }
    }
}
