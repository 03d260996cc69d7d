//! "Dependencies point one way" in ARCHITECTURE.md: the diagram has each dependency of a crate on another, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;

use crate::docs::ARCHITECTURE;

/// The arrow of the diagram.
const ARROW: &str = "──►";
/// Crates that any other crate may use; the diagram leaves them out.
const FOR_ALL: &[&str] = &["core", "api"];

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The arrows that are in the diagram or in the manifests, but not in both.
///
/// # Errors
/// When a manifest cannot be read.
pub fn faults(root: &Path, architecture: &str) -> anyhow::Result<Vec<String>> {
    let mut manifests = Arrows::new();
    for entry in std::fs::read_dir(root.join("crates")).context("cannot read crates")? {
        let folder = entry?.path();
        let Some(name) = folder.file_name().and_then(|name| name.to_str()) else { continue };
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))
            .with_context(|| format!("cannot read the manifest of {name}"))?;
        manifests.insert(name.to_owned(), used(&manifest));
    }
    Ok(compare(&drawn(architecture), &manifests))
}

fn compare(drawn: &Arrows, manifests: &Arrows) -> Vec<String> {
    let pairs = |arrows: &Arrows| -> BTreeSet<(String, String)> {
        let pairs = arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| (from.clone(), to.clone())));
        pairs.collect()
    };
    let (drawn, real) = (pairs(drawn), pairs(manifests));
    let missing =
        real.difference(&drawn).map(|(from, to)| format!("{ARCHITECTURE} has no arrow {from} {ARROW} {to}"));
    let gone =
        drawn.difference(&real).map(|(from, to)| format!("{ARCHITECTURE}: {from} does not depend on {to}"));
    missing.chain(gone).collect()
}

/// The arrows of lines such as `engine ──► store, runner`.
fn drawn(text: &str) -> Arrows {
    let lines = text.lines().filter_map(|line| line.split_once(ARROW));
    let is_crate = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    lines
        .filter(|(from, _)| is_crate(from.trim_end()))
        .map(|(from, to)| (from.trim().to_owned(), to.split(',').map(|to| to.trim().to_owned()).collect()))
        .collect()
}

/// The crates of this workspace that a manifest's own dependencies name.
fn used(manifest: &str) -> BTreeSet<String> {
    let table = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names =
        table.take_while(|line| !line.starts_with('[')).filter_map(|line| line.strip_prefix("sessiond-"));
    let names = names.filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter(|name| !FOR_ALL.contains(name)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_diagram_has_the_arrows_of_the_manifests() {
        let diagram =
            drawn("```\nHTTP ──► server ──► store\nserver  ──► client, store\nclient  ──► runner\n```\n");
        let server = "[package]\nname = \"sessiond-server\"\n\n[dependencies]\nsessiond-core.workspace = true\n\
                      sessiond-client = { workspace = true }\nsessiond-engine.workspace = true\nserde.workspace = true\n\n\
                      [dev-dependencies]\nsessiond-agent.workspace = true\n";
        let manifests = Arrows::from([
            ("server".to_owned(), used(server)),
            (
                "client".to_owned(),
                used("[dependencies]\nsessiond-runner = { workspace = true, optional = true }\n"),
            ),
        ]);
        assert_eq!(
            compare(&diagram, &manifests),
            [
                "ARCHITECTURE.md has no arrow server ──► engine".to_owned(),
                "ARCHITECTURE.md: server does not depend on store".to_owned(),
            ]
        );
    }
}
