//! The arguments that commands share.

use clap::Args;
use sessiond_api::{self as api, Problem};
use sessiond_client::Client;
use sessiond_core::SessionId;

use super::{complete, find};
use crate::output::Printing;

/// Which client a command uses. [`settings`](super::settings) reads it, for all commands alike.
#[derive(Debug, Clone, Default, Args)]
pub struct Connection {
    /// Server to connect to, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The server's key; prefer SESSIOND_API_KEY, which other users cannot see
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// Directory of the local store [default: .sessiond]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<String>,
}

/// What every command takes that prints something of a store or a server.
#[derive(Debug, Args)]
pub struct Common {
    #[command(flatten)]
    printing: Printing,
    #[command(flatten, next_help_heading = "Connection options")]
    connection: Connection,
}

/// One session, and what every command on one takes.
#[derive(Debug, Args)]
pub struct One {
    /// The session's id, or the beginning of it
    #[arg(value_name = "SESSION", add = complete::sessions())]
    id: SessionId,
    #[command(flatten)]
    common: Common,
}

impl One {
    /// The session's whole id.
    pub async fn find(&self, client: &Client) -> Result<SessionId, Problem> {
        find::session(client, &self.id).await
    }

    /// The session, as it is.
    pub async fn view(&self, client: &Client) -> Result<api::Session, Problem> {
        find::session_view(client, &self.id).await
    }

    /// What it was named by, beside its whole id.
    pub fn named<'a>(&'a self, id: &'a SessionId) -> Named<'a> {
        Named { typed: self.id.as_str(), whole: id.as_str() }
    }
}

/// A page of a list, or all of it.
#[derive(Debug, Args)]
pub struct Paging {
    /// Maximum number of rows
    #[arg(long, value_name = "COUNT", default_value_t = 50, conflicts_with = "all")]
    limit: usize,
    /// Read all pages
    #[arg(long)]
    pub all: bool,
    /// Continue from a previous page
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// Rows of a page when all are read.
const PAGE: usize = 1000;

impl Paging {
    /// Reads the page, or all pages as one, by their limits and cursors.
    pub async fn read<P: Page, F>(
        self,
        mut read: impl FnMut(Option<usize>, Option<String>) -> F,
    ) -> Result<P, Problem>
    where
        F: Future<Output = Result<P, Problem>>,
    {
        let limit = if self.all { PAGE } else { self.limit };
        let mut page = read(Some(limit), self.cursor).await?;
        while self.all
            && let Some(cursor) = page.next().take()
        {
            page.add(read(Some(limit), Some(cursor)).await?);
        }
        Ok(page)
    }
}

/// A page of a list.
pub trait Page {
    /// Where the next page begins.
    fn next(&mut self) -> &mut Option<String>;
    /// Adds the page after this one.
    fn add(&mut self, page: Self);
}

macro_rules! pages {
    ($($page:ident: $rows:ident),*) => {
        $(impl Page for api::$page {
            fn next(&mut self) -> &mut Option<String> {
                &mut self.next_cursor
            }

            fn add(&mut self, page: Self) {
                self.$rows.extend(page.$rows);
                self.next_cursor = page.next_cursor;
            }
        })*
    };
}

pages!(
    AgentPage: agents,
    MessagePage: messages,
    QuestionPage: questions,
    SchedulePage: schedules,
    SessionPage: sessions,
    TaskPage: tasks
);

/// What a command changes: as it was typed, and its whole id.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub typed: &'a str,
    pub whole: &'a str,
}

/// Consent to what cannot be undone.
#[derive(Debug, Clone, Copy, Args)]
pub struct Consent {
    /// Do not ask for confirmation; ids have to be whole then
    #[arg(long, short = 'y')]
    yes: bool,
}

/// What a script means that has not said `--yes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// No.
    Refuses,
    /// Yes: there is nothing that it could have meant but this.
    Agrees,
}

impl Consent {
    /// Asks the person at the terminal, unless `--yes` has answered. Where nobody is asked, an id is taken only whole: a script
    /// whose session is gone would otherwise reach another one whose id begins like it.
    pub fn to(self, question: &str, silence: Silence, named: Named<'_>) -> anyhow::Result<()> {
        use std::io::{IsTerminal as _, Write as _};
        let person = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let Named { typed, whole } = named;
        if typed != whole && (self.yes || !person) {
            anyhow::bail!(
                "nothing was changed: \"{typed}\" is only the beginning of {whole}; give the whole id"
            );
        }
        if self.yes || (!person && silence == Silence::Agrees) {
            return Ok(());
        }
        if person {
            eprint!("{} [y/N] ", crate::output::printable(question));
            std::io::stderr().flush()?;
            let mut answer = String::new();
            std::io::stdin().read_line(&mut answer)?;
            if matches!(answer.trim(), "y" | "Y" | "yes") {
                return Ok(());
            }
        }
        anyhow::bail!("nothing was changed; --yes agrees without a question")
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn all_pages_are_read_as_one_and_a_page_alone_without_all() {
        let check = |all: bool, cursor: Option<&str>, expected: &[usize], next: Option<&str>| {
            let paging = Paging { limit: 2, all, cursor: cursor.map(ToOwned::to_owned) };
            let read = async |limit: Option<usize>, cursor: Option<String>| {
                assert_eq!(limit, Some(if all { PAGE } else { 2 }));
                let from: usize = cursor.as_deref().unwrap_or("0").parse().unwrap();
                let names: Vec<usize> = (from..5).take(2).collect();
                let next_cursor = (from + 2 < 5).then(|| (from + 2).to_string());
                Ok(Numbers(names, next_cursor))
            };
            let page = paging.read(read).now_or_never().unwrap().unwrap();
            assert_eq!((page.0.as_slice(), page.1.as_deref()), (expected, next));
        };
        check(false, None, &[0, 1], Some("2"));
        check(false, Some("4"), &[4], None);
        check(true, None, &[0, 1, 2, 3, 4], None);
        check(true, Some("1"), &[1, 2, 3, 4], None);
    }

    #[derive(Debug)]
    struct Numbers(Vec<usize>, Option<String>);

    impl Page for Numbers {
        fn next(&mut self) -> &mut Option<String> {
            &mut self.1
        }

        fn add(&mut self, page: Self) {
            self.0.extend(page.0);
            self.1 = page.1;
        }
    }
}
