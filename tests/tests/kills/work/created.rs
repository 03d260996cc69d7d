//! Sessions whose ids the server chooses: a repeated request creates one. Every second is deleted, and stays deleted.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;
use sessiond_api::Code;
use sessiond_client::Conditions;
use tokio::task::JoinSet;

use super::{create, once};
use crate::run::{Shared, request};

const WORKERS: usize = 2;

pub fn spawn(workers: &mut JoinSet<()>, shared: &Arc<Shared>) {
    for n in 0..WORKERS {
        workers.spawn(work(shared.clone(), n));
    }
}

async fn work(shared: Arc<Shared>, n: usize) {
    let client = shared.client(n);
    let label = format!("creator{n}");
    let mut kept = BTreeSet::new();
    let mut number = 0;
    while !shared.ending() {
        number += 1;
        let new = json!({ "name": format!("{n}-{number}"), "labels": { "creator": label } });
        let id = create(&shared, n, new).await;
        if number % 2 == 0 {
            // Without an answer to a deletion, the session may be gone already.
            if let Err(problem) = shared.ask(|| client.delete_session(&id, Conditions::default())).await {
                assert_eq!(problem.code, Code::SessionNotFound, "{problem:?}");
            }
            let gone = shared.ask(|| client.session(&id)).await.expect_err("it is deleted");
            assert_eq!(gone.code, Code::SessionNotFound);
        } else {
            kept.insert(id);
        }
    }
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let query = json!({ "label": format!("creator={label}"), "limit": 100, "cursor": cursor });
        let page = shared.must(|| client.sessions(request(query.clone()))).await;
        found.extend(page.sessions.into_iter().map(|session| session.session_id));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    once("sessions", found, kept);
}
