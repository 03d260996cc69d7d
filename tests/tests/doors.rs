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

macro_rules! doors {
    ($($file:ident::$case:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let client = super::Client::open(dir.path()).await.unwrap();
                sessiond_tests::$file::$case(client.clone()).await;
                client.close().await;
            })*
        }

        mod http {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let (engine, server) = super::serve(dir.path()).await;
                let client = super::Client::connect(&server.url(), Some(super::KEY)).unwrap();
                sessiond_tests::$file::$case(client.clone()).await;
                client.close().await;
                server.stop().await;
                engine.shutdown().await;
            })*
        }
    };
}

doors! {
    doors::the_tutorial_works,
    doors::a_plan_runs_by_itself,
    doors::a_key_makes_a_request_idempotent,
    doors::a_watch_misses_nothing,
    doors::events_come_in_pages,
    doors::messages_wait_until_acknowledged,
    doors::a_long_poll_wakes_up,
    doors::a_synchronous_request_waits_for_its_response,
    doors::a_lease_fences_writers,
    doors::a_late_task_goes_to_the_fallback,
    doors::a_fork_goes_on_alone,
    doors::an_export_can_be_imported,
    doors::an_end_reaches_the_children,
    doors::a_session_expires,
    doors::lists_have_filters_and_cursors,
    doors::results_are_aggregated,
    doors::telemetry_has_its_own_cursor,
    doors::keys_are_made_and_revoked,
    doors::wrong_input_is_named,
    executions::calls_are_recorded_once_and_read_as_they_were_written,
    executions::a_process_takes_an_execution_up_after_another,
    executions::a_copy_and_an_export_have_the_calls,
}
