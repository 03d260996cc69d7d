//! Where the console is, and that `--open` opens it.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::os::unix::fs::PermissionsExt as _;

use support::{Place, Running, until};

/// Starts a command with nothing else in its path than an opener of pages that does this.
fn start(place: &Place, arguments: &[&str], opener: Option<&str>) -> Running {
    let path = place.path().join("bin");
    std::fs::create_dir_all(&path).unwrap();
    if let Some(script) = opener {
        // What opens a page on Linux and on macOS.
        for name in ["bin/xdg-open", "bin/open"] {
            place.write(name, format!("#!/bin/sh\n{script}\n"));
            let file = place.path().join(name);
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    let mut command = place.command(arguments);
    command.env("PATH", path).env("SESSIOND_API_KEY", "a-key-that-nobody-prints");
    place.start_command(command)
}

#[test]
fn the_server_says_where_its_console_is_and_opens_it() {
    let place = Place::new();
    let record = place.path().join("opened");
    let opener = format!("echo \"$1\" > {}", record.display());
    let mut server = start(&place, &["serve", "--listen", "127.0.0.1:0", "--open"], Some(&opener));
    let url = server.line_with("sessiond listens on ").split_whitespace().nth(3).unwrap().to_owned();
    let line = server.line_with("console");
    assert_eq!(line, format!("its console is at {url}/console/"));
    let page = format!("{url}/console/");
    until("the page is opened", || std::fs::read_to_string(&record).is_ok_and(|text| text.trim() == page));
    server.signal(rustix::process::Signal::TERM);
    let (code, said) = server.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("a-key-that-nobody-prints"), "{said}");
}

#[test]
fn nothing_is_opened_unless_that_was_asked_for() {
    let place = Place::new();
    let record = place.path().join("opened");
    let opener = format!("echo \"$1\" > {}", record.display());
    let mut demo = start(&place, &["demo", "--exit", "--listen", "127.0.0.1:0"], Some(&opener));
    demo.line_with("is complete; its report");
    assert_eq!(demo.end().0, Some(0));
    assert!(!record.exists());
}

#[test]
fn the_demo_opens_its_own_session_in_the_console() {
    let place = Place::new();
    let record = place.path().join("opened");
    let opener = format!("echo \"$1\" > {}", record.display());
    let mut demo = start(&place, &["demo", "--exit", "--listen", "127.0.0.1:0", "--open"], Some(&opener));
    let line = demo.line_with("watch it in the console: ");
    let url = line.strip_prefix("watch it in the console: ").unwrap();
    let (code, said) = demo.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("a-key-that-nobody-prints"), "{said}");
    let id = place.json(&["session", "list", "--kind", "workflow"])["sessions"][0]["session_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        url.starts_with("http://127.0.0.1:") && url.ends_with(&format!("/console/sessions/{id}")),
        "{url}"
    );
    until("the page is opened", || std::fs::read_to_string(&record).is_ok_and(|text| text.trim() == url));
}

#[test]
fn a_browser_that_does_not_open_is_told_in_a_line_and_the_server_goes_on() {
    for opener in [None, Some("exit 3")] {
        let place = Place::new();
        let mut server = start(&place, &["serve", "--listen", "127.0.0.1:0", "--open"], opener);
        let url = server.line_with("sessiond listens on ").split_whitespace().nth(3).unwrap().to_owned();
        let line = server.line_with("no browser");
        assert_eq!(line, format!("no browser could be opened: open {url}/console/ in one"));
        let asked = place
            .command(&["session", "list", "--url", &url])
            .env("SESSIOND_API_KEY", "a-key-that-nobody-prints")
            .output()
            .unwrap();
        assert!(asked.status.success());
    }
}
