//! The routes, one file a noun. A handler extracts, calls the client and maps the answer; it decides nothing.

mod a2a;
mod agents;
mod aggregations;
mod calls;
mod console;
mod context;
mod conversation;
mod documents;
mod events;
mod files;
mod health;
mod inbox;
mod keys;
mod mcp;
mod messages;
mod openai;
mod participants;
mod questions;
mod schedules;
mod sessions;
mod signals;
mod socket;
mod tasks;
mod telemetry;
mod workflow;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// All routes with their documents.
pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sessions::create_session, sessions::list_sessions))
        .routes(routes!(sessions::count_sessions))
        .routes(routes!(sessions::import_session))
        .routes(routes!(sessions::get_session, sessions::update_session, sessions::delete_session))
        .routes(routes!(sessions::complete_session))
        .routes(routes!(sessions::terminate_session))
        .routes(routes!(sessions::fail_session))
        .routes(routes!(sessions::retry_session))
        .routes(routes!(sessions::fork_session))
        .routes(routes!(sessions::export_session))
        .routes(routes!(sessions::issue_token))
        .routes(routes!(sessions::get_summary))
        .routes(routes!(participants::add_participant))
        .routes(routes!(participants::remove_participant))
        .routes(routes!(participants::claim_lease, participants::renew_lease, participants::release_lease))
        .routes(routes!(workflow::update_workflow))
        .routes(routes!(workflow::advance_workflow))
        .routes(routes!(context::get_context, context::replace_context, context::patch_context))
        .routes(routes!(calls::begin_execution))
        .routes(routes!(calls::renew_execution))
        .routes(routes!(calls::release_execution))
        .routes(routes!(calls::record_calls))
        .routes(routes!(conversation::add_turn, conversation::list_turns))
        .routes(routes!(conversation::get_turn))
        .routes(routes!(conversation::retry_turn))
        .routes(routes!(conversation::stop_turn))
        .routes(routes!(conversation::stop_turns))
        .routes(routes!(conversation::move_head))
        .routes(routes!(conversation::set_assistant))
        .routes(routes!(conversation::clear_conversation))
        .routes(routes!(conversation::chat))
        .routes(routes!(files::add_files, files::list_files))
        .routes(routes!(files::get_file, files::delete_file))
        .routes(routes!(files::get_file_content))
        .routes(routes!(files::get_passage))
        .routes(routes!(files::search_files))
        .routes(routes!(files::upload))
        .routes(routes!(questions::ask_question, questions::list_session_questions))
        .routes(routes!(questions::get_question))
        .routes(routes!(questions::answer_question))
        .routes(routes!(questions::withdraw_question))
        .routes(routes!(questions::list_questions))
        .routes(routes!(signals::send_signal))
        .routes(routes!(signals::list_signals))
        .routes(routes!(schedules::create_schedule, schedules::list_schedules))
        .routes(routes!(schedules::get_schedule, schedules::update_schedule, schedules::delete_schedule))
        .routes(routes!(schedules::run_schedule))
        .routes(routes!(schedules::preview_schedule))
        .routes(routes!(tasks::delegate_task, tasks::list_session_tasks))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::get_task))
        .routes(routes!(tasks::accept_task))
        .routes(routes!(tasks::progress_task))
        .routes(routes!(tasks::complete_task))
        .routes(routes!(tasks::fail_task))
        .routes(routes!(tasks::cancel_task))
        .routes(routes!(events::list_events))
        .routes(routes!(messages::send_message))
        .routes(routes!(messages::list_messages))
        .routes(routes!(messages::requeue_message))
        .routes(routes!(agents::register_agent))
        .routes(routes!(agents::list_agents))
        .routes(routes!(agents::get_agent, agents::delete_agent))
        .routes(routes!(agents::heartbeat))
        .routes(routes!(inbox::receive_messages))
        .routes(routes!(inbox::acknowledge_messages))
        .routes(routes!(socket::connect))
        .routes(routes!(mcp::mcp))
        .routes(routes!(a2a::a2a))
        .routes(routes!(a2a::a2a_card))
        .routes(routes!(openai::list_models))
        .routes(routes!(openai::get_model))
        .routes(routes!(openai::chat_completions))
        .routes(routes!(openai::create_response))
        .routes(routes!(openai::get_response))
        .routes(routes!(openai::cancel_response))
        .routes(routes!(openai::create_conversation))
        .routes(routes!(openai::get_conversation, openai::delete_conversation))
        .routes(routes!(openai::list_items))
        .routes(routes!(openai::create_openai_file, openai::list_openai_files))
        .routes(routes!(openai::get_openai_file, openai::delete_openai_file))
        .routes(routes!(openai::get_openai_file_content))
        .routes(routes!(aggregations::aggregate))
        .routes(routes!(telemetry::put_points, telemetry::list_points))
        .routes(routes!(keys::create_key, keys::list_keys))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(keys::whoami))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(documents::root))
        .routes(routes!(documents::get_openapi))
        .routes(routes!(documents::reference))
        .routes(routes!(documents::errors))
        .routes(routes!(documents::error))
        .routes(routes!(documents::guide))
        .routes(routes!(documents::image))
        .routes(routes!(console::to_console))
        .routes(routes!(console::get_console))
        .routes(routes!(console::get_console_file))
}
