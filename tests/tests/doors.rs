//! What holds through one door must hold through the other.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use sessiond_client::Client;
use sessiond_engine::Engine;
use sessiond_server::{AdminKey, Handle, Options, Server};
use sessiond_store::sqlite::Sqlite;
use sessiond_tests::doors;

/// The key of a caller who may do everything, as the person at the embedded door may.
const KEY: &str = "test-admin-key";

/// A server on a free port, with the store in `dir`.
async fn serve(dir: &Path) -> (Engine, Handle) {
    let store = Sqlite::open(dir, sessiond_store::sqlite::Options::default()).unwrap();
    let engine = Engine::open(Arc::new(store), sessiond_engine::Options::default()).await.unwrap();
    let admin_key = Some(AdminKey::new(KEY).unwrap());
    let options = Options { listen: "127.0.0.1:0".into(), admin_key, ..Options::default() };
    let server = Server::bind(engine.clone(), options).await.unwrap();
    (engine, server.start())
}

macro_rules! doors {
    ($($case:ident),* $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let client = super::Client::open(dir.path()).await.unwrap();
                super::doors::$case(client.clone()).await;
                client.close().await;
            })*
        }

        mod http {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let dir = tempfile::tempdir().unwrap();
                let (engine, server) = super::serve(dir.path()).await;
                let client = super::Client::connect(&server.url(), Some(super::KEY)).unwrap();
                super::doors::$case(client.clone()).await;
                client.close().await;
                server.stop().await;
                engine.shutdown().await;
            })*
        }
    };
}

doors! {
    the_tutorial_works,
    a_plan_runs_by_itself,
    a_key_makes_a_request_idempotent,
    a_watch_misses_nothing,
    events_come_in_pages,
    messages_wait_until_acknowledged,
    a_long_poll_wakes_up,
    a_synchronous_request_waits_for_its_response,
    a_lease_fences_writers,
    a_late_task_goes_to_the_fallback,
    a_fork_goes_on_alone,
    an_export_can_be_imported,
    an_end_reaches_the_children,
    a_session_expires,
    lists_have_filters_and_cursors,
    results_are_aggregated,
    telemetry_has_its_own_cursor,
    keys_are_made_and_revoked,
    wrong_input_is_named,
}
