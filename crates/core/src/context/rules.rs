//! How the shared context changes.

use serde_json::Value;

use crate::session::Rejection;
use crate::session::draft::Draft;
use crate::values::check::Checks;
use crate::values::json::{json_bytes, merge_patch};
use crate::values::{Limit, limits};

use super::{Command, ContextUpdated, ContextWrite};

/// Changes it; `at` is the pointer of what is given.
pub(crate) fn change(draft: &mut Draft<'_>, change: Command, at: &str) -> Result<(), Rejection> {
    let (Command::Replace(given) | Command::Patch(given)) = &change;
    if !given.is_object() {
        return Err(Rejection::invalid(at, "it is a JSON object"));
    }
    // A patch is checked too: one that only removes leaves a small document, but stands in the journal all the same.
    check_document(at, given)?;
    let body = match change {
        Command::Replace(document) => ContextUpdated { document: Some(document), patch: None, writes: None },
        Command::Patch(patch) => {
            let mut document = Value::clone(&draft.session().context.document);
            merge_patch(&mut document, &patch);
            check_document(at, &document)?;
            ContextUpdated { document: None, patch: Some(patch), writes: None }
        }
    };
    draft.emit(body)
}

/// Writes the values that a program wrote; `at` is the pointer of what is given.
pub(crate) fn write(draft: &mut Draft<'_>, writes: Vec<ContextWrite>, at: &str) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    let mut document = Value::clone(&draft.session().context.document);
    for (i, write) in writes.iter().enumerate() {
        if write.key.len() > limits::TEXT_BYTES {
            checks
                .wrong(format!("{at}/{i}/key"), format!("it may have {} bytes at most", limits::TEXT_BYTES));
        }
        if let Some(value) = &write.value {
            checks.depth(format!("{at}/{i}/value"), value);
        }
    }
    checks.done()?;
    for write in &writes {
        write.apply(&mut document);
    }
    check_document(at, &document)?;
    draft.emit(ContextUpdated { document: None, patch: None, writes: Some(writes) })
}

/// Checks how large the shared context is and how deep it nests; `at` is its pointer.
pub(crate) fn check_document(at: &str, document: &Value) -> Result<(), Rejection> {
    // Depth first: measuring what is deeper than allowed would use up the stack.
    let mut checks = Checks::default();
    checks.depth(at, document);
    checks.done()?;
    Ok(Limit::ContextBytes.allows(json_bytes(document))?)
}
