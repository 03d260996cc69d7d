//! Any turn of a conversation, and what becomes of it.

use proptest::prelude::*;
use proptest::sample::Index;
use sessiond_core::*;

use super::Fixture;

#[derive(Debug, Clone)]
pub enum AnyTurns {
    Set(u8),
    Add { empty: bool, place: Option<Option<Index>>, busy: Busy, ahead: bool },
    Stop { turn: Option<Index>, ahead: bool },
    MoveHead(Option<Index>),
    Clear { keep_files: bool },
    Begin,
    Progress { runner: i8, text: String, step: Option<Option<bool>> },
    End { runner: i8, failed: bool, text: String },
    Compact { through: Index, left_out: bool },
}

pub fn any_turns() -> impl Strategy<Value = AnyTurns> {
    let off = || prop_oneof![20 => Just(0i8), 1 => -1i8..2];
    let busy = prop_oneof![
        1 => Just(Busy::Reject),
        4 => Just(Busy::Enqueue),
        2 => Just(Busy::Interrupt),
        2 => Just(Busy::Rollback),
    ];
    let place = prop::option::weighted(0.3, prop::option::weighted(0.8, any::<Index>()));
    // No step, a call, or the result of a call.
    let step = prop::option::weighted(0.7, prop::option::of(any::<bool>()));
    prop_oneof![
        1 => (0u8..3).prop_map(AnyTurns::Set),
        8 => (prop::bool::weighted(0.05), place, busy, any::<bool>())
            .prop_map(|(empty, place, busy, ahead)| AnyTurns::Add { empty, place, busy, ahead }),
        2 => (prop::option::of(any::<Index>()), any::<bool>()).prop_map(|(turn, ahead)| AnyTurns::Stop { turn, ahead }),
        1 => prop::option::of(any::<Index>()).prop_map(AnyTurns::MoveHead),
        1 => any::<bool>().prop_map(|keep_files| AnyTurns::Clear { keep_files }),
        8 => Just(AnyTurns::Begin),
        16 => (off(), "[aé]{0,4}", step).prop_map(|(runner, text, step)| AnyTurns::Progress { runner, text, step }),
        6 => (off(), any::<bool>(), "[aé]{0,4}").prop_map(|(runner, failed, text)| AnyTurns::End { runner, failed, text }),
        3 => (any::<Index>(), any::<bool>()).prop_map(|(through, left_out)| AnyTurns::Compact { through, left_out }),
    ]
}

/// A turn of the session.
fn some(fixture: &Fixture, index: &Index) -> TurnId {
    let turns: Vec<_> = fixture.session.conversation.turns.keys().collect();
    if turns.is_empty() { TurnId::parse("unknown").unwrap() } else { (*index.get(&turns)).clone() }
}

/// What the process that runs a turn has in memory.
fn ahead(fixture: &Fixture, is_ahead: bool) -> Option<Ahead> {
    let running = fixture.session.conversation.running.as_ref().filter(|_| is_ahead)?;
    Some(Ahead {
        runner: running.runner,
        text: format!("{}more", running.text),
        reasoning: String::new(),
        sources: vec![],
    })
}

/// The running turn and its runner's number, or one that is a little off.
fn running(fixture: &Fixture, offset: i8) -> (TurnId, u64) {
    match &fixture.session.conversation.running {
        Some(running) => (running.turn.clone(), running.runner.saturating_add_signed(offset.into())),
        None => (TurnId::parse("unknown").unwrap(), 1),
    }
}

impl AnyTurns {
    pub fn build(self, fixture: &Fixture) -> Command {
        let command = match self {
            AnyTurns::Set(n) => conversation::Command::SetAssistant(Assistant {
                prompt: Some(format!("Be brief {n}.")),
                temperature: Some(f64::from(n) * 1.5),
                ..Assistant::default()
            }),
            AnyTurns::Add { empty, place, busy, ahead: is_ahead } => conversation::Command::Add {
                add: AddTurn {
                    text: if empty { " " } else { "Hello" }.into(),
                    instructions: is_ahead.then(|| "In rhyme.".into()),
                    files: fixture.session.files.all.keys().take(usize::from(is_ahead)).cloned().collect(),
                    mode: if is_ahead { AnswerMode::Query } else { AnswerMode::Chat },
                    settings: TurnSettings {
                        temperature: is_ahead.then_some(0.5),
                        stop: if is_ahead { vec!["END".into()] } else { vec![] },
                        ..TurnSettings::default()
                    },
                    place: match place {
                        None => Place::Head,
                        Some(None) => Place::Root,
                        Some(Some(index)) => Place::After(some(fixture, &index)),
                    },
                    busy,
                },
                ahead: ahead(fixture, is_ahead),
            },
            AnyTurns::Stop { turn, ahead: is_ahead } => conversation::Command::Stop {
                turn: turn.map(|index| some(fixture, &index)),
                ahead: ahead(fixture, is_ahead),
            },
            AnyTurns::MoveHead(turn) => {
                conversation::Command::MoveHead { turn: turn.map(|index| some(fixture, &index)) }
            }
            AnyTurns::Clear { keep_files } => conversation::Command::Clear { keep_files },
            AnyTurns::Begin => conversation::Command::Begin,
            AnyTurns::Progress { runner, text, step } => {
                let (turn, runner) = running(fixture, runner);
                let open = fixture.session.conversation.running.as_ref();
                let open = open.and_then(|running| running.open_calls.first().copied()).unwrap_or(1);
                conversation::Command::Progress {
                    turn,
                    runner,
                    text,
                    reasoning: "hm".into(),
                    sources: vec![],
                    step: step.map(|answer| match answer {
                        None => ToolStep::Call(CallTool {
                            id: "a".into(),
                            name: "search".into(),
                            arguments: "{}".into(),
                            round: 1,
                        }),
                        Some(failed) => ToolStep::Answer(AnswerTool {
                            number: open,
                            failed,
                            text: "found".into(),
                            duration_ms: 1,
                        }),
                    }),
                }
            }
            AnyTurns::Compact { through, left_out } => conversation::Command::Compact(Compact {
                through: some(fixture, &through),
                text: (!left_out).then(|| "They greet.".into()),
                usage: None,
            }),
            AnyTurns::End { runner, failed, text } => {
                let (turn, runner) = running(fixture, runner);
                conversation::Command::End(Box::new(EndTurn {
                    turn,
                    runner,
                    status: if failed { TurnStatus::Failed } else { TurnStatus::Completed },
                    text,
                    reasoning: String::new(),
                    finish: (!failed).then(|| "stop".into()),
                    reason: failed.then(|| "the model is away".into()),
                    usage: None,
                    sources: vec![],
                    citations: vec![],
                }))
            }
        };
        Command::Conversation(command)
    }
}
