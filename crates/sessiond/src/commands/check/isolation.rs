//! `sessiond check isolation`: two clients, and everything that the one may try to reach of the other.
//!
//! What one client asks about another's session must not differ from what it asks about a session that there is not: in its
//! status, in its body, and in the time that it takes.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use sessiond_api::operations::{self, Access, Method, Operation};

use super::super::agent::LOCAL_SERVER;
use super::super::{Common, Context};

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often each of two requests is timed.
const TIMED: usize = 200;
/// The medians of two requests may differ by so much.
const APART: Duration = Duration::from_micros(500);
/// What one client says and another must never read.
const SECRET: &str = "isolation-check-7f3a9c52";

/// Check that the clients of a server cannot reach each other
///
/// Creates two sessions of assistants, tries every operation on the one with the token of the other, and deletes both.
#[derive(Debug, Args)]
#[command(
    after_help = "Every operation is tried on the session of another client, and on a session that does not exist, with \
the ids of its turn, response, conversation and file. Statuses and bodies must be equal, no body may have anything of the other \
client, and a credential with one wrong character must be rejected everywhere. The times are compared too.

Without --url the server is http://127.0.0.1:8080. On a server with keys, the key must be allowed to create sessions. Exit \
code 1 if something was reached.

Examples:
  sessiond check isolation
  SESSIOND_API_KEY=… sessiond check isolation --url https://sessions.example
  sessiond check isolation --json | jq .faults"
)]
pub struct Isolation {
    #[command(flatten)]
    common: Common,
}

/// A client with its session.
struct Party {
    session: String,
    token: String,
    turn: String,
    response: String,
    file: String,
}

/// What was found.
#[derive(Debug, Default, Serialize)]
struct Report {
    server: String,
    /// How many requests were made.
    requests: usize,
    /// How many operations were tried.
    operations: usize,
    /// What must not be.
    faults: Vec<String>,
    /// The median time of a request for another's session, and for one that there is not, in microseconds.
    another_us: u64,
    nothing_us: u64,
}

impl Isolation {
    pub async fn run(self, context: Context) -> anyhow::Result<()> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = context.preferred();
        let server = config.get("url").unwrap_or(LOCAL_SERVER).trim_end_matches('/').to_owned();
        let http = Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build()?;
        let mut check = Check {
            http,
            key: config.get("api_key").map(str::to_owned),
            created: Vec::new(),
            report: Report { server: server.clone(), ..Report::default() },
        };
        let one = check.party("one").await?;
        let other = match check.party("other").await {
            Ok(other) => other,
            Err(error) => {
                check.delete(&one).await;
                return Err(error);
            }
        };
        let checked = check.all(&one, &other).await;
        check.clean().await;
        check.delete(&one).await;
        check.delete(&other).await;
        checked?;
        let report = check.report;
        if context.out.json {
            context.out.json(&report)?;
        } else {
            for fault in &report.faults {
                context.out.line(format!("fault: {fault}"))?;
            }
            context.out.line(format!(
                "{} operations in {} requests: {}; another's session takes {} µs, one that does not exist {} µs",
                report.operations,
                report.requests,
                if report.faults.is_empty() { "nothing was reached".to_owned() } else { format!("{} faults", report.faults.len()) },
                report.another_us,
                report.nothing_us,
            ))?;
        }
        if report.faults.is_empty() { Ok(()) } else { bail!("the clients of {server} are not isolated") }
    }
}

struct Check {
    http: Client,
    key: Option<String>,
    /// The sessions that one client reached or created in the place of the other.
    created: Vec<String>,
    report: Report,
}

/// An answer, as far as it is compared.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: StatusCode,
    body: String,
}

impl Check {
    /// A client with a session in which something was said.
    async fn party(&mut self, name: &str) -> anyhow::Result<Party> {
        let create = json!({"client_id": format!("isolation-check-{name}")});
        let key = self.key.clone();
        let created = self.expect(operations::CREATE_SESSION, &[], key.as_deref(), &create).await?;
        let text = |name: &str| {
            created[name].as_str().map(str::to_owned).with_context(|| {
                format!(
                    "{} gave the session no {name}: is it a sessiond with assistants?",
                    self.report.server
                )
            })
        };
        let (session, token) = (text("session_id")?, text("token")?);
        let say = json!({
            "model": "assistant", "input": format!("{SECRET} of {name}"), "background": true,
            "conversation": format!("conv_{session}")
        });
        let said = self.expect(operations::OPENAI_CREATE_RESPONSE, &[], Some(&token), &say).await?;
        let turns = self.expect(operations::LIST_TURNS, &[&session], Some(&token), &Value::Null).await?;
        self.expect(operations::STOP_TURNS, &[&session], Some(&token), &json!({})).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (turn, response) = (text(&turns["turns"][0]["turn_id"]), text(&said["id"]));
        let file = self.upload(&session, &token, &format!("{SECRET} of {name}")).await?;
        Ok(Party { session, token, turn, response, file })
    }

    /// Uploads a file, and gives its id.
    async fn upload(&mut self, session: &str, token: &str, text: &str) -> anyhow::Result<String> {
        self.report.requests += 1;
        let url = format!("{}{}", self.report.server, operations::ADD_FILES.at(&[session]));
        let form = Form::new().part("file", Part::text(text.to_owned()).file_name("check.txt"));
        let response = self.http.post(url).bearer_auth(token).multipart(form).send().await?;
        let status = response.status();
        let added: Value = response.json().await.unwrap_or_default();
        let file = added["files"][0]["file"]["file_id"].as_str().map(str::to_owned);
        file.with_context(|| format!("{} takes no file: {status} {}", self.report.server, added["detail"]))
    }

    /// Deletes the sessions that could be created, where that should not have been possible.
    async fn clean(&mut self) {
        let key = self.key.clone();
        for session in std::mem::take(&mut self.created) {
            // What has gone already is as good.
            let _ = self.send(&operations::DELETE_SESSION, &[&session], key.as_deref(), None).await;
        }
    }

    async fn delete(&mut self, party: &Party) {
        let deleted =
            self.send(&operations::DELETE_SESSION, &[&party.session], Some(&party.token), None).await;
        if !deleted.as_ref().is_ok_and(|answer| answer.status.is_success()) {
            tracing::warn!(session = party.session, "the session of a check could not be deleted");
        }
    }

    async fn all(&mut self, one: &Party, other: &Party) -> anyhow::Result<()> {
        let nothing = nobody(one);
        for operation in operations::all() {
            // What waits for a peer, or is a stream of its own, has no answer to compare.
            if operation.access == Access::Public || *operation == operations::CONNECT_AGENT {
                continue;
            }
            self.report.operations += 1;
            let [another, none] =
                [self.ask(operation, one, other).await?, self.ask(operation, &nothing, other).await?];
            let name = format!("{} {}", operation.method.as_str(), operation.path);
            if another != none {
                self.fault(format!(
                    "{name}: another's session is told from one that does not exist: {another:?}, {none:?}"
                ));
            }
            if another.body.contains(SECRET)
                || (another.status.is_success() && another.body.contains(&one.session))
            {
                self.fault(format!("{name}: it shows something of another client"));
            }
            let own = other.token.as_str();
            let wrong = self.with(operation, one, &off_by_one(own)).await?;
            if wrong.status != StatusCode::UNAUTHORIZED {
                self.fault(format!("{name}: a wrong token gets {}", wrong.status));
            }
        }
        let kept = self.expect(operations::LIST_TURNS, &[&one.session], Some(&one.token), &Value::Null).await;
        let is_whole = kept.is_ok_and(|kept| {
            let text = kept["turns"][0]["text"].as_str();
            text.is_some_and(|text| text.contains(SECRET)) && kept["turns"][1].is_null()
        });
        let ids = [one.session.as_str(), &one.file];
        let content = self.send(&operations::GET_FILE_CONTENT, &ids, Some(&one.token), None).await;
        if !is_whole || !content.is_ok_and(|content| content.body.contains(SECRET)) {
            self.fault("the session of a client was changed by another".to_owned());
        }
        self.time(one, &nothing, other).await
    }

    /// What a client gets that asks about a session; the session's own names are taken out of it.
    async fn ask(&mut self, operation: &Operation, about: &Party, asks: &Party) -> anyhow::Result<Answer> {
        let mut answer = self.with(operation, about, &asks.token).await?;
        for name in [&about.session, &about.turn, &about.response, &about.file] {
            answer.body = answer.body.replace(name.as_str(), "ID");
        }
        Ok(answer)
    }

    async fn with(&mut self, operation: &Operation, about: &Party, token: &str) -> anyhow::Result<Answer> {
        let conversation = format!("conv_{}", about.session);
        let values: Vec<&str> = operation
            .parameters()
            .map(|name| match name {
                "session_id" => about.session.as_str(),
                "turn_id" => &about.turn,
                "response_id" => &about.response,
                "file_id" => &about.file,
                "passage" => "1",
                "conversation_id" => &conversation,
                "agent_id" => "check://isolation",
                "model" => "assistant",
                _ => "isolation-check",
            })
            .collect();
        let body = match *operation {
            operations::CHAT => json!({"message": "Hello", "session_id": about.session}),
            operations::ADD_TURN => json!({"text": "Hello"}),
            operations::MOVE_HEAD => json!({"turn_id": about.turn}),
            operations::UPDATE_SESSION => json!({"name": "taken"}),
            operations::OPENAI_CHAT => {
                json!({"model": "assistant", "messages": [{"role": "user", "content": "Hello"}]})
            }
            operations::OPENAI_CREATE_RESPONSE => {
                json!({"model": "assistant", "input": "Hello", "previous_response_id": about.response})
            }
            _ => json!({}),
        };
        let body = (operation.method != Method::Get).then_some((body, about.session.as_str()));
        let answer = self.send(operation, &values, Some(token), body).await?;
        // Nothing else is ever deleted: other answers have ids too, of what is not the check's own.
        let created = match *operation {
            operations::CREATE_SESSION | operations::FORK_SESSION => "/session_id",
            operations::OPENAI_CREATE_CONVERSATION => "/id",
            operations::OPENAI_CREATE_RESPONSE => "/conversation/id",
            _ => return Ok(answer),
        };
        if answer.status.is_success() {
            let view: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let id = view.pointer(created).and_then(Value::as_str);
            self.created.extend(id.map(|id| id.trim_start_matches("conv_").to_owned()));
        }
        Ok(answer)
    }

    /// Compares how long a client waits for the answer about another's session and about one that there is not.
    async fn time(&mut self, one: &Party, nothing: &Party, asks: &Party) -> anyhow::Result<()> {
        let mut times = [Vec::with_capacity(TIMED), Vec::with_capacity(TIMED)];
        for _ in 0..TIMED {
            for (about, times) in [one, nothing].into_iter().zip(&mut times) {
                let began = Instant::now();
                self.send(&operations::GET_SESSION, &[&about.session], Some(&asks.token), None).await?;
                times.push(began.elapsed());
            }
        }
        let [another, none] = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        });
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        (self.report.another_us, self.report.nothing_us) = (micros(another), micros(none));
        if another.abs_diff(none) > APART.max(none / 2) {
            self.fault(format!(
                "another's session is told from one that does not exist by its time: {another:?}, {none:?}"
            ));
        }
        Ok(())
    }

    fn fault(&mut self, fault: String) {
        self.report.faults.push(fault);
    }

    /// Sends a request that must succeed.
    async fn expect(
        &mut self,
        operation: Operation,
        values: &[&str],
        secret: Option<&str>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        let body = (!body.is_null()).then(|| (body.clone(), ""));
        let answer = self.send(&operation, values, secret, body).await?;
        if !answer.status.is_success() {
            bail!(
                "{} {} was answered with {}: {}",
                operation.method.as_str(),
                operation.path,
                answer.status,
                answer.body
            );
        }
        Ok(serde_json::from_str(&answer.body)?)
    }

    /// Sends a request; a body comes with the session that its header names.
    async fn send(
        &mut self,
        operation: &Operation,
        values: &[&str],
        secret: Option<&str>,
        body: Option<(Value, &str)>,
    ) -> anyhow::Result<Answer> {
        self.report.requests += 1;
        let url = format!("{}{}", self.report.server, operation.at(values));
        let mut request = self.http.request(operation.method.as_str().parse()?, &url);
        if let Some(secret) = secret {
            request = request.bearer_auth(secret);
        }
        if let Some((body, session)) = body {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, "application/json".parse()?);
            if !session.is_empty() {
                headers.insert("x-session-id", session.parse()?);
            }
            request = request.headers(headers).body(body.to_string());
        }
        let response =
            request.send().await.with_context(|| format!("{} does not answer", self.report.server))?;
        Ok(Answer { status: response.status(), body: response.text().await? })
    }
}

/// Ids beside those of a client, which nobody has: a guess differs in one character.
fn nobody(of: &Party) -> Party {
    let (session, turn) = (off_by_one(&of.session), off_by_one(&of.turn));
    let response = format!("resp_{}", URL_SAFE_NO_PAD.encode(format!("{session}:{turn}")));
    Party { session, token: String::new(), turn, response, file: off_by_one(&of.file) }
}

/// The text with another last character.
fn off_by_one(text: &str) -> String {
    let mut other = text.to_owned();
    let last = if other.pop() == Some('0') { '1' } else { '0' };
    other.push(last);
    other
}
