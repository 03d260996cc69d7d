//! The executive summary.

use crate::Session;

/// The executive summary of a session, in Markdown.
pub fn markdown(session: &Session) -> String {
    format!("# {}\n", session.id)
}
