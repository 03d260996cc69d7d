//! The glossary has each facet, with the guide that describes it, and the code map has its folder.

use std::path::Path;

use anyhow::Context;

use crate::docs::ARCHITECTURE;

/// The list of facets, and the glossary, from the root.
const CODE: &str = "crates/core/src/session/command.rs";
const GLOSSARY: &str = "docs/glossary.md";

/// The facets of the code that the glossary's table of facets does not have, or has without a guide, and the reverse; and
/// those that the code map does not have.
///
/// # Errors
/// When one of the files cannot be read.
pub fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let read =
        |path: &str| std::fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"));
    let code = read(CODE)?;
    let mut faults = compare(&code, &read(GLOSSARY)?);
    faults.extend(unmapped(&code, &read(ARCHITECTURE)?));
    Ok(faults)
}

/// The facets without a line in the code map.
fn unmapped(code: &str, architecture: &str) -> Vec<String> {
    let is_mapped = |facet: &str| {
        architecture.lines().any(|line| {
            let (path, words) = line.trim_start().split_once(' ').unwrap_or_default();
            path.strip_suffix('/') == Some(facet) && words.trim_start().starts_with("facet: ")
        })
    };
    let missing = facets(code).into_iter().filter(|facet| !is_mapped(facet));
    missing.map(|facet| format!("{ARCHITECTURE}, \"Code map\": the facet {facet} has no line")).collect()
}

fn compare(code: &str, glossary: &str) -> Vec<String> {
    let facets = facets(code);
    if facets.is_empty() {
        return vec![format!("{CODE} has no list of facets")];
    }
    let table = glossary.lines().skip_while(|line| *line != "## Facets").skip(1);
    let rows: Vec<(&str, &str)> = table
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .collect();
    let mut faults = Vec::new();
    for facet in &facets {
        match rows.iter().find(|(name, _)| name == facet) {
            None => faults.push(format!("{GLOSSARY}, \"Facets\": the facet {facet} has no row")),
            // That the page exists is checked with all links.
            Some((_, rest)) if !rest.contains(".md") => {
                faults.push(format!("{GLOSSARY}, \"Facets\": {facet} has no link to its guide"));
            }
            Some(_) => {}
        }
    }
    let gone = rows.iter().filter(|(name, _)| !facets.contains(name));
    faults.extend(gone.map(|(name, _)| format!("{GLOSSARY}, \"Facets\": {name} is not a facet")));
    faults
}

/// The modules of the list, from lines such as `Calls: calls::Execution;`.
fn facets(code: &str) -> Vec<&str> {
    let list = code.lines().skip_while(|line| *line != "facets! {").skip(1).take_while(|line| *line != "}");
    let entries = list.map(str::trim).filter(|line| !line.starts_with("//"));
    entries.filter_map(|line| Some(line.split_once(": ")?.1.split_once("::")?.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_without_a_line_in_the_code_map_is_named() {
        let code = "facets! {\n    Calls: calls::Execution;\n    Tasks: tasks::Tasks;\n}\n";
        let map = "    calls/       facet: the calls\n    tasks/       the tasks\n";
        assert_eq!(unmapped(code, map), ["ARCHITECTURE.md, \"Code map\": the facet tasks has no line"]);
    }

    #[test]
    fn a_facet_without_a_row_or_a_guide_is_named() {
        let code = "facets! {\n    /// Its: doc::s.\n    Calls: calls::Execution;\n    Tasks: tasks::Tasks;\n    Run: run::Run;\n}\n";
        let glossary = "# Glossary\n\n## Facets\n\n| facet | meaning |\n|---|---|\n| `calls` | See [it](executions.md). |\n\
                        | `tasks` | Work. |\n| `gone` | [x](x.md) |\n\n## Others\n\n| `run` | [x](x.md) |\n";
        assert_eq!(
            compare(code, glossary),
            [
                "docs/glossary.md, \"Facets\": tasks has no link to its guide",
                "docs/glossary.md, \"Facets\": the facet run has no row",
                "docs/glossary.md, \"Facets\": gone is not a facet",
            ]
        );
    }
}
