//! The conformance suite: what the contract says a store must do, as tests that every backend runs.
//!
//! A backend's test file says how it is opened, by a [`Backend`], and names it to [`conformance_tests!`](crate::conformance_tests).
//! A second [`open`](Backend::open) on the same backend stands for another process.

#![allow(missing_docs, reason = "a test's name says what it tests")]
#![allow(clippy::unwrap_used, reason = "it is a test, though not compiled as one")]

pub mod answers;
pub mod fixtures;
pub mod inboxes;
pub mod journals;
pub mod lists;
pub mod messages;
pub mod processes;
pub mod registry;
pub mod schedules;
pub mod tasks;
pub mod telemetry;
pub mod timers;
pub mod writes;

use std::sync::Arc;

use async_trait::async_trait;
use sessiond_core::{Kind, MessageId, Priority, Revision, SessionId, Status, Timestamp, limits};

use self::fixtures::*;
use crate::{Append, Done, Enqueue, Error, Op, Record, Refusal, Store, SummaryRow, Write};

/// One store of its own, and how it is opened.
#[async_trait]
pub trait Backend: Send + Sync {
    /// Opens the store; each time as if by another process.
    async fn open(&self) -> Result<Arc<dyn Store>, Error>;

    /// Has the store say that it is of this format.
    async fn set_format(&self, format: u32);

    /// How many transactions that appended something have been made durable so far.
    async fn flushes(&self) -> u64;
}

/// Makes a test of everything in the suite. `$fresh` names an async function that makes an empty backend.
#[macro_export]
macro_rules! conformance_tests {
    ($fresh:ident) => {
        $crate::conformance_tests! { @list $fresh
            journals:
                a_session_begins_at_revision_1_and_goes_on_without_gaps
                an_append_with_a_gap_in_its_numbers_is_an_error_and_nothing_of_its_batch_is_kept
                a_session_begins_with_an_event_and_a_row_in_lists
                an_append_at_another_revision_is_refused_with_the_present_one
                a_refused_operation_keeps_none_of_the_others_from_being_done
                a_refused_append_leaves_nothing_behind
                an_append_without_events_writes_what_follows_and_keeps_the_revision
                an_answer_is_kept_with_its_append_and_refuses_the_same_request_again
                events_are_read_from_a_number_on_up_to_a_limit
                a_page_of_large_events_ends_early_and_has_at_least_one
                opening_reads_the_newest_snapshot_and_the_events_after_it
                a_snapshot_of_another_format_is_passed_over
                an_older_snapshot_does_not_replace_a_newer_one
                a_snapshot_needs_its_session_and_its_revision
                trimming_drops_events_and_tells_readers_where_the_journal_begins
                trimming_is_refused_without_a_snapshot_that_replaces_the_events
                events_are_replaced_under_their_numbers
                a_long_journal_is_trimmed_and_deleted_at_once_for_every_reader
                deleting_a_session_removes_all_that_is_its_own
                a_deleted_session_begins_again_at_revision_1
                a_session_is_deleted_at_the_revision_that_is_expected
                what_a_deleted_session_answered_is_answered_for_no_other
                notices_of_a_deleted_session_wait_for_their_agents;
            timers:
                a_timer_is_due_at_its_time_and_the_soonest_comes_first
                the_time_of_the_next_timer_is_told_beyond_those_that_are_due
                a_timer_set_again_replaces_the_one_of_its_key
                a_timer_is_cleared_by_its_session
                a_fired_timer_is_cleared_unless_it_was_set_anew
                a_timer_is_moved_while_it_exists
                a_timer_is_moved_only_from_where_it_is_said_to_stand
                an_append_that_comes_of_a_timer_clears_it
                an_append_that_comes_of_a_timer_which_was_moved_is_refused
                timers_of_two_sessions_with_one_key_are_two;
            inboxes:
                messages_of_a_stream_come_in_the_order_of_acceptance
                a_stream_of_higher_priority_comes_first
                a_message_inherits_the_priority_of_a_later_one_of_its_stream
                a_priority_is_inherited_within_a_stream_alone
                a_later_message_of_low_priority_does_not_inherit_from_an_earlier_one
                a_message_is_not_due_before_its_time_and_holds_up_no_other
                what_is_taken_is_handed_out_again_when_its_time_has_come
                an_attempt_is_counted_across_a_restart
                a_new_reader_gets_what_the_one_before_left_and_the_old_token_is_refused
                readers_without_a_token_share_an_inbox
                an_acknowledged_message_is_not_delivered_again
                a_message_delivered_too_often_is_reported_until_it_is_buried
                a_message_is_buried_and_passed_on_in_one_operation_or_not_at_all
                a_delivery_that_reached_nobody_is_taken_back_with_its_attempt
                a_dead_letter_is_not_put_back_into_a_full_inbox
                what_is_exhausted_does_not_use_up_the_limit_of_a_take
                a_dead_letter_is_put_back_in_its_old_place_as_if_never_delivered
                a_message_put_back_raises_none_that_came_after_it
                a_take_hands_out_a_message_once_also_when_it_is_due_again_at_once
                only_a_dead_letter_can_be_put_back
                a_held_message_is_handed_out_to_each_new_reader_and_never_by_time
                a_reader_that_names_a_message_has_more_time_for_it
                an_acknowledged_request_that_was_not_held_is_told
                a_message_is_taken_back_as_a_dead_letter_when_it_could_not_be_delivered;
            messages:
                a_full_inbox_refuses_a_message_and_its_append
                an_optional_message_is_dropped_by_a_full_inbox
                an_inbox_takes_a_message_id_once
                a_sender_may_have_a_part_of_an_inbox
                messages_that_wait_too_long_are_given_up_and_requests_are_not
                a_message_id_is_free_in_another_inbox
                two_messages_of_one_append_are_counted_together
                a_withdrawn_message_is_not_delivered_and_makes_room
                what_was_acknowledged_cannot_be_withdrawn
                an_inbox_tells_its_depth_its_oldest_message_and_when_the_next_is_due
                a_message_outside_a_session_is_kept_with_its_answer
                an_agents_inbox_goes_with_it_and_tokens_still_grow
                deleting_a_session_takes_its_messages_out_of_the_inboxes
                messages_are_listed_newest_first_by_each_filter
                a_page_of_large_messages_ends_early_and_has_at_least_one
                a_message_is_read_back_as_it_was_written;
            lists:
                a_row_is_read_back_as_it_was_written_with_the_stores_own_revision_and_time
                each_filter_finds_its_sessions_and_no_other
                a_text_is_found_in_any_case_and_means_itself
                a_principal_sees_what_it_owns_and_what_its_agents_take_part_in
                a_principal_with_many_sessions_sees_the_same
                each_order_is_kept_from_page_to_page
                a_range_of_time_has_its_beginning_and_not_its_end
                pages_neither_repeat_nor_skip_while_sessions_begin
                a_cursor_of_another_list_is_refused
                sessions_are_counted_by_kind_and_status
                sessions_and_their_turns_are_counted_for_all_and_for_a_principal
                a_changed_row_is_found_by_what_it_is_now
                a_row_whose_progress_alone_has_changed_is_read_back_so;
            tasks:
                a_task_is_found_by_its_id_and_listed_newest_first
                a_principal_sees_the_tasks_of_the_sessions_that_it_sees
                the_copy_of_a_task_does_not_take_the_row_of_the_original;
            schedules:
                a_schedule_changes_only_at_the_expected_revision
                an_owner_has_only_so_many_schedules
                a_schedule_with_a_kept_answer_is_made_once
                a_session_is_begun_with_its_schedule_or_not_at_all
                schedules_are_listed_by_id_in_pages_and_by_owner
                schedules_are_due_by_their_next_time_soonest_first;
            registry:
                an_agent_is_registered_replaced_listed_and_removed
                an_agent_changes_only_for_who_knows_its_owner
                a_key_is_kept_replaced_and_listed_oldest_first;
            answers:
                an_answer_is_kept_once
                purging_drops_old_answers_and_ended_messages_alone
                purging_is_repeated_until_nothing_is_left;
            telemetry:
                points_are_numbered_and_read_from_a_cursor_on
                points_of_one_series_are_read_alone
                the_oldest_points_beyond_the_limit_go_and_readers_are_told
                points_with_a_kept_answer_are_added_once
                points_need_their_session_and_go_with_it;
            processes:
                of_two_appends_at_one_revision_one_succeeds_and_one_conflicts
                reopening_shows_everything
                a_session_deleted_and_begun_again_elsewhere_is_not_mixed_with_the_old_one
                another_process_hears_of_a_session_within_50_ms
                another_process_hears_of_inboxes_timers_and_the_registry
                own_writes_are_not_told
                a_subscriber_that_comes_back_hears_only_what_is_new
                a_large_batch_is_told_as_a_whole
                a_read_shows_every_write_that_was_acknowledged_before
                a_store_of_a_newer_format_is_refused_and_left_as_it_is
                a_closed_store_says_so;
            writes:
                many_small_writes_at_once_are_all_done
                concurrent_writers_share_flushes
                a_batch_that_fails_takes_none_of_the_others_with_it;
        }
    };
    (@list $fresh:ident $($module:ident: $($name:ident)+;)+) => { $(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let backend = super::$fresh().await;
                    $crate::conformance::$module::$name(&backend).await;
                }
            )+
        }
    )+ };
}

async fn open(backend: &dyn Backend) -> Arc<dyn Store> {
    backend.open().await.expect("the store opens")
}

/// Writes a batch of which everything is to be done.
async fn done(store: &Arc<dyn Store>, ops: Vec<Op>) -> Vec<Done> {
    let answers = store.write(ops).await.expect("the batch is written");
    answers.into_iter().map(|answer| answer.expect("the operation is done")).collect()
}

/// Writes one operation that is to be done.
async fn do_one(store: &Arc<dyn Store>, op: Op) -> Done {
    done(store, vec![op]).await.remove(0)
}

/// Writes one operation that is to be refused.
async fn refused(store: &Arc<dyn Store>, op: Op) -> Refusal {
    let mut answers = store.write(vec![op]).await.expect("the batch is written");
    answers.remove(0).expect_err("the operation is refused")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_test_of_the_suite_is_in_its_list() {
        let list = include_str!("mod.rs");
        let sources = [
            include_str!("answers.rs"),
            include_str!("inboxes.rs"),
            include_str!("journals.rs"),
            include_str!("lists.rs"),
            include_str!("messages.rs"),
            include_str!("processes.rs"),
            include_str!("registry.rs"),
            include_str!("schedules.rs"),
            include_str!("tasks.rs"),
            include_str!("telemetry.rs"),
            include_str!("timers.rs"),
            include_str!("writes.rs"),
        ];
        let mut tests = 0;
        for line in sources.iter().flat_map(|source| source.lines()) {
            let Some(rest) = line.strip_prefix("pub async fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap_or_default();
            let listed = |entry: &str| entry.trim().trim_end_matches(';') == name;
            assert!(list.lines().any(listed), "{name} is not in the list of conformance_tests!");
            tests += 1;
        }
        assert!(tests > 60);
    }
}
