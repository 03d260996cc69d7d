//! What a model can do about a problem, where its own words do not say it.

use sessiond_api::{Code, Problem};

/// A problem as a model reads it: code, detail, the fields that are wrong, and what to do.
pub(super) fn text(problem: &Problem) -> String {
    let mut text = format!("{}: {}", problem.code.as_str(), problem.detail);
    for error in &problem.errors {
        let pointer = if error.pointer.is_empty() { "the arguments" } else { &error.pointer };
        text.push_str(&format!("\n  {pointer}: {}", error.detail));
    }
    if let Some(advice) = of(problem.code) {
        text.push_str("\nWhat to do: ");
        text.push_str(advice);
    } else if problem.retryable {
        text.push_str("\nWhat to do: call again with the same arguments.");
    }
    text
}

fn of(code: Code) -> Option<&'static str> {
    Some(match code {
        Code::SessionNotFound => "list_sessions shows the sessions that you may see.",
        Code::AgentNotFound => "call join_session first; agents are named framework://name.",
        Code::ParticipantNotFound => "get_session shows the participants; join_session adds you.",
        Code::TaskNotFound => "get_session lists the tasks of a session with their ids.",
        Code::StepNotFound | Code::StepNotActive | Code::StepAmbiguous => {
            "read_plan shows the steps and their status; name an active step."
        }
        Code::NoWorkflow => "this session has no plan: use tasks, messages and the context.",
        Code::SessionExpired => "the session is over, and its conversation was removed. Create another one.",
        Code::SessionEnded => "the session is over; it can still be read. Do not try again.",
        Code::SessionExists => "choose another session_id, or join that session.",
        Code::TaskClosed => "the task is over; continue with wait_for_work.",
        Code::AttemptStale => {
            "the task has moved to another agent or another attempt: drop this work, and wait_for_work."
        }
        Code::RevisionStale => "call read_context again, and patch its current state with its revision.",
        Code::Forbidden => {
            "this connection's key does not allow it: act as your own agent, or ask the session's owner."
        }
        Code::Unauthenticated => {
            "the server needs a valid key in this client's configuration; tell the user."
        }
        Code::Unreachable => "the server does not respond; tell the user, or retry later.",
        Code::FenceStale => {
            "pass the last `fence` from hold_lease, or none if you hold no lease; if that does not help, \
             another process works as this agent: stop, and tell the user."
        }
        Code::ExecutionRunning => "another process runs this execution; leave it alone, and tell the user.",
        Code::LeaseHeld => "another process works as this agent; stop, and tell the user.",
        Code::ParticipantRequired => "a step of the plan still needs that agent.",
        Code::EventGap => "read again without `after`, or with a later number.",
        Code::InvalidInput => "correct the named arguments and call again.",
        Code::IdempotencyMismatch | Code::MessageExists => "use another message_id, or leave it out.",
        _ => return None,
    })
}
