//! The recipe "Add a facet" in ARCHITECTURE.md: its worked example names lines of the code, and they must be there.

use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::docs::ARCHITECTURE;

/// The heading of the recipe.
const HEADING: &str = "Add a facet";
/// The columns of its tables that name a file and the lines in it.
const FILE: usize = 2;
const LINES: usize = 3;

/// Lines that the recipe names and that are not in their file. That its paths exist is checked with the code map.
pub fn faults(root: &Path, text: &str) -> Vec<String> {
    let rows = rows(text);
    if rows.is_empty() {
        return vec![format!("{ARCHITECTURE} has no recipe \"{HEADING}\" with a table")];
    }
    let mut faults = Vec::new();
    for row in rows {
        let [file] = row[FILE].as_slice() else {
            let cells = row.concat().join(", ");
            faults.push(format!(
                "{ARCHITECTURE}, \"{HEADING}\": a row names not one file with a list ({cells})"
            ));
            continue;
        };
        let code = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        for line in row[LINES].iter().filter(|line| !code.contains(*line)) {
            faults.push(format!("{ARCHITECTURE}, \"{HEADING}\": {file} has no line `{line}`"));
        }
        if row[LINES].is_empty() {
            faults.push(format!("{ARCHITECTURE}, \"{HEADING}\": no line of {file} is named"));
        }
    }
    faults
}

/// The code spans in each cell of the recipe's rows.
fn rows(text: &str) -> Vec<[Vec<String>; LINES + 1]> {
    let mut rows = Vec::new();
    let mut heading = None;
    let mut in_recipe = false;
    let mut row: Vec<Vec<String>> = Vec::new();
    let mut in_body = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            Event::End(TagEnd::Heading(_)) => in_recipe = heading.take().as_deref() == Some(HEADING),
            Event::End(TagEnd::TableHead) => in_body = in_recipe,
            Event::End(TagEnd::Table) => in_body = false,
            Event::Start(Tag::TableRow) => row.clear(),
            Event::Start(Tag::TableCell) => row.push(Vec::new()),
            Event::Code(code) if in_body => {
                if let Some(cell) = row.last_mut() {
                    cell.push(code.into_string());
                }
            }
            Event::End(TagEnd::TableRow) if in_body => {
                rows.extend(<[_; LINES + 1]>::try_from(std::mem::take(&mut row)))
            }
            _ => {}
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &str, expect: &[&str]) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("list.rs"), "mod calls;\nmod tasks;\n").unwrap();
        let text = format!(
            "## Other\n\n| a | b | c | d |\n|-|-|-|-|\n| x | x | `x` | `x` |\n\n## Add a facet\n\n{rows}"
        );
        assert_eq!(faults(root.path(), &text), expect, "{rows}");
    }

    const HEAD: &str = "| layer | folder | list | line |\n|-|-|-|-|\n";

    #[test]
    fn a_line_that_the_recipe_names_must_be_in_its_file() {
        check(&format!("{HEAD}| core | `calls/` | `list.rs` | `mod calls;` |"), &[]);
        check(
            &format!("{HEAD}| core | `calls/` | `list.rs` | `mod calls;`, `mod gone;` |"),
            &["ARCHITECTURE.md, \"Add a facet\": list.rs has no line `mod gone;`"],
        );
        check(
            &format!("{HEAD}| core | | `gone.rs` | `mod calls;` |"),
            &["ARCHITECTURE.md, \"Add a facet\": gone.rs has no line `mod calls;`"],
        );
    }

    #[test]
    fn a_recipe_that_names_nothing_is_at_fault() {
        check("In words alone.", &["ARCHITECTURE.md has no recipe \"Add a facet\" with a table"]);
        check(
            &format!("{HEAD}| core | `calls/` | `list.rs` | a line |"),
            &["ARCHITECTURE.md, \"Add a facet\": no line of list.rs is named"],
        );
        check(
            &format!("{HEAD}| core | `calls/` | the list | `a` |"),
            &["ARCHITECTURE.md, \"Add a facet\": a row names not one file with a list (calls/, a)"],
        );
    }
}
