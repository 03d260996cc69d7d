//! What holds through one door must hold through the other.

use sessiond_client::Client;
use sessiond_tests::doors;

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
