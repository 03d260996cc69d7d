//! Starting other programs the way a shell in the repository would.

use std::path::Path;
use std::process::Command;

/// A command that runs in `root`, without the variables that `cargo run` set for this program.
///
/// Build scripts watch some of them (ring's watches `CARGO_PKG_NAME` and `CARGO_MANIFEST_DIR`). Handed on,
/// each change between `cargo xtask test` and a plain `cargo test` would build such crates again.
pub fn command(root: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(is_set_by_cargo_run) {
            command.env_remove(name);
        }
    }
    command
}

fn is_set_by_cargo_run(name: &str) -> bool {
    name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_describes_this_package_is_removed() {
        assert!(is_set_by_cargo_run("CARGO_PKG_VERSION_MAJOR"));
        assert!(is_set_by_cargo_run("CARGO_MANIFEST_DIR"));
        for kept in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "CARGO_PROFILE_DEV_DEBUG", "PATH"]
        {
            assert!(!is_set_by_cargo_run(kept), "{kept}");
        }
    }
}
