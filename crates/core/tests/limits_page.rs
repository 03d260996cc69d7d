//! `docs/limits.md` says what `src/limits.rs` does.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
#![allow(missing_docs)]

use std::collections::BTreeMap;
use std::path::Path;

/// Reads `pub const NAME: type = a * b * c;`.
fn constants(source: &str) -> BTreeMap<String, u64> {
    let declarations = source.split("pub const ").skip(1);
    declarations
        .map(|declaration| {
            let (name, rest) = declaration.split_once(':').unwrap();
            let (_, value) = rest.split_once('=').unwrap();
            let (value, _) = value.split_once(';').unwrap();
            let product =
                value.split('*').map(|n| n.trim().replace('_', "").parse::<u64>().unwrap()).product();
            (name.to_owned(), product)
        })
        .collect()
}

/// Reads the rows of the page's table.
fn documented(page: &str) -> BTreeMap<String, u64> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let (name, rest) = row.split_once('`').unwrap();
        let value = rest.split('|').nth(1).unwrap().trim().parse().unwrap();
        (name.to_owned(), value)
    })
    .collect()
}

#[test]
fn the_page_of_limits_says_what_the_file_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/limits.md")).unwrap();
    let file = std::fs::read_to_string(root.join("crates/core/src/values/limits.rs")).unwrap();
    assert_eq!(documented(&page), constants(&file));
    assert!(documented(&page).len() > 30);
}
