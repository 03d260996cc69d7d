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
        Code::ParticipantNotFound => "get_session shows who takes part; join_session adds you.",
        Code::TaskNotFound => "get_session lists the tasks of a session with their ids.",
        Code::StepNotFound | Code::StepNotActive | Code::StepAmbiguous => {
            "read_plan shows the steps and which are active; name one of those."
        }
        Code::NoWorkflow => "this session has no plan: use tasks, messages and the context.",
        Code::SessionEnded => "the session is over; it can still be read. Do not try again.",
        Code::SessionExists => "choose another session_id, or join that session.",
        Code::TaskClosed => "the task is over; go on with wait_for_work.",
        Code::AttemptStale => {
            "the task is another agent's or another attempt's now: drop this work, and wait_for_work."
        }
        Code::RevisionStale => "read_context again, and patch what it is now with its revision.",
        Code::Forbidden => {
            "this connection's key may not do it: act as your own agent, or ask the session's owner."
        }
        Code::Unauthenticated => {
            "the server needs a valid key in this client's configuration; tell the person."
        }
        Code::Unreachable => "the server does not answer; tell the person, or try again later.",
        Code::FenceStale => {
            "pass the `fence` that hold_lease gave you last, or none if you hold no lease; if that does not help, \
             another process works as this agent: stop, and tell the person."
        }
        Code::LeaseHeld => "another process works as this agent; stop, and tell the person.",
        Code::ParticipantRequired => "a step of the plan still needs that agent.",
        Code::EventGap => "read again without `after`, or with a later number.",
        Code::InvalidInput => "correct the named arguments and call again.",
        Code::IdempotencyMismatch | Code::MessageExists => "use another message_id, or leave it out.",
        _ => return None,
    })
}
