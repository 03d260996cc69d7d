//! The user's browser.

use std::os::unix::process::CommandExt as _;
use std::process::Stdio;
use std::thread;

/// Opens a page in the default browser, and says so when that cannot be done. Nobody waits for it: what opens a page
/// may stay until the browser is closed.
pub fn open(url: String) {
    thread::spawn(move || {
        // The first that this system has decides.
        let opened = open::commands(&url).into_iter().find_map(|mut command| {
            let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            // In a group of its own, because Ctrl-C is meant for the server and not for the browser.
            quiet.process_group(0).status().ok()
        });
        if !opened.is_some_and(|status| status.success()) {
            eprintln!("no browser could be opened: open {url} in one");
        }
    });
}
