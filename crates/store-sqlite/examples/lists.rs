//! How long a page of a list takes when there are many sessions, in the embedded store.
//!
//!     cargo run --release -p sessiond-store-sqlite --example lists -- [sessions]

use std::time::Instant;

use sessiond_core::{Kind, Status};
use sessiond_store::conformance::fixtures;
use sessiond_store::{ListQuery, Lists, Op, Sort, Store, SummaryRow};
use sessiond_store_sqlite::{Options, Sqlite};

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
    let visible = |owner: &str, agent: &str| Some(fixtures::visibility(owner, &[agent]));
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
    let now = fixtures::at(1_750_000_000_000 + n as i64);
    let rare = n.is_multiple_of(5_000);
    let frequency = if rare { "rare" } else { "common" };
    fixtures::begin(SummaryRow {
        kind: Kind::ALL[n % 5],
        name: Some(format!("Session number {n}")),
        status: if rare { Status::Failed } else { Status::Completed },
        owner: format!("owner{}", n % 4),
        members: vec![fixtures::agent(&format!("agent{}", n % 100)), fixtures::agent(frequency)],
        labels: [(frequency.to_owned(), "yes".to_owned())].into(),
        created_at: now,
        updated_at: now,
        ..fixtures::row(&format!("s-{n}"))
    })
}
