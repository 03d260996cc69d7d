//! The demo's plan: who takes part, and the steps.

use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use sessiond_api::{
    AddParticipant, CreateSession, ListSessions, NewStep, Problem, RetryPolicy, TaskTemplate,
};
use sessiond_client::Client;
use sessiond_core::{AgentId, Backoff, Principal, QuestionKind, Span, Status, StepQuestion};
use sha2::{Digest as _, Sha256};

use super::pace::Pace;
use super::scan;

/// The last step.
pub const REPORT: &str = "report";

/// The answers to the question before the report: the word in the interface, and what it means.
pub const FINDINGS: [(&str, &str); 2] =
    [("all", "all findings"), ("important", "only those that want attention")];

/// How long somebody who watches has for the answer.
const ANSWER: Span = Span::from_secs(10);

/// How long a step takes at least for somebody who watches.
pub fn shown_for(step: &str) -> Duration {
    Duration::from_secs(match step {
        "inventory" | "hygiene" => 4,
        "duplicates" => 6,
        _ => 2,
    })
}

/// How long a step may take. An interrupted demo may be taken up again within this time without losing an attempt.
const TIMEOUT: Span = Span::from_secs(12 * 3600);

/// One of the three agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Says what is there, and at last puts everything together.
    Surveyor,
    /// Looks for what is there twice or for nothing.
    Auditor,
    /// Looks for what should not stay as it is.
    Reviewer,
}

impl Part {
    /// All three.
    pub const ALL: [Part; 3] = [Self::Surveyor, Self::Auditor, Self::Reviewer];

    /// The agent's id.
    pub fn agent_id(self) -> AgentId {
        agent(match self {
            Self::Surveyor => "surveyor://inventory",
            Self::Auditor => "auditor://duplicates",
            Self::Reviewer => "reviewer://hygiene",
        })
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Surveyor => "surveyor",
            Self::Auditor => "auditor",
            Self::Reviewer => "reviewer",
        }
    }
}

/// The agent in whose name this process leads the work.
pub fn orchestrator() -> AgentId {
    agent("sessiond://demo")
}

fn agent(id: &str) -> AgentId {
    AgentId::parse(id).expect("the ids in this file are framework://name")
}

/// The label by which the sessions of a directory are found again, as `key=value`.
pub fn label_of(root: &Path) -> String {
    format!("demo={}", digest_of(root))
}

/// The directories that the agents may look at: this one, and those of interrupted demos of the same person in the
/// same store, whose tasks wait in the agents' inboxes too.
pub async fn roots(client: &Client, root: &Path) -> Result<Vec<PathBuf>, Problem> {
    let unfinished = client
        .sessions(ListSessions {
            status: Some(Status::Active),
            label: Some("demo".to_owned()),
            owner: Some(Principal::local().name),
            ..ListSessions::default()
        })
        .await?;
    let mut roots = vec![root.to_owned()];
    for session in unfinished.sessions {
        let context = client.context(&session.session_id).await?.document;
        let other = Path::new(context["root"].as_str().unwrap_or_default()).to_owned();
        // The label says whether the name in the context is the path itself, or one that had to be escaped.
        if session.labels.get("demo") == Some(&digest_of(&other)) && !roots.contains(&other) {
            roots.push(other);
        }
    }
    Ok(roots)
}

/// A path may be longer than a label, and no UTF-8.
fn digest_of(root: &Path) -> String {
    format!("{:.16x}", Sha256::digest(root.as_os_str().as_bytes()))
}

/// The session: the plan delegates by itself, because every step has a task.
pub fn session(root: &Path, pace: Pace) -> CreateSession {
    let shown = scan::shown(root.as_os_str());
    let participant = |part: Part| AddParticipant {
        agent_id: part.agent_id(),
        role: part.name().to_owned(),
        framework: None,
    };
    let step = |name: &str, part: Part, description: &str, dependencies: &[&str]| NewStep {
        name: name.to_owned(),
        required_agents: vec![part.agent_id()],
        description: Some(description.to_owned()),
        dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
        task: Some(TaskTemplate {
            task_type: name.to_owned(),
            payload: json!({ "root": shown }),
            timeout: Some(TIMEOUT),
            retry_policy: Some(RetryPolicy {
                max_retries: 2,
                backoff: Backoff::Exponential,
                base: Some(Span::from_secs(1)),
                cap: None,
                jitter: true,
            }),
            ..TaskTemplate::default()
        }),
        ..NewStep::default()
    };
    let name: String = format!("What is in {shown}").chars().take(120).collect();
    CreateSession {
        name: Some(name),
        orchestrator: Some(orchestrator()),
        participants: Part::ALL.map(participant).into(),
        workflow: Some(vec![
            step("inventory", Part::Surveyor, "What is there", &[]),
            step("duplicates", Part::Auditor, "What is there twice or for nothing", &["inventory"]),
            step("hygiene", Part::Reviewer, "What should not stay as it is", &["inventory"]),
            NewStep {
                question: pace.is_watched().then(question),
                ..step(
                    REPORT,
                    Part::Surveyor,
                    "One report from the three",
                    &["inventory", "duplicates", "hygiene"],
                )
            },
        ]),
        shared_context: Some(json!({ "root": shown })),
        labels: [("demo".to_owned(), digest_of(root))].into(),
        ..CreateSession::default()
    }
}

/// What the person who watches may decide.
fn question() -> StepQuestion {
    let words: Vec<&str> = FINDINGS.iter().map(|(word, _)| *word).collect();
    StepQuestion {
        kind: QuestionKind::Input,
        text: "Which findings shall the report have?".to_owned(),
        details: None,
        schema: Some(json!({ "enum": words })),
        answerers: Vec::new(),
        timeout: Some(ANSWER),
        default: Some(json!(FINDINGS[0].0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_steps_run_side_by_side() {
        let plan = session(Path::new("/somewhere"), Pace::default()).workflow.unwrap();
        let after = |name: &str| plan.iter().find(|step| step.name == name).unwrap().dependencies.clone();
        assert_eq!(after("duplicates"), after("hygiene"));
        assert_eq!(after(REPORT).len(), 3);
        assert!(plan.iter().all(|step| step.question.is_none()), "nobody watches");
        let watched = session(Path::new("/somewhere"), Pace::default().for_watching(true)).workflow.unwrap();
        assert!(watched.iter().find(|step| step.name == REPORT).unwrap().question.is_some());
        assert_ne!(label_of(Path::new("/a")), label_of(Path::new("/b")));
    }
}
