//! How the shared context changes.

use serde_json::Value;

use crate::session::Rejection;
use crate::session::draft::Draft;
use crate::values::Limit;
use crate::values::check::Checks;
use crate::values::json::{json_bytes, merge_patch};

use super::{Command, ContextUpdated};

/// Changes it; `at` is the pointer of what is given.
pub(crate) fn change(draft: &mut Draft<'_>, change: Command, at: &str) -> Result<(), Rejection> {
    let (Command::Replace(given) | Command::Patch(given)) = &change;
    if !given.is_object() {
        return Err(Rejection::invalid(at, "it is a JSON object"));
    }
    // A patch is checked too: one that only removes leaves a small document, but stands in the journal all the same.
    check_document(at, given)?;
    let body = match change {
        Command::Replace(document) => ContextUpdated { document: Some(document), patch: None },
        Command::Patch(patch) => {
            let mut document = Value::clone(&draft.session().context.document);
            merge_patch(&mut document, &patch);
            check_document(at, &document)?;
            ContextUpdated { document: None, patch: Some(patch) }
        }
    };
    draft.emit(body)
}

/// Checks how large the shared context is and how deep it nests; `at` is its pointer.
pub(crate) fn check_document(at: &str, document: &Value) -> Result<(), Rejection> {
    // Depth first: measuring what is deeper than allowed would use up the stack.
    let mut checks = Checks::default();
    checks.depth(at, document);
    checks.done()?;
    Ok(Limit::ContextBytes.allows(json_bytes(document))?)
}
