//! Which tools the steps need, and whether this machine has them.

use std::path::Path;

use super::report::Outcome;
use super::steps::{Step, TEST_TOOLS, TESTS};
use crate::tools::{Found, Tool};

/// The missing tools, each with the reason.
pub struct Missing {
    tools: Vec<(&'static str, String)>,
    /// A missing tool is a failure, not a skip.
    ci: bool,
}

impl Missing {
    /// The result of a check that needs these tools, if one of them is missing.
    pub fn without(&self, needs: &[&Tool]) -> Option<Outcome> {
        let reason = |tool: &&Tool| self.tools.iter().find(|(name, _)| *name == tool.name);
        let (_, reason) = needs.iter().find_map(reason)?;
        Some(if self.ci { Outcome::Failed(reason.clone()) } else { Outcome::Skipped(reason.clone()) })
    }
}

/// Prints which tools the steps need and which of them this machine has.
pub fn take(root: &Path, steps: &[&Step], ci: bool) -> Missing {
    let mut tools: Vec<&Tool> = Vec::new();
    let own = steps.iter().flat_map(|step| step.needs.iter().copied());
    let of_tests =
        TEST_TOOLS.iter().map(|(tool, _)| *tool).filter(|_| steps.iter().any(|step| step.name == TESTS));
    for tool in own.chain(of_tests) {
        if !tools.iter().any(|known| known.name == tool.name) {
            tools.push(tool);
        }
    }
    let mut missing = Missing { tools: Vec::new(), ci };
    if tools.is_empty() {
        return missing;
    }
    println!("The tools that these steps need, and those on this machine:");
    for tool in tools {
        let found = tool.find(root);
        let words = match &found {
            Found::Yes(version) => version.clone(),
            Found::TooOld(version) => format!("{version}, too old: {}", tool.install),
            Found::No => format!("missing: {}", tool.install),
        };
        println!("  {:<14} {words}", tool.name);
        if let Some(reason) = tool.missing(&found) {
            missing.tools.push((tool.name, reason));
        }
    }
    match (missing.tools.is_empty(), ci) {
        (true, _) => {}
        (false, true) => println!("CI is set: a missing tool is a failure."),
        (false, false) => println!("Checks that need a missing tool are skipped (with CI=true they fail)."),
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::{CURL, NPM};

    #[test]
    fn a_missing_tool_is_a_failure_only_in_ci() {
        let reason = || "curl is missing".to_owned();
        let missing = |ci| Missing { tools: vec![("curl", reason())], ci };
        assert_eq!(missing(false).without(&[&NPM, &CURL]), Some(Outcome::Skipped(reason())));
        assert_eq!(missing(true).without(&[&NPM, &CURL]), Some(Outcome::Failed(reason())));
        assert_eq!(missing(true).without(&[&NPM]), None);
    }
}
