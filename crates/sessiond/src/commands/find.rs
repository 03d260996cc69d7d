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

/// A session.
pub async fn session(client: &Client, typed: &SessionId) -> Result<SessionId, Problem> {
    // The shortest answer that says whether it is there.
    let probe = api::ListSessionQuestions { limit: Some(1), ..Default::default() };
    match client.session_questions(typed, probe).await {
        Ok(_) => return Ok(typed.clone()),
        Err(problem) if matches!(problem.code, Code::SessionNotFound | Code::NotFound) => {}
        Err(problem) => return Err(problem),
    }
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
    match client.task(typed).await {
        Ok(_) => return Ok(typed.clone()),
        Err(problem) if matches!(problem.code, Code::TaskNotFound | Code::NotFound) => {}
        Err(problem) => return Err(problem),
    }
    let mut search = Search::new("task", typed.as_str());
    let page =
        |cursor| client.tasks(api::ListTasks { limit: Some(PAGE), cursor, ..api::ListTasks::default() });
    let found = search!(search, page, tasks, |task| task.task_id.as_str())?;
    let missing = || Problem::new(Code::TaskNotFound, format!("task \"{typed}\" not found"));
    TaskId::parse(found.ok_or_else(missing)?).map_err(|_| missing())
}

/// A schedule.
pub async fn schedule(client: &Client, typed: &ScheduleId) -> Result<ScheduleId, Problem> {
    match client.schedule(typed).await {
        Ok(_) => return Ok(typed.clone()),
        Err(problem) if matches!(problem.code, Code::ScheduleNotFound | Code::NotFound) => {}
        Err(problem) => return Err(problem),
    }
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
    state: Option<&str>,
    typed: &MessageId,
) -> Result<MessageId, Problem> {
    let mut search = Search::new("message", typed.as_str());
    let page = |cursor| {
        let query = api::ListMessages {
            recipient: Some(recipient.clone()),
            state: state.map(ToOwned::to_owned),
            limit: Some(PAGE),
            cursor,
            ..api::ListMessages::default()
        };
        client.messages(query)
    };
    let found = search!(search, page, messages, |info| info.message.message_id.as_str())?;
    Ok(found.and_then(|id| MessageId::parse(id).ok()).unwrap_or_else(|| typed.clone()))
}

/// A question of a session. One that is not found is left to the server.
pub async fn question(
    client: &Client,
    session: &SessionId,
    typed: &QuestionId,
) -> Result<QuestionId, Problem> {
    let mut search = Search::new("question", typed.as_str());
    let page = |cursor| {
        let query = api::ListSessionQuestions { status: None, limit: Some(PAGE), cursor };
        client.session_questions(session, query)
    };
    let found = search!(search, page, questions, |question| question.question_id.as_str())?;
    Ok(found.and_then(|id| QuestionId::parse(id).ok()).unwrap_or_else(|| typed.clone()))
}

/// A key. One that is not found is left to the server.
pub async fn key(client: &Client, typed: &str) -> Result<String, Problem> {
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
