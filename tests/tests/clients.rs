//! What holds for one client must hold for the other.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use sessiond_client::Client;
use sessiond_engine::Engine;
use sessiond_server::{AdminKey, Handle, Options, Server};
use sessiond_store_sqlite::Sqlite;

/// The key of a caller who may do everything, as the person with the embedded client may.
const KEY: &str = "test-admin-key";

/// A server on a free port, with the store in `dir`.
async fn serve(dir: &Path) -> (Engine, Handle) {
    let store = Sqlite::open(dir, sessiond_store_sqlite::Options::default()).unwrap();
    let engine = Engine::open(Arc::new(store), sessiond_engine::Options::default()).await.unwrap();
    let admin_key = Some(AdminKey::new(KEY).unwrap());
    let options = Options { listen: "127.0.0.1:0".into(), admin_key, ..Options::default() };
    let server = Server::bind(engine.clone(), options).await.unwrap();
    (engine, server.start())
}

macro_rules! cases {
    ($($noun:ident: $($case:ident),* $(,)?;)*) => {
        mod embedded {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let client = super::Client::open(dir.path()).await.unwrap();
                sessiond_tests::clients::$noun::$case(client.clone()).await;
                client.close().await;
            })*)*
        }

        mod http {
            $($(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let (engine, server) = super::serve(dir.path()).await;
                let client = super::Client::connect(&server.url(), Some(super::KEY)).unwrap();
                sessiond_tests::clients::$noun::$case(client.clone()).await;
                client.close().await;
                server.stop().await;
                engine.shutdown().await;
            })*)*
        }

        /// The cases by the noun that their file is called after.
        const CASES: &[(&str, &[&str])] = &[$((stringify!($noun), &[$(stringify!($case)),*])),*];
    };
}

cases! {
    agents:
        agents_are_found_by_capability;
    workflow:
        the_tutorial_works,
        a_plan_runs_by_itself;
    server:
        it_is_ready_and_knows_its_caller;
    sessions:
        a_key_makes_a_request_idempotent,
        a_fork_goes_on_alone,
        an_export_can_be_imported,
        an_end_reaches_the_children,
        a_session_expires,
        lists_have_filters_and_cursors,
        wrong_input_is_named;
    schedules:
        a_schedule_is_created_changed_run_and_deleted,
        a_wrong_schedule_is_refused_with_its_place;
    participants:
        a_lease_fences_writers;
    tasks:
        a_late_task_goes_to_the_fallback;
    calls:
        calls_are_recorded_once_and_read_as_they_were_written,
        a_process_takes_an_execution_up_after_another,
        a_process_that_holds_a_lease_is_the_only_writer,
        a_copy_and_an_export_have_the_calls;
    events:
        a_watch_misses_nothing,
        events_come_in_pages;
    messages:
        messages_wait_until_acknowledged,
        a_long_poll_wakes_up,
        a_delayed_message_is_accepted_at_once_and_comes_at_its_time,
        a_synchronous_request_waits_for_its_response;
    aggregations:
        results_are_aggregated;
    telemetry:
        telemetry_has_its_own_cursor;
    keys:
        keys_are_made_and_revoked;
}

#[test]
fn every_case_is_listed() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/clients");
    let mut listed: Vec<_> = CASES
        .iter()
        .flat_map(|(noun, cases)| cases.iter().map(move |case| format!("{noun}::{case}")))
        .collect();
    let mut written = Vec::new();
    for file in std::fs::read_dir(sources).unwrap() {
        let path = file.unwrap().path();
        let noun = path.file_stem().unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&path).unwrap();
        let cases = source.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('('));
        written.extend(cases.map(|(case, _)| format!("{noun}::{case}")));
    }
    listed.sort();
    written.sort();
    assert_eq!(listed, written);
}
