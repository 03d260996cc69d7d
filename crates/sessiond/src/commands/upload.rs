//! Files that are added to a session, and how far they are.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use sessiond_api::{self as api, Problem};
use sessiond_client::{Client, Sent};
use sessiond_core::SessionId;

use crate::output::{bytes, printable};

/// An upload that takes less time is not shown.
const SHORT: Duration = Duration::from_millis(500);

/// The name of a file in a session.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A line on standard error that says what is done. It is shown by [`show`], and goes with its last copy.
pub fn spinner() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    let style =
        ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.with_style(style).with_finish(ProgressFinish::AndClear)
}

/// Shows the line, on a terminal.
pub fn show(bar: &ProgressBar) {
    bar.set_draw_target(ProgressDrawTarget::stderr());
    bar.enable_steady_tick(Duration::from_millis(100));
}

/// Adds a file to a session. On a terminal, a line on standard error says how far it is.
pub async fn add(
    client: &Client,
    id: &SessionId,
    name: &str,
    path: &Path,
) -> Result<api::AddedFile, Problem> {
    let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|file| file.len());
    let bar = spinner();
    let (shown, said) = (bar.clone(), printable(name));
    let sent: Sent = Arc::new(move |sent| {
        shown.set_message(match length {
            Some(length) if sent >= length => format!("{said}: {} sent; its text is read", bytes(sent)),
            Some(length) => format!("{said}: {} of {}", bytes(sent), bytes(length)),
            None => format!("{said}: {}", bytes(sent)),
        });
    });
    let mut adding = client.add_file(id, name, path, Some(sent));
    tokio::select! {
        added = &mut adding => return added,
        () = tokio::time::sleep(SHORT) => show(&bar),
    }
    adding.await
}
