//! Sessions and their plans.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use sessiond_api as api;
use sessiond_api::{Code, Problem, operations};
use sessiond_client::Conditions;
use sessiond_core::{
    AgentId, Fence, Join, OnFailure, SessionId, Span, Status, StepQuestion, TaskId, TaskStatus,
};

use super::views::{Brief, Joined, Plan, SessionAndTasks};
use crate::mcp::Mcp;

/// Sessions of a page when the call does not say it; each costs a model about 100 tokens.
const SESSIONS: usize = 20;
/// Tasks that a look at a session shows.
const TASKS: usize = 100;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListSessions {
    /// Only sessions with this status: active, completed, terminated, failed or expired.
    #[schemars(with = "Option<String>")]
    status: Option<Status>,
    /// Only sessions whose id, name or orchestrator contains this text.
    q: Option<String>,
    /// Only sessions with this label: key or key=value.
    label: Option<String>,
    /// The maximum number of sessions. Default: 20.
    limit: Option<usize>,
    /// The next_cursor of the previous page.
    cursor: Option<String>,
}

pub(super) async fn list_sessions(mcp: &Mcp, input: ListSessions) -> Result<api::SessionPage, Problem> {
    let query = api::ListSessions {
        status: input.status,
        q: input.q,
        label: input.label,
        limit: Some(input.limit.unwrap_or(SESSIONS)),
        cursor: input.cursor,
        ..api::ListSessions::default()
    };
    let page = mcp.client().sessions(query).await?;
    // A model reads each word of it.
    Ok(api::SessionPage { stats: None, ..page })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateSession {
    /// Its id: only letters, digits and _.- . Default: generated.
    #[schemars(with = "Option<String>")]
    session_id: Option<SessionId>,
    /// Its name, for display.
    name: Option<String>,
    /// The agent that leads the work, framework://name; it becomes a participant.
    #[schemars(with = "Option<String>")]
    orchestrator: Option<AgentId>,
    /// The other participants.
    #[serde(default)]
    participants: Vec<NewParticipant>,
    /// The plan. A session without one still has tasks, messages and the shared context.
    #[serde(default)]
    steps: Vec<NewStep>,
    /// The initial shared context.
    shared_context: Option<BTreeMap<String, Value>>,
    /// Labels to find it by.
    #[serde(default)]
    labels: BTreeMap<String, String>,
    /// The time until it expires, such as 24h.
    #[schemars(with = "Option<String>")]
    expires_in: Option<Span>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewParticipant {
    /// The agent, framework://name.
    #[schemars(with = "String")]
    agent_id: AgentId,
    /// Its role, such as implementer or reviewer.
    role: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewStep {
    /// Its name, unique in the plan.
    name: String,
    /// Its purpose.
    description: Option<String>,
    /// The agents that must each complete a task in it. Without any, end_step completes it.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    required_agents: Vec<AgentId>,
    /// The steps that must be complete before it starts.
    #[serde(default)]
    dependencies: Vec<String>,
    /// The question that is asked when it starts, such as {"text": "Deploy?"}: an approval, or with "kind": "input" any input.
    /// The work begins with the answer, and a rejected step fails.
    #[schemars(with = "Option<BTreeMap<String, Value>>")]
    question: Option<StepQuestion>,
    /// Whose work it waits for: all of its required agents (the default), the first of them, or a number of them.
    #[serde(default)]
    #[schemars(with = "Option<Value>")]
    join: Join,
    /// What happens when a task fails for good: fail (the default), continue or retry.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    on_failure: OnFailure,
    /// The task that each required agent receives when the step starts.
    task: Option<StepTask>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepTask {
    /// The type of work.
    task_type: String,
    /// The exact instructions.
    #[serde(default)]
    payload: Value,
    /// The time limit of one attempt once it is accepted, such as 30m. Default: 300s, which is short for a coding agent.
    #[schemars(with = "Option<String>")]
    timeout: Option<Span>,
    /// The maximum number of retries. Default: 0.
    max_retries: Option<u32>,
}

pub(super) async fn create_session(mcp: &Mcp, input: CreateSession) -> Result<Brief, Problem> {
    Brief::of(&mcp.client().create_session(input.into(), Conditions::default()).await?)
}

impl From<CreateSession> for api::CreateSession {
    fn from(input: CreateSession) -> Self {
        let participants = input.participants.into_iter().map(|participant| api::AddParticipant {
            agent_id: participant.agent_id,
            role: participant.role,
            framework: None,
        });
        let steps: Vec<_> = input.steps.into_iter().map(api::NewStep::from).collect();
        Self {
            session_id: input.session_id,
            name: input.name,
            orchestrator: input.orchestrator,
            participants: participants.collect(),
            workflow: Some(steps).filter(|steps| !steps.is_empty()),
            shared_context: input.shared_context.map(|members| Value::Object(members.into_iter().collect())),
            labels: input.labels,
            expires_in: input.expires_in,
            ..Self::default()
        }
    }
}

impl From<NewStep> for api::NewStep {
    fn from(step: NewStep) -> Self {
        Self {
            name: step.name,
            required_agents: step.required_agents,
            description: step.description,
            dependencies: step.dependencies,
            question: step.question,
            join: step.join,
            on_failure: step.on_failure,
            task: step.task.map(|task| api::TaskTemplate {
                task_type: task.task_type,
                payload: task.payload,
                timeout: task.timeout,
                retry_policy: task.max_retries.map(super::tasks::retries),
                ..api::TaskTemplate::default()
            }),
            ..Self::default()
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GetSession {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The next_cursor of the previous result, for further tasks.
    cursor: Option<String>,
}

pub(super) async fn get_session(mcp: &Mcp, input: GetSession) -> Result<SessionAndTasks, Problem> {
    let session = Brief::of(&mcp.client().session(&input.session_id).await?)?;
    let query = api::ListTasks { limit: Some(TASKS), cursor: input.cursor, ..api::ListTasks::default() };
    let page = mcp.client().session_tasks(&input.session_id, query).await?;
    Ok(SessionAndTasks { session, tasks: page.tasks, next_cursor: page.next_cursor })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinSession {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// Your agent id, framework://name, such as claude-code://qa. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
    /// Your role, such as implementer, reviewer or observer. Default: participant.
    role: Option<String>,
}

pub(super) async fn join_session(mcp: &Mcp, input: JoinSession) -> Result<Joined, Problem> {
    let agent = mcp.actor(input.agent_id)?;
    register(mcp, &agent).await?;
    let request = api::AddParticipant {
        agent_id: agent.clone(),
        role: input.role.unwrap_or_else(|| "participant".to_owned()),
        framework: None,
    };
    let conditions = Conditions { agent: Some(agent.clone()), fence: input.fence, ..Conditions::default() };
    let session = match mcp.client().add_participant(&input.session_id, request, conditions).await {
        Ok(session) => session,
        Err(problem) if problem.code == Code::ParticipantExists => {
            mcp.client().session(&input.session_id).await?
        }
        Err(problem) => return Err(problem),
    };
    Ok(Joined { session: Brief::of(&session)?, you_are: agent })
}

/// Makes an agent known that is not yet. One that is keeps what it said of itself.
async fn register(mcp: &Mcp, agent: &AgentId) -> Result<(), Problem> {
    match mcp.client().agent(agent).await {
        Ok(_) => return Ok(()),
        Err(problem) if problem.code == Code::AgentNotFound => {}
        Err(problem) => return Err(problem),
    }
    mcp.allowed(&operations::REGISTER_AGENT)?;
    let agent_descriptor = api::AgentDescriptor {
        agent_id: agent.clone(),
        framework: None,
        capabilities: None,
        endpoints: None,
        metadata: Some(json!({ "connection": "mcp" })),
    };
    let request = api::RegisterAgent {
        agent_descriptor,
        health_check_url: None,
        status_endpoint: None,
        open_to: Vec::new(),
        authentication: None,
    };
    mcp.client().register_agent(request).await.map(drop)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadPlan {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
}

pub(super) async fn read_plan(mcp: &Mcp, input: ReadPlan) -> Result<Plan, Problem> {
    let session = mcp.client().session(&input.session_id).await?;
    let mut open_tasks = Vec::new();
    for status in [TaskStatus::InProgress, TaskStatus::Pending] {
        let query = api::ListTasks { status: Some(status), limit: Some(TASKS), ..api::ListTasks::default() };
        let page = mcp.client().session_tasks(&input.session_id, query).await?;
        open_tasks.extend(page.tasks.into_iter().map(Into::into));
    }
    Ok(Plan {
        session_id: session.session_id,
        status: session.status,
        revision: session.revision,
        orchestrator: session.orchestrator,
        plan: session.workflow,
        open_tasks,
    })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryWork {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The step to retry.
    step: Option<String>,
    /// The task to retry.
    #[schemars(with = "Option<String>")]
    task_id: Option<TaskId>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn retry_work(mcp: &Mcp, input: RetryWork) -> Result<Brief, Problem> {
    let agent = mcp.actor(input.agent_id).ok();
    let conditions = Conditions { agent, fence: input.fence, ..Conditions::default() };
    let request = api::Retry { step: input.step, task_id: input.task_id };
    Brief::of(&mcp.client().retry_session(&input.session_id, request, conditions).await?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndStep {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// The step. Default: the only active step.
    step: Option<String>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn end_step(mcp: &Mcp, input: EndStep) -> Result<Brief, Problem> {
    let conditions =
        Conditions { agent: mcp.actor(input.agent_id).ok(), fence: input.fence, ..Conditions::default() };
    let request = api::Advance { step: input.step };
    Brief::of(&mcp.client().advance_workflow(&input.session_id, request, conditions).await?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CompleteSession {
    /// The session.
    #[schemars(with = "String")]
    session_id: SessionId,
    /// A summary of the result.
    summary: Option<String>,
    /// Where the results are: paths or URLs.
    #[serde(default)]
    artifacts: Vec<String>,
    /// The agent that you act as. Default: the identity of your connection.
    #[schemars(with = "Option<String>")]
    agent_id: Option<AgentId>,
    /// The fencing token of your lease, from hold_lease; only if you hold one.
    fence: Option<Fence>,
}

pub(super) async fn complete_session(mcp: &Mcp, input: CompleteSession) -> Result<Brief, Problem> {
    let conditions =
        Conditions { agent: mcp.actor(input.agent_id).ok(), fence: input.fence, ..Conditions::default() };
    let request = api::Complete { summary: input.summary, artifacts: input.artifacts };
    Brief::of(&mcp.client().complete_session(&input.session_id, request, conditions).await?)
}
