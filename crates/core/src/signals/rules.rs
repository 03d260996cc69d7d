//! How signals are sent.

use serde_json::Value;

use crate::session::Rejection;
use crate::session::draft::Draft;
use crate::session::facet_state::FacetState;
use crate::values::check::Checks;
use crate::values::limits;

use super::SignalSent;

/// Sends a signal.
pub(crate) fn send(draft: &mut Draft<'_>, name: String, value: Value) -> Result<(), Rejection> {
    check(&name, &value)?;
    draft.emit(SignalSent { name, value })?;
    Ok(draft.session().signals.check_counts()?)
}

/// Checks what a signal says.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), Rejection> {
    let mut checks = Checks::default();
    checks.name("/name", name);
    checks.sized("/value", value, limits::ANSWER_BYTES);
    Ok(checks.done()?)
}
