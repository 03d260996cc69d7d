//! A server that was built without the console.
#![cfg(not(feature = "console"))]
#![allow(clippy::unwrap_used)]

mod support;

use reqwest::StatusCode;
use support::{Bench, problem};

#[tokio::test]
async fn without_the_console_its_addresses_are_not_there_and_the_root_leads_to_the_documents() {
    let bench = Bench::keyless().await;
    for path in ["/console", "/console/", "/console/sessions", "/console/index.html"] {
        let missing = problem(bench.get(path).await, StatusCode::NOT_FOUND, "not_found").await;
        assert!(missing["detail"].as_str().unwrap().contains("without its console"), "{missing}");
    }
    assert_eq!(bench.get("/").await.headers()["location"], "/docs");
    bench.stop().await;
}
