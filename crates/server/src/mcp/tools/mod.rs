//! The tools: what each is called and says of itself, and the operation that it stands for.

mod context;
mod leases;
mod messages;
mod questions;
mod schedules;
mod sessions;
mod tasks;
mod views;
mod wait;

use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, ContentBlock, JsonObject, MetaObject, Tool, ToolAnnotations};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessiond_api::operations::{self, Operation};
use sessiond_api::{self as api, Code, Problem};

use super::{Mcp, advice, schema};
use crate::auth;

/// Where a result that is an error has its problem.
const PROBLEM: &str = "sessiond/problem";

/// What a tool gives: an object.
type Output = Result<Value, Problem>;
type Running<'a> = Pin<Box<dyn Future<Output = Output> + Send + 'a>>;

/// Whether a tool changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It reads.
    Reads,
    /// It adds; a repeat may add again.
    Adds,
    /// A repeat with the same arguments changes nothing more.
    Sets,
    /// It replaces something; a repeat with the same arguments changes nothing more.
    Replaces,
    /// It ends something. A repeat ends the next thing, or is refused.
    Ends,
}

struct Definition {
    tool: Tool,
    /// The operation that it stands for, whose rights it needs.
    operation: &'static Operation,
    run: for<'a> fn(&'a Mcp, Value) -> Running<'a>,
}

macro_rules! tools {
    ($($effect:ident $title:literal $module:ident::$name:ident($input:ident) -> $output:ty = $operation:ident: $description:literal;)*) => {
        [$(Definition {
            tool: Tool::new(stringify!($name), $description, schema::of_arguments::<$module::$input>())
                .with_raw_output_schema(Arc::new(schema::of_result::<$output>()))
                .with_title($title)
                .with_annotations(annotations($title, Effect::$effect)),
            operation: &operations::$operation,
            run: |mcp, input| Box::pin(async move {
                let output: $output = $module::$name(mcp, read(input)?).await?;
                write(output)
            }),
        }),*]
    };
}

static TOOLS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    tools! {
        Reads "List sessions" sessions::list_sessions(ListSessions) -> api::SessionPage = LIST_SESSIONS:
            "List the sessions that you may see, newest first, with their progress.";
        Adds "Create a session" sessions::create_session(CreateSession) -> views::Brief = CREATE_SESSION:
            "Create a session with its participants and its plan. Steps run in the given order unless they name \
             dependencies. When a step with a `task` starts, it delegates that task to its required_agents; without one the \
             orchestrator delegates.";
        Reads "Look at a session" sessions::get_session(GetSession) -> views::SessionAndTasks = GET_SESSION:
            "Get a session: status, plan, participants, and its tasks, 100 at a time, with their status and results. \
             Use read_context for the shared context.";
        Sets "Join a session" sessions::join_session(JoinSession) -> views::Joined = ADD_PARTICIPANT:
            "Join a session as an agent: registers the agent and adds it to the participants. Joining again is \
             allowed. An agent that the plan already names must join once, too.";
        Reads "Read the plan" sessions::read_plan(ReadPlan) -> views::Plan = GET_SESSION:
            "Read the plan: every step with its status, its required agents and its dependencies, and the tasks that are \
             open.";
        Ends "End a step" sessions::end_step(EndStep) -> views::Brief = ADVANCE_WORKFLOW:
            "Complete an active step manually; the steps that depend on it start. For the owner or orchestrator. Steps \
             whose required_agents complete their tasks complete automatically.";
        Adds "Retry failed work" sessions::retry_work(RetryWork) -> views::Brief = RETRY_SESSION:
            "Retry what failed, in place: one task, one step, or with neither all failed steps of the session. A failed \
             session continues, and finished work is kept. For the owner or orchestrator.";
        Ends "Complete a session" sessions::complete_session(CompleteSession) -> views::Brief = COMPLETE_SESSION:
            "Complete the session, with a summary. For the owner or orchestrator; open tasks are cancelled.";
        Reads "Read the shared context" context::read_context(ReadContext) -> views::Context = GET_CONTEXT:
            "Read the JSON document that all participants share, or a part of it, with the session's revision.";
        Replaces "Patch the shared context" context::patch_context(PatchContext) -> views::Changed = PATCH_CONTEXT:
            "Change the shared context with a JSON merge patch (RFC 7396): send only the members that change; null \
             removes one; a list replaces the whole list.";
        Replaces "Add a note or artifact" context::add_note(AddNote) -> views::Noted = PATCH_CONTEXT:
            "Store a finding, a decision or an artifact (its path or URL) for everybody, under notes.<title> in the \
             shared context. A note with the same title is replaced.";
        Sets "Claim a task" tasks::claim_task(ClaimTask) -> api::Task = ACCEPT_TASK:
            "Accept a task before you begin it. Acknowledges its request, so that the request is not \
             delivered again; returns the task with its payload and deadline.";
        Sets "Report progress" tasks::progress_task(ProgressTask) -> api::Task = PROGRESS_TASK:
            "Report the progress of a task. It does not move the deadline.";
        Ends "Complete a task" tasks::complete_task(CompleteTask) -> api::Task = COMPLETE_TASK:
            "Complete your task with its result. The delegator is notified, and the plan continues automatically.";
        Ends "Fail a task" tasks::fail_task(FailTask) -> api::Task = FAIL_TASK:
            "Fail the current attempt of your task, with the reason. The retry policy and the fallback agents decide what follows.";
        Adds "Delegate a task" tasks::delegate_task(DelegateTask) -> api::Task = DELEGATE_TASK:
            "Delegate a task to a participant. The request goes to its inbox; if you delegate as an agent, the result \
             goes to yours.";
        Reads "List questions" questions::list_questions(ListQuestions) -> api::QuestionPage = LIST_QUESTIONS:
            "List the questions that wait for an answer, of one session or of all that you may see.";
        Adds "Ask a question" questions::ask_question(AskQuestion) -> api::Question = ASK_QUESTION:
            "Ask the session's owner, a person in most cases, for an input or an approval, and do not answer it yourself. \
             With task_id, the time of your task stands still until the answer arrives in your inbox. list_questions and the \
             session's events show the answer, too.";
        Ends "Answer a question" questions::answer_question(AnswerQuestion) -> api::Question = ANSWER_QUESTION:
            "Answer a question of a session with JSON that keeps its schema. Answer for a person only what that person \
             told you.";
        Reads "List schedules" schedules::list_schedules(ListSchedules) -> api::SchedulePage = LIST_SCHEDULES:
            "List the schedules that you own, with their next times and the result of the last one. A schedule creates sessions at \
             times.";
        Adds "Create a schedule" schedules::create_schedule(CreateSchedule) -> api::Schedule = CREATE_SCHEDULE:
            "Create a schedule, which creates a session at each of its times: give `cron`, `every` or `at`. The session is as in \
             create_session.";
        Sets "Pause or resume a schedule" schedules::pause_schedule(PauseSchedule) -> api::Schedule = UPDATE_SCHEDULE:
            "Pause a schedule, or resume it with paused: false. Times that pass while it is paused are not made up for.";
        Adds "Run a schedule now" schedules::run_schedule(OneSchedule) -> views::Brief = RUN_SCHEDULE:
            "Create a session of a schedule now, also if it is paused or its last session is active. Its other times stay.";
        Ends "Delete a schedule" schedules::delete_schedule(OneSchedule) -> views::DeletedSchedule = DELETE_SCHEDULE:
            "Delete a schedule. The sessions that it has created stay.";
        Adds "Send a message" messages::send_message(SendMessage) -> api::Sent = SEND_MESSAGE:
            "Send a message to another agent. Within a session both must take part. It is stored until the \
             recipient acknowledges it.";
        Adds "Read the inbox" messages::read_inbox(ReadInbox) -> api::InboxPage = RECEIVE_MESSAGES:
            "Receive your waiting messages, without waiting for new ones. A message that is not acknowledged within a minute is \
             delivered again with a higher `attempt`.";
        Sets "Acknowledge messages" messages::acknowledge(Acknowledge) -> api::Acknowledged = ACKNOWLEDGE_MESSAGES:
            "Acknowledge messages that are done: they are not delivered again.";
        Adds "Hold a lease" leases::hold_lease(HoldLease) -> api::ClaimedLease = CLAIM_LEASE:
            "Make this process the only one that may act as the agent in a session: claim the lease with a ttl, renew \
             it with its fence before it expires, and pass that fence to every tool that changes something. Only for agents that \
             several processes may work as; when it expires, the agent's open tasks count as failed attempts.";
        Sets "Release a lease" leases::release_lease(ReleaseLease) -> views::Released = RELEASE_LEASE:
            "Release a lease: other processes may act as the agent again.";
        Adds "Wait for work" wait::wait_for_work(WaitForWork) -> views::Work = RECEIVE_MESSAGES:
            "Wait for the next thing to do, up to timeout_seconds (50 at most): messages to you and, with \
             session_id, the session's events after event number `after`. Returns as soon as there is \
             something, and says what to do in `next`.";
    }
    .into()
});

/// All tools, as clients see them.
pub(super) fn list() -> Vec<Tool> {
    TOOLS.iter().map(|definition| definition.tool.clone()).collect()
}

/// Calls one. A problem is a result that the model reads; only an unknown tool is a fault of the protocol.
pub(super) async fn call(
    mcp: &Mcp,
    name: &str,
    arguments: Option<JsonObject>,
) -> Result<CallToolResult, ErrorData> {
    let Some(definition) = TOOLS.iter().find(|definition| definition.tool.name == name) else {
        let names: Vec<_> = TOOLS.iter().map(|definition| definition.tool.name.as_ref()).collect();
        let detail = format!("there is no tool {name}; there are {}", names.join(", "));
        return Err(ErrorData::invalid_params(detail, None));
    };
    let output = match mcp.allowed(definition.operation) {
        Ok(()) => (definition.run)(mcp, Value::Object(arguments.unwrap_or_default())).await,
        Err(problem) => Err(problem),
    };
    Ok(match output {
        Ok(value) => CallToolResult::structured(value),
        Err(problem) => {
            let result = CallToolResult::error(vec![ContentBlock::text(advice::text(&problem))]);
            // Structured content would have to be what the tool's schema says, with errors too.
            result.with_meta(Some(meta(&problem)))
        }
    })
}

impl Mcp {
    /// Whether the caller's key may call that operation at all, as over HTTP.
    pub(super) fn allowed(&self, operation: &Operation) -> Result<(), Problem> {
        let Some(role) = self.0.role else {
            return Ok(());
        };
        auth::permit(operation.access, role).map_err(|failure| *failure.0)
    }
}

fn annotations(title: &str, effect: Effect) -> ToolAnnotations {
    let annotations = ToolAnnotations::with_title(title).read_only(effect == Effect::Reads).open_world(false);
    match effect {
        Effect::Reads => annotations,
        Effect::Adds => annotations.destructive(false).idempotent(false),
        Effect::Sets => annotations.destructive(false).idempotent(true),
        Effect::Replaces => annotations.destructive(true).idempotent(true),
        Effect::Ends => annotations.destructive(true).idempotent(false),
    }
}

/// The arguments, or a problem that names the one that is wrong.
fn read<T: DeserializeOwned>(input: Value) -> Result<T, Problem> {
    api::check_numbers(&input)?;
    api::from_value(input)
}

/// The problem itself, for programs.
fn meta(problem: &Problem) -> MetaObject {
    let mut meta = MetaObject::default();
    if let Ok(problem) = serde_json::to_value(problem) {
        meta.insert(PROBLEM.to_owned(), problem);
    }
    meta
}

fn write(value: impl Serialize) -> Output {
    serde_json::to_value(value).map_err(|error| {
        tracing::error!(%error, "a tool's result cannot be written");
        Problem::new(Code::Internal, "the result cannot be written; the server's log says more")
    })
}

#[cfg(test)]
mod tests {
    use sessiond_core::limits;

    use super::*;

    #[test]
    fn every_tool_stands_for_an_operation_of_the_table() {
        for definition in TOOLS.iter() {
            assert!(operations::all().any(|known| known == definition.operation), "{}", definition.tool.name);
        }
    }

    #[test]
    fn every_member_of_a_result_is_described_and_no_schema_needs_a_reference() {
        for tool in list() {
            let schema = Value::Object(tool.output_schema.as_deref().unwrap().clone());
            assert_eq!(schema["type"], "object", "{}", tool.name);
            assert!(!schema["required"].as_array().unwrap().is_empty(), "{}", tool.name);
            let text = schema.to_string();
            assert!(!text.contains("$ref") && !text.contains("allOf"), "{}: {text}", tool.name);
            for (name, member) in schema["properties"].as_object().unwrap() {
                let mut variants = member["oneOf"].as_array().into_iter().flatten().chain([member]);
                let described = variants.any(|variant| variant["description"].is_string());
                assert!(described, "{}: {name} is not described", tool.name);
            }
        }
    }

    #[test]
    fn the_longest_wait_is_told_as_it_is() {
        let tool = list().into_iter().find(|tool| tool.name == "wait_for_work").unwrap();
        let [longest, usual] = [limits::MCP_WAIT_MS, limits::MCP_WAIT_DEFAULT_MS].map(|ms| ms / 1000);
        let told = tool.input_schema["properties"]["timeout_seconds"]["description"].as_str().unwrap();
        assert_eq!(told, format!("How long to wait, {longest} at most. Default: {usual}."));
        let told = format!("up to timeout_seconds ({longest} at most)");
        assert!(tool.description.unwrap().contains(&told), "{told}");
    }

    #[test]
    fn every_argument_is_described_and_no_schema_needs_a_reference() {
        fn check(tool: &str, schema: &Value) {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].is_string(), "{tool}: {name} is not described: {property}");
                check(tool, property);
                check(tool, &property["items"]);
            }
        }
        for tool in list() {
            let schema = Value::Object((*tool.input_schema).clone());
            assert_eq!(schema["type"], "object", "{}", tool.name);
            let text = schema.to_string();
            assert!(!text.contains("$ref") && !text.contains("\"null\""), "{}: {text}", tool.name);
            check(&tool.name, &schema);
        }
    }
}
