//! `sessiond step`.

use clap::{Args, Subcommand};
use sessiond_api as api;
use sessiond_client::{Client, Conditions};
use sessiond_core::Status;

use super::session::steps;
use super::{Consent, Context, One, Silence};
use crate::client::Missing;
use crate::output::Output;

/// List, start, complete, retry and reset the steps of a plan
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sessiond step list sess_0198f3
  sessiond step complete sess_0198f3 design
  sessiond step retry sess_0198f3 review")]
pub struct Step {
    #[command(subcommand)]
    command: StepCommand,
}

#[derive(Debug, Subcommand)]
enum StepCommand {
    /// List the steps of a session's plan
    #[command(after_help = "Examples:
  sessiond step list sess_0198f3
  sessiond step list sess_0198f3 -o wide")]
    List {
        #[command(flatten)]
        one: One,
    },
    /// Start a step whose dependencies are complete
    #[command(after_help = "Example:
  sessiond step start sess_0198f3 review")]
    Start {
        #[command(flatten)]
        one: One,
        /// The step's name
        #[arg(value_name = "STEP")]
        step: String,
    },
    /// Complete a step manually; the next steps start
    #[command(after_help = "Examples:
  sessiond step complete sess_0198f3 design
  sessiond step complete sess_0198f3          the only active step")]
    Complete {
        #[command(flatten)]
        one: One,
        /// The step's name [default: the only active step]
        #[arg(value_name = "STEP")]
        step: Option<String>,
    },
    /// Retry a step that failed
    #[command(after_help = "A failed session continues, and finished work is kept.

Example:
  sessiond step retry sess_0198f3 review")]
    Retry {
        #[command(flatten)]
        one: One,
        /// The step's name
        #[arg(value_name = "STEP")]
        step: String,
    },
    /// Reset a step to pending; its open tasks are cancelled
    #[command(after_help = "Example:
  sessiond step reset sess_0198f3 review --yes")]
    Reset {
        #[command(flatten)]
        one: One,
        /// The step's name
        #[arg(value_name = "STEP")]
        step: String,
        #[command(flatten)]
        consent: Consent,
    },
}

impl Step {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let work = async |client: &Client, out| perform(self.command, client, out).await;
        context.with_client(Missing::Refuse, work).await
    }
}

async fn perform(command: StepCommand, client: &Client, out: Output) -> anyhow::Result<()> {
    let none = Conditions::default();
    let (session, name) = match command {
        StepCommand::List { one } => {
            let session = one.view(client).await?;
            let steps = session.workflow.as_ref().map_or_else(Vec::new, |workflow| workflow.steps.clone());
            let page = serde_json::json!({ "session_id": session.session_id, "steps": steps });
            return out.list(
                &page,
                &self::steps(&out, &steps),
                format_args!("{} has no plan", session.session_id),
            );
        }
        StepCommand::Start { one, step } => {
            let request =
                api::UpdateWorkflow { current_step: Some(step.clone()), ..api::UpdateWorkflow::default() };
            (client.update_workflow(&one.find(client).await?, request, none).await?, step)
        }
        StepCommand::Complete { one, step } => {
            let id = one.find(client).await?;
            let step = match step {
                Some(step) => step,
                None => only_active(&client.session(&id).await?)?,
            };
            let request = api::Advance { step: Some(step.clone()) };
            (client.advance_workflow(&id, request, none).await?, step)
        }
        StepCommand::Retry { one, step } => {
            let request = api::Retry { step: Some(step.clone()), task_id: None };
            (client.retry_session(&one.find(client).await?, request, none).await?, step)
        }
        StepCommand::Reset { one, step, consent } => {
            let id = one.find(client).await?;
            consent.to(&format!("Reset the step {step} of {id}?"), Silence::Agrees, one.named(&id))?;
            let request = api::UpdateWorkflow {
                pending_steps: Some(vec![step.clone()]),
                ..api::UpdateWorkflow::default()
            };
            (client.update_workflow(&id, request, none).await?, step)
        }
    };
    let workflow = session.workflow.as_ref();
    let step = workflow.and_then(|workflow| workflow.steps.iter().find(|step| step.name == name));
    let status = step.map_or_else(String::new, |step| format!(" is {}", step.status));
    let active = workflow.map(|workflow| workflow.active_steps.join(", ")).unwrap_or_default();
    let active = match active.as_str() {
        _ if session.status != Status::Active => format!("; {} is {}", session.session_id, session.status),
        "" => String::new(),
        active if active == name => String::new(),
        active => format!("; active: {active}"),
    };
    out.done(&session, &name, format_args!("{name}{status}{active}"))
}

/// The step that is completed when the command names none.
fn only_active(session: &api::Session) -> anyhow::Result<String> {
    let active = session.workflow.as_ref().map(|workflow| workflow.active_steps.clone()).unwrap_or_default();
    match active.as_slice() {
        [step] => Ok(step.clone()),
        [] => anyhow::bail!("{} has no active step", session.session_id),
        several => anyhow::bail!("several steps are active, {}: name one", several.join(", ")),
    }
}
