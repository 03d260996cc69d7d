//! Dependencies that the manifests name and no code uses.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use crate::cargo;

/// Checks that each package's code uses its dependencies, and that a package has each dependency of the workspace.
///
/// # Errors
/// Names those that are not.
pub fn check(root: &Path) -> anyhow::Result<()> {
    println!("cargo machete");
    let status = cargo::command(root, "cargo").arg("machete").status().context("cargo does not start")?;
    ensure!(status.success(), "some dependencies are not used");
    let workspace = fs::read_to_string(root.join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let members = members(root)?;
    let unused = unused(&workspace, &members);
    ensure!(unused.is_empty(), "no package uses these dependencies of the workspace: {}", unused.join(", "));
    Ok(())
}

/// The manifests of all packages.
fn members(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut members = Vec::new();
    for folder in ["", "crates", "sdk"] {
        let folder = root.join(folder);
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            members.extend(fs::read_to_string(entry?.path().join("Cargo.toml")));
        }
    }
    Ok(members)
}

/// The names in the workspace's table of dependencies that no package has.
fn unused<'a>(workspace: &'a str, members: &[String]) -> Vec<&'a str> {
    let table = workspace.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let names = table.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once(" = "));
    let is_used = |name: &str| {
        members.iter().flat_map(|manifest| manifest.lines()).any(|line| {
            line.strip_prefix(name).is_some_and(|rest| {
                rest.starts_with(".workspace = true") || rest.starts_with(" = { workspace = true")
            })
        })
    };
    names.map(|(name, _)| name).filter(|name| !name.starts_with('#') && !is_used(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_of_the_workspace_that_no_package_has_is_named() {
        let workspace = "[workspace.dependencies]\n# Words = more.\nserde = \"1\"\ntokio = { version = \"1\" }\n\
                         tokio-util = \"0.7\"\n\n[profile.dev]\ndebug = false\n";
        let members =
            ["[dependencies]\nserde.workspace = true\n", "tokio = { workspace = true, optional = true }"];
        assert_eq!(unused(workspace, &members.map(str::to_owned)), ["tokio-util"]);
    }
}
