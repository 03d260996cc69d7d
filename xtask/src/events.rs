//! `docs/events.md` lists every event and its members, and the shapes of which they consist, as the core defines them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

/// The page, from the root.
const PAGE: &str = "docs/events.md";
/// Where the types are.
const CORE: &str = "crates/core/src";

/// What of the page is not so in the core, or not on the page.
///
/// # Errors
/// When the page or the core cannot be read.
pub fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let page = std::fs::read_to_string(root.join(PAGE)).with_context(|| format!("cannot read {PAGE}"))?;
    let mut core = Core::default();
    for path in
        crate::words::files(root, CORE, &|path| path.extension().is_some_and(|extension| extension == "rs"))
    {
        let text = std::fs::read_to_string(root.join(&path));
        core.read(&text.with_context(|| format!("cannot read {}", path.display()))?);
    }
    Ok(compare(&page, &core))
}

/// A member of an event or of a shape, and whether it may be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    optional: bool,
}

/// What the core's files say.
#[derive(Default)]
struct Core {
    /// The events of the list in `session/event.rs`, each with the name of its payload.
    events: Vec<(String, String)>,
    structs: BTreeMap<String, Vec<Field>>,
}

/// A field of a struct, as it is written.
struct Field {
    member: Member,
    /// The type whose members stand in the place of this one.
    flattened: Option<String>,
}

fn compare(page: &str, core: &Core) -> Vec<String> {
    let mut faults = Vec::new();
    if core.events.is_empty() {
        faults.push(format!("{CORE} has no list of events"));
    }
    let sections = sections(page);
    for (event, payload) in &core.events {
        match sections.iter().find(|section| section.name == *event) {
            None => faults.push(format!("{PAGE} has no section \"{event}\"")),
            Some(section) => faults.extend(section.faults(core, payload)),
        }
    }
    for section in &sections {
        if core.events.iter().any(|(event, _)| *event == section.name) {
            continue;
        }
        if core.structs.contains_key(&section.name) {
            faults.extend(section.faults(core, &section.name));
        } else {
            faults.push(format!("{PAGE}: {} is neither an event nor a type of the core", section.name));
        }
    }
    faults
}

/// A heading of the third level and the table below it.
struct Section {
    name: String,
    members: Vec<Member>,
}

impl Section {
    fn faults(&self, core: &Core, name: &str) -> Vec<String> {
        let expected = core.members(name);
        let mut faults = Vec::new();
        for member in &expected {
            match self.members.iter().find(|known| known.name == member.name) {
                None => faults.push(format!("{PAGE}: {} has a member {}", self.name, member.name)),
                Some(known) if known.optional != member.optional => {
                    let may = if member.optional { "may" } else { "may not" };
                    faults.push(format!("{PAGE}: {} of {} {may} be absent", member.name, self.name));
                }
                Some(_) => {}
            }
        }
        let gone =
            self.members.iter().filter(|known| expected.iter().all(|member| member.name != known.name));
        faults.extend(gone.map(|known| format!("{PAGE}: {} has no member {}", self.name, known.name)));
        faults
    }
}

fn sections(page: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in page.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            sections.push(Section { name: name.to_owned(), members: Vec::new() });
        } else if let (Some(section), Some(row)) = (sections.last_mut(), line.strip_prefix("| `")) {
            let Some((name, rest)) = row.split_once('`') else { continue };
            let optional = rest.split('|').nth(1).is_some_and(|kind| kind.trim_end().ends_with(", optional"));
            section.members.push(Member { name: name.to_owned(), optional });
        }
    }
    sections
}

impl Core {
    /// Reads the structs of a file, and the list of events. It relies on rustfmt: a field is on a line of its own.
    fn read(&mut self, text: &str) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if line == "events! {" {
                self.events = lines.by_ref().take_while(|line| *line != "}").flat_map(events).collect();
            }
            let Some(header) = line.strip_prefix("pub struct ") else { continue };
            let name = header.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
            if header.ends_with('}') {
                self.structs.insert(name, Vec::new());
            } else if header.ends_with('{') {
                let body: Vec<_> = lines.by_ref().take_while(|line| *line != "}").map(str::trim).collect();
                self.structs.insert(name, fields(&body));
            }
        }
    }

    fn members(&self, name: &str) -> Vec<Member> {
        let fields = self.structs.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut members = Vec::new();
        for field in fields {
            match &field.flattened {
                // Absent as a whole, or not at all.
                Some(inner) => members.extend(
                    self.members(inner).into_iter().map(|member| Member { optional: true, ..member }),
                ),
                None => members.push(field.member.clone()),
            }
        }
        members
    }
}

/// The events of a facet, from `facet: Payload OtherPayload;`.
fn events(line: &str) -> Vec<(String, String)> {
    let payloads = line.trim().strip_suffix(';').and_then(|facet| facet.split_once(':'));
    let payloads = payloads.map_or("", |(_, payloads)| payloads).split_whitespace();
    payloads.map(|payload| (snake_case(payload), payload.to_owned())).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

fn fields(body: &[&str]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut attributes = String::new();
    for line in body {
        let Some((name, kind)) = line.strip_prefix("pub ").and_then(|field| field.split_once(": ")) else {
            if line.starts_with("#[serde(") {
                attributes.push_str(line);
            }
            continue;
        };
        let renamed = attributes.split_once("rename = \"").and_then(|(_, rest)| rest.split('"').next());
        let inner = kind.trim_end_matches(',').trim_start_matches("Option<").trim_end_matches('>');
        fields.push(Field {
            member: Member {
                name: renamed.unwrap_or(name).to_owned(),
                optional: attributes.contains("skip_serializing_if"),
            },
            flattened: attributes.contains("flatten").then(|| inner.to_owned()),
        });
        attributes.clear();
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = r#"
events! {
    tasks: TaskUpdated Ended;
}

pub struct Ended {}

pub struct TaskUpdated {
    /// Which.
    #[serde(rename = "task_id")]
    pub task: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    #[serde(flatten)]
    pub end: Option<End>,
    hidden: u64,
}

pub struct End {
    pub at: u64,
}
"#;

    const PAGE_OF_IT: &str = "## Every event

### task_updated

It was.

| member | type | meaning |
|---|---|---|
| `task_id` | string | Which. |
| `result` | string, optional | What. |
| `at` | integer, optional | When. |

### ended

The event has no members.

### End

| member | type | meaning |
|---|---|---|
| `at` | integer | When. |
";

    fn check(page: &str, expect: &[&str]) {
        let mut core = Core::default();
        core.read(CODE);
        assert_eq!(compare(page, &core), expect);
    }

    #[test]
    fn a_page_that_is_complete_has_no_fault() {
        check(PAGE_OF_IT, &[]);
    }

    #[test]
    fn a_core_without_a_list_of_events_is_a_fault() {
        assert_eq!(compare("", &Core::default()), ["crates/core/src has no list of events"]);
    }

    #[test]
    fn an_event_a_member_and_a_type_that_are_missing_are_named() {
        check(
            &PAGE_OF_IT.replace("### ended", "### Gone"),
            &[
                "docs/events.md has no section \"ended\"",
                "docs/events.md: Gone is neither an event nor a type of the core",
            ],
        );
        check(
            &PAGE_OF_IT.replace("`result`", "`outcome`"),
            &[
                "docs/events.md: task_updated has a member result",
                "docs/events.md: task_updated has no member outcome",
            ],
        );
    }

    #[test]
    fn a_member_that_may_be_absent_is_optional_on_the_page() {
        check(
            &PAGE_OF_IT.replace("| `result` | string, optional |", "| `result` | string |"),
            &["docs/events.md: result of task_updated may be absent"],
        );
        check(
            &PAGE_OF_IT.replace("| `task_id` | string |", "| `task_id` | string, optional |"),
            &["docs/events.md: task_id of task_updated may not be absent"],
        );
    }
}
