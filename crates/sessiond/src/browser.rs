//! The user's browser.

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::thread;

/// Opens a page in the default browser, and says so when that cannot be done. Nobody waits for it: what opens a page
/// may stay until the browser is closed.
pub fn open(url: String) {
    thread::spawn(move || {
        if !started(&url, |command| Some(command.status().ok()?.success())) {
            eprintln!("no browser could be opened: open {url} in one");
        }
    });
}

/// The same, and whether there is one that was started.
pub fn open_now(url: &str) -> bool {
    started(url, |command| command.spawn().ok().map(|_| true))
}

/// Whether this machine may have a browser: on Linux, where there is a display.
pub fn is_there() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") || set("BROWSER")
}

/// Starts what opens a page. The first that this system has decides.
fn started(url: &str, start: impl Fn(&mut std::process::Command) -> Option<bool>) -> bool {
    let opened = open::commands(url).into_iter().find_map(|mut command| {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // In a group of its own, because Ctrl-C is meant for the server and not for the browser.
        start(quiet.process_group(0))
    });
    opened.unwrap_or(false)
}
