//! Ids from the command line: whole, or the beginning of one alone. An exact id always wins.

use sessiond_api::{self as api, Code, Problem};
use sessiond_client::Client;
use sessiond_core::{AgentId, MessageId, QuestionId, ScheduleId, SessionId, TaskId};

/// Rows of a page.
const PAGE: usize = 1000;
/// Pages that are searched; what is older has to be named by its whole id.
const PAGES: usize = 10;
/// Candidates that an error names.
const NAMED: usize = 10;

/// What has been found so far of ids with a beginning.
struct Search<'a> {
    what: &'static str,
    typed: &'a str,
    exact: bool,
    /// Whether there is more than was looked at.
    cut_off: bool,
    found: Vec<String>,
}

impl<'a> Search<'a> {
    fn new(what: &'static str, typed: &'a str) -> Self {
        Self { what, typed, exact: false, cut_off: false, found: Vec::new() }
    }

    fn add(&mut self, id: &str) {
        self.exact |= id == self.typed;
        if id.starts_with(self.typed) && !self.found.iter().any(|found| found == id) {
            self.found.push(id.to_owned());
        }
    }

    /// The only id; none where there is none.
    fn end(self) -> Result<Option<String>, Problem> {
        let Self { what, typed, exact, cut_off, mut found } = self;
        if exact {
            return Ok(Some(typed.to_owned()));
        }
        if cut_off && !found.is_empty() {
            let detail =
                format!("there are more {what}s than are searched for \"{typed}\": give the whole id");
            return Err(Problem::new(Code::InvalidInput, detail));
        }
        if found.len() < 2 {
            return Ok(found.pop());
        }
        found.sort();
        let named = found.iter().take(NAMED).map(|id| format!("\n  {id}")).collect::<String>();
        let more = match found.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!("\n  and {more} more"),
        };
        let detail = format!("\"{typed}\" is the beginning of {} {what}s:{named}{more}", found.len());
        Err(Problem::new(Code::InvalidInput, detail))
    }
}

/// Searches pages, newest first, until there are no more.
macro_rules! search {
    ($search:ident, $page:expr, $items:ident, |$item:ident| $id:expr) => {{
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let page = $page(cursor.take()).await?;
            page.$items.iter().for_each(|$item| $search.add($id));
            cursor = page.next_cursor;
            if $search.exact || cursor.is_none() {
                break;
            }
        }
        $search.cut_off = cursor.is_some();
        $search.end()
    }};
}

/// Whether an id is whole by its looks: a prefix and 32 hexadecimal digits, as the engine makes them. No request has to ask
/// about it.
fn is_whole(typed: &str) -> bool {
    typed.rsplit_once('_').is_some_and(|(prefix, digits)| {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        !prefix.is_empty() && digits.len() == 32 && digits.bytes().all(is_digit)
    })
}

/// Whether a problem says that there is no such thing.
fn is_missing(problem: &Problem) -> bool {
    matches!(
        problem.code,
        Code::NotFound
            | Code::SessionNotFound
            | Code::TaskNotFound
            | Code::ScheduleNotFound
            | Code::MessageNotFound
            | Code::QuestionNotFound
            | Code::FileNotFound
    )
}

/// A session.
pub async fn session(client: &Client, typed: &SessionId) -> Result<SessionId, Problem> {
    if is_whole(typed.as_str()) {
        return Ok(typed.clone());
    }
    // The shortest answer that says whether it is there.
    let probe = api::ListSessionQuestions { limit: Some(1), ..Default::default() };
    match client.session_questions(typed, probe).await {
        Ok(_) => Ok(typed.clone()),
        Err(problem) if is_missing(&problem) => session_like(client, typed).await,
        Err(problem) => Err(problem),
    }
}

/// A session, as it is: one request where its id is whole.
pub async fn session_view(client: &Client, typed: &SessionId) -> Result<api::Session, Problem> {
    match client.session(typed).await {
        Err(problem) if is_missing(&problem) => client.session(&session_like(client, typed).await?).await,
        done => done,
    }
}

async fn session_like(client: &Client, typed: &SessionId) -> Result<SessionId, Problem> {
    let mut search = Search::new("session", typed.as_str());
    let page = |cursor| {
        let query = api::ListSessions {
            q: Some(typed.to_string()),
            limit: Some(PAGE),
            cursor,
            ..api::ListSessions::default()
        };
        client.sessions(query)
    };
    let found = search!(search, page, sessions, |session| session.session_id.as_str())?;
    let missing = || Problem::new(Code::SessionNotFound, format!("session \"{typed}\" not found"));
    SessionId::parse(found.ok_or_else(missing)?).map_err(|_| missing())
}

/// A session that an option names.
pub async fn maybe_session(client: &Client, typed: Option<&SessionId>) -> Result<Option<SessionId>, Problem> {
    match typed {
        Some(typed) => Ok(Some(session(client, typed).await?)),
        None => Ok(None),
    }
}

/// A task, of any session.
pub async fn task(client: &Client, typed: &TaskId) -> Result<TaskId, Problem> {
    if is_whole(typed.as_str()) {
        return Ok(typed.clone());
    }
    Ok(task_view(client, typed).await?.task_id)
}

/// A task, as it is: one request where its id is whole.
pub async fn task_view(client: &Client, typed: &TaskId) -> Result<api::Task, Problem> {
    match client.task(typed).await {
        Err(problem) if is_missing(&problem) => client.task(&task_like(client, typed).await?).await,
        done => done,
    }
}

async fn task_like(client: &Client, typed: &TaskId) -> Result<TaskId, Problem> {
    let mut search = Search::new("task", typed.as_str());
    let page =
        |cursor| client.tasks(api::ListTasks { limit: Some(PAGE), cursor, ..api::ListTasks::default() });
    let found = search!(search, page, tasks, |task| task.task_id.as_str())?;
    let missing = || Problem::new(Code::TaskNotFound, format!("task \"{typed}\" not found"));
    TaskId::parse(found.ok_or_else(missing)?).map_err(|_| missing())
}

/// A schedule.
pub async fn schedule(client: &Client, typed: &ScheduleId) -> Result<ScheduleId, Problem> {
    if is_whole(typed.as_str()) {
        return Ok(typed.clone());
    }
    Ok(schedule_view(client, typed).await?.schedule_id)
}

/// A schedule, as it is: one request where its id is whole.
pub async fn schedule_view(client: &Client, typed: &ScheduleId) -> Result<api::Schedule, Problem> {
    match client.schedule(typed).await {
        Err(problem) if is_missing(&problem) => client.schedule(&schedule_like(client, typed).await?).await,
        done => done,
    }
}

async fn schedule_like(client: &Client, typed: &ScheduleId) -> Result<ScheduleId, Problem> {
    let mut search = Search::new("schedule", typed.as_str());
    let page = |cursor| client.schedules(api::ListSchedules { limit: Some(PAGE), cursor });
    let found = search!(search, page, schedules, |schedule| schedule.schedule_id.as_str())?;
    let missing = || Problem::new(Code::ScheduleNotFound, format!("schedule \"{typed}\" not found"));
    ScheduleId::parse(found.ok_or_else(missing)?).map_err(|_| missing())
}

/// A message to an agent, in one of these states. One that is not found is left to the server.
pub async fn message(
    client: &Client,
    recipient: &AgentId,
    state: Option<api::MessageState>,
    typed: &MessageId,
) -> Result<MessageId, Problem> {
    if is_whole(typed.as_str()) {
        return Ok(typed.clone());
    }
    let mut search = Search::new("message", typed.as_str());
    let page = |cursor| {
        let query = api::ListMessages {
            recipient: Some(recipient.clone()),
            state,
            limit: Some(PAGE),
            cursor,
            ..api::ListMessages::default()
        };
        client.messages(query)
    };
    let found = search!(search, page, messages, |info| info.message.message_id.as_str())?;
    Ok(found.and_then(|id| MessageId::parse(id).ok()).unwrap_or_else(|| typed.clone()))
}

/// A question of a session, as it is: one request where its id is whole.
pub async fn question(
    client: &Client,
    session: &SessionId,
    typed: &QuestionId,
) -> Result<api::Question, Problem> {
    let missing = match client.question(session, typed, api::GetQuestion::default()).await {
        Err(problem) if is_missing(&problem) => problem,
        done => return done,
    };
    let mut search = Search::new("question", typed.as_str());
    let page = |cursor| {
        let query = api::ListSessionQuestions { status: None, limit: Some(PAGE), cursor };
        client.session_questions(session, query)
    };
    let found = search!(search, page, questions, |question| question.question_id.as_str())?;
    let whole = QuestionId::parse(found.ok_or_else(|| missing.clone())?).map_err(|_| missing)?;
    client.question(session, &whole, api::GetQuestion::default()).await
}

/// A file of a session: by its id, by its exact name, or by the beginning of its id.
pub fn file(files: &[api::File], typed: &str) -> Result<api::File, Problem> {
    let is_id = |file: &&api::File| file.file_id.as_str() == typed;
    let exact = files.iter().find(is_id).or_else(|| files.iter().find(|file| file.name == typed));
    if let Some(file) = exact {
        return Ok(file.clone());
    }
    let id = among("file", typed, files.iter().map(|file| file.file_id.as_str()))?;
    let found = id.and_then(|id| files.iter().find(|file| file.file_id.as_str() == id));
    let missing = || Problem::new(Code::FileNotFound, format!("file \"{typed}\" not found"));
    found.cloned().ok_or_else(missing)
}

/// A key. One that is not found is left to the server.
pub async fn key(client: &Client, typed: &str) -> Result<String, Problem> {
    if is_whole(typed) {
        return Ok(typed.to_owned());
    }
    Ok(among("key", typed, client.keys().await?.keys.iter().map(|key| key.key_id.as_str()))?
        .unwrap_or_else(|| typed.to_owned()))
}

/// The only one of these ids that is this one, or begins like this.
pub fn among<'a>(
    what: &'static str,
    typed: &str,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Option<String>, Problem> {
    let mut search = Search::new(what, typed);
    ids.for_each(|id| search.add(id));
    search.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, ids: &[&str], expected: Result<Option<&str>, &str>) {
        let found = among("session", typed, ids.iter().copied());
        match expected {
            Ok(id) => assert_eq!(found.unwrap().as_deref(), id, "{typed}"),
            Err(says) => {
                let problem = found.unwrap_err();
                assert_eq!((problem.code, problem.detail.as_str()), (Code::InvalidInput, says), "{typed}");
            }
        }
    }

    #[test]
    fn a_beginning_names_the_only_id_that_has_it_and_an_exact_id_always_wins() {
        let ids = ["sess_1", "sess_12", "sess_2", "other"];
        check("o", &ids, Ok(Some("other")));
        check("sess_2", &ids, Ok(Some("sess_2")));
        check("sess_1", &ids, Ok(Some("sess_1")));
        check("sess_12", &ids, Ok(Some("sess_12")));
        check("ess", &ids, Ok(None));
        check("sess_", &ids, Err("\"sess_\" is the beginning of 3 sessions:\n  sess_1\n  sess_12\n  sess_2"));
        // The same id in several places is one.
        check("a", &["ab", "ab"], Ok(Some("ab")));
    }

    #[test]
    fn an_id_as_the_engine_makes_them_is_whole_by_its_looks() {
        let made = sessiond_core::Moment { now: Default::default(), nonce: 0x1_98f3 };
        assert!(is_whole(&made.id("sess", 0)) && is_whole(&made.id("my_task", 7)));
        let digits = "0198f3".repeat(6);
        for typed in ["", "sess", "sess_", "sess_0198f3", "_", "notes", "sess_notifications_2025-02-02"] {
            assert!(!is_whole(typed), "{typed}");
        }
        for (count, prefix) in [(31, "s_"), (33, "s_"), (32, "_"), (32, "")] {
            assert!(!is_whole(&format!("{prefix}{}", &digits[..count])), "{prefix} {count}");
        }
        assert!(!is_whole(&format!("s_{}", digits[..32].to_uppercase())));
    }

    #[test]
    fn of_a_search_that_was_cut_off_only_an_exact_id_is_taken() {
        let of = |typed, ids: &[&str]| {
            let mut search = Search::new("task", typed);
            ids.iter().for_each(|id| search.add(id));
            search.cut_off = true;
            search.end()
        };
        assert_eq!(of("t1", &["t1", "t12"]).unwrap().as_deref(), Some("t1"));
        assert_eq!(of("t1", &["t2"]).unwrap(), None);
        assert!(of("t1", &["t12"]).unwrap_err().detail.contains("give the whole id"));
    }

    #[test]
    fn of_many_candidates_the_first_are_named() {
        let ids: Vec<String> = (10..30).map(|number| format!("s{number}")).collect();
        let problem = among("task", "s", ids.iter().map(String::as_str)).unwrap_err();
        assert!(problem.detail.ends_with("\n  s19\n  and 10 more"), "{}", problem.detail);
    }
}
