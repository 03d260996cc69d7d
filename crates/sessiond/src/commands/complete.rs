//! Completions that ask the store or the server: ids and agents. The words of closed sets are possible values of their
//! arguments, which clap completes.

use std::ffi::{OsStr, OsString};
use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};
use sessiond_api as api;
use sessiond_client::Client;

use crate::client;
use crate::config::{Config, Flags};
use crate::output::{printable, word};

/// The variable by which a shell's function asks for completions.
const VARIABLE: &str = "SESSIOND_COMPLETE";
/// Nobody waits longer for a completion.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Candidates that are asked for.
const CANDIDATES: usize = 200;

/// Completes the command line and exits, if that is what a shell started this process for.
pub fn answer() {
    CompleteEnv::with_factory(super::description).var(VARIABLE).complete();
}

/// The script that has a shell ask this program.
pub fn script(shell: Shell) -> anyhow::Result<String> {
    let shells = Shells::builtins();
    let shell = shells
        .completer(&shell.to_string())
        .ok_or_else(|| anyhow::anyhow!("there are no completions for {shell}"))?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "sessiond", "sessiond", "sessiond", &mut script)?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if shell.is("bash") {
        // Or else Bash would take the id of an agent, framework://name, for three words.
        script.push_str("COMP_WORDBREAKS=${COMP_WORDBREAKS//:/}\n");
    }
    Ok(script)
}

/// Completes the id of a session, with its name and its status.
pub fn sessions() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, typed| {
            let q = Some(typed).filter(|typed| !typed.is_empty());
            let query = api::ListSessions { q, limit: Some(CANDIDATES), ..api::ListSessions::default() };
            let sessions = client.sessions(query).await.ok()?.sessions;
            Some(
                sessions
                    .into_iter()
                    .map(|session| {
                        let name = session.name.unwrap_or_default();
                        (session.session_id.to_string(), format!("{} {name}", session.status))
                    })
                    .collect(),
            )
        })
    })
}

/// Completes the id of a task, with its status and its agent.
pub fn tasks() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, _| {
            let query = api::ListTasks { limit: Some(CANDIDATES), ..api::ListTasks::default() };
            let tasks = client.tasks(query).await.ok()?.tasks;
            let said = |task: &api::Task| format!("{} {} {}", task.status, task.task_type, task.assignee);
            Some(tasks.iter().map(|task| (task.task_id.to_string(), said(task))).collect())
        })
    })
}

/// Completes the id of a schedule, with its times.
pub fn schedules() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, _| {
            let query = api::ListSchedules { limit: Some(CANDIDATES), ..api::ListSchedules::default() };
            let schedules = client.schedules(query).await.ok()?.schedules;
            let said = |schedule: &api::Schedule| super::schedule::times(schedule);
            Some(
                schedules.iter().map(|schedule| (schedule.schedule_id.to_string(), said(schedule))).collect(),
            )
        })
    })
}

/// Completes the id of an agent, with its status.
pub fn agents() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, _| {
            let query = api::ListAgents { limit: Some(CANDIDATES), ..api::ListAgents::default() };
            let agents = client.agents(query).await.ok()?.agents;
            Some(agents.iter().map(|agent| (agent.agent_id.to_string(), word(&agent.status))).collect())
        })
    })
}

/// Completes the id of a message, with its type.
pub fn messages() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, _| {
            let query = api::ListMessages { limit: Some(CANDIDATES), ..api::ListMessages::default() };
            let messages = client.messages(query).await.ok()?.messages;
            let said =
                |info: &api::MessageInfo| format!("{} {}", word(&info.state), info.message.message_type);
            Some(messages.iter().map(|info| (info.message.message_id.to_string(), said(info))).collect())
        })
    })
}

/// Completes the id of a key, with its name.
pub fn keys() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &OsStr| {
        candidates(current, async |client, _| {
            let keys = client.keys().await.ok()?.keys;
            Some(keys.into_iter().map(|key| (key.key_id, key.name)).collect())
        })
    })
}

/// What begins like `current`, of the ids and their descriptions that `ask` gives. Whatever goes wrong, there is no
/// completion then, and no word about it.
fn candidates<F, Asked>(current: &OsStr, ask: F) -> Vec<CompletionCandidate>
where
    F: FnOnce(Client, String) -> Asked,
    Asked: Future<Output = Option<Vec<(String, String)>>>,
{
    let Some(typed) = current.to_str() else { return Vec::new() };
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
    else {
        return Vec::new();
    };
    let found = runtime.block_on(async {
        let asked = async {
            let config = configuration(std::env::args_os().collect())?;
            let client = client::look(&config).await.ok()?;
            let found = ask(client.clone(), typed.to_owned()).await;
            client.close().await;
            found
        };
        tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
    });
    runtime.shutdown_timeout(Duration::from_millis(100));
    let found = found.unwrap_or_default().into_iter().filter(|(id, _)| id.starts_with(typed));
    found.map(|(id, said)| CompletionCandidate::new(id).help(Some(printable(said.trim()).into()))).collect()
}

/// The configuration of the command line that is being completed.
fn configuration(arguments: Vec<OsString>) -> Option<Config> {
    let value = |flag: &str| {
        let with_value = format!("{flag}=");
        let mut arguments = arguments.iter().filter_map(|argument| argument.to_str());
        let found = arguments.find(|argument| *argument == flag || argument.starts_with(&with_value))?;
        match found.strip_prefix(&with_value) {
            Some(value) => Some(value.to_owned()),
            None => arguments.next().map(ToOwned::to_owned),
        }
    };
    let flags: Flags = [("--url", "url"), ("--api-key", "api_key"), ("--dir", "data_dir")]
        .into_iter()
        .map(|(flag, setting)| (setting, value(flag)))
        .collect();
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let file = value("--config").map(PathBuf::from);
    let mut config =
        Config::load(file.as_deref(), &std::env::current_dir().ok()?, environment, flags).ok()?;
    super::prefer_directory(&mut config);
    Some(config)
}
