//! What a program links that takes one client alone.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::process::Command;

/// The crates that `sessiond-client` links with these features.
fn linked(features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{lib}"])
        .args(["--package", "sessiond-client"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_http_client_alone_links_neither_the_engine_nor_a_store() {
    let local = ["sessiond_engine", "sessiond_store", "sessiond_store_sqlite", "rusqlite", "libsqlite3_sys"];
    let both = linked(&[]);
    let http = linked(&["--no-default-features", "--features", "http"]);
    for name in local {
        assert!(both.contains(name), "{name} is not in the whole tree: has it another name?");
        assert!(!http.contains(name), "{name} is linked by the HTTP client");
    }
    assert!(http.contains("reqwest"));
}

#[test]
fn the_embedded_client_alone_links_no_http_client() {
    let embedded = linked(&["--no-default-features", "--features", "embedded"]);
    assert!(embedded.contains("sessiond_engine"));
    for name in ["reqwest", "rustls"] {
        assert!(!embedded.contains(name), "{name} is linked by the embedded client");
    }
}
