//! How long a page of a list takes when there are many sessions, in the embedded store.
//!
//!     cargo run --release -p sessiond-store --example lists -- [sessions]

use std::time::Instant;

use sessiond_core::{AgentId, Kind, SessionId, Status, Timestamp};
use sessiond_store::sqlite::{Options, Sqlite};
use sessiond_store::{Append, ListQuery, Op, Record, Sort, Store, SummaryRow};

#[tokio::main]
async fn main() {
    let sessions = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let dir = tempfile::tempdir().expect("a directory for the store");
    let store = Sqlite::open(dir.path(), Options::default()).expect("the store opens");
    let begun = Instant::now();
    for first in (0..sessions).step_by(1_000) {
        let ops = (first..sessions.min(first + 1_000)).map(begin).collect();
        store.write(ops).await.expect("the sessions begin");
    }
    println!("{sessions} sessions begun in {:.1} s", begun.elapsed().as_secs_f64());
    let page = ListQuery { limit: 100, ..ListQuery::default() };
    let visible = |owner: &str, agent: &str| Some((owner.to_owned(), vec![agent.to_owned()]));
    let queries = [
        ("newest", page.clone()),
        ("of a kind", with(&page, |query| query.kind = Some(Kind::Training))),
        ("of a rare status", with(&page, |query| query.status = Some(Status::Failed))),
        ("of a rare label", with(&page, |query| query.label = Some(("rare".into(), None)))),
        ("of an owner of many", with(&page, |query| query.owner = Some("owner0".into()))),
        ("visible, one of many", with(&page, |query| query.visible_to = visible("owner0", "test://none"))),
        ("visible, one of few", with(&page, |query| query.visible_to = visible("nobody", "test://rare"))),
        ("visible, by a prefix", with(&page, |query| query.visible_to = visible("nobody", "test://*"))),
        ("a rare text", with(&page, |query| query.text = Some("s-99999".into()))),
        ("a text that is nowhere", with(&page, |query| query.text = Some("nowhere".into()))),
        ("last changed first", with(&page, |query| query.sort = Sort::Updated)),
        ("by name", with(&page, |query| query.sort = Sort::Name)),
    ];
    for (name, query) in queries {
        let mut quickest = f64::MAX;
        let mut rows = 0;
        for _ in 0..5 {
            let begun = Instant::now();
            rows = store.list(query.clone()).await.expect("it is read").items.len();
            quickest = quickest.min(begun.elapsed().as_secs_f64() * 1e3);
        }
        println!("{name:24} {rows:4} rows {quickest:8.2} ms");
    }
    let begun = Instant::now();
    store.counts().await.expect("they are read");
    println!("{:24}           {:8.2} ms", "counts", begun.elapsed().as_secs_f64() * 1e3);
    store.close().await;
}

fn with(query: &ListQuery, change: impl FnOnce(&mut ListQuery)) -> ListQuery {
    let mut query = query.clone();
    change(&mut query);
    query
}

fn begin(n: usize) -> Op {
    let session_id = SessionId::parse(format!("s-{n}")).expect("a session id");
    let now = Timestamp::from_millis(1_750_000_000_000 + n as i64);
    let rare = n.is_multiple_of(5_000);
    let agent = |name: String| AgentId::parse(format!("test://{name}")).expect("an agent id");
    let summary = SummaryRow {
        session_id: session_id.clone(),
        kind: Kind::ALL[n % 5],
        name: Some(format!("Session number {n}")),
        status: if rare { Status::Failed } else { Status::Completed },
        revision: 0,
        owner: format!("owner{}", n % 4),
        client_id: None,
        orchestrator: None,
        members: vec![agent(format!("agent{}", n % 100)), agent(if rare { "rare" } else { "common" }.into())],
        labels: [(if rare { "rare" } else { "common" }.to_owned(), "yes".to_owned())].into(),
        parent: None,
        forked_from: None,
        created_at: now,
        updated_at: now,
        expires_at: None,
        ended_at: None,
        steps: (0, 0),
        tasks: (0, 0),
    };
    Op::Append(Box::new(Append {
        session_id,
        expected_revision: 0,
        records: vec![Record { seq: 1, json: r#"{"type":"session_created"}"#.into() }],
        updated_at: now,
        summary: Some(Box::new(summary)),
        tasks: Vec::new(),
        writes: Vec::new(),
        answers: Vec::new(),
        fires: None,
    }))
}
