//! Running a command as a step.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use super::report::Outcome;
use crate::cargo;

/// Variables of the environment, with their values.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

/// Runs a command with its output where ours goes. The variables of `report` are not shown: who runs it by hand needs none.
pub fn command(
    root: &Path,
    name: &str,
    line: &[&str],
    variables: Variables<'_>,
    report: Variables<'_>,
) -> Outcome {
    println!("\n== {name}: {}", shown(line, variables));
    let Some((program, arguments)) = line.split_first() else {
        return Outcome::Failed("empty command".to_owned());
    };
    let mut command = cargo::command(root, program);
    command.args(arguments).envs(variables.iter().chain(report).copied()).stdin(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(ended(status)),
        Err(error) => Outcome::Failed(format!("{program} does not start: {error}")),
    }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| format!("exit status {code}"))
}

/// A command as one would type it.
pub fn shown(line: &[&str], variables: &[(&str, &str)]) -> String {
    let variables = variables.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    variables.chain(line.iter().map(|word| quoted(word))).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '(', '|', '&']) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: &str) -> Outcome {
        Outcome::Failed(reason.to_owned())
    }

    #[test]
    fn commands_are_shown_as_one_would_type_them() {
        assert_eq!(
            shown(&["cargo", "doc", "--filter", "test(a)"], &[("RUSTDOCFLAGS", "--deny warnings")]),
            "RUSTDOCFLAGS='--deny warnings' cargo doc --filter 'test(a)'"
        );
    }

    #[test]
    fn a_command_that_does_not_start_is_a_failed_step() {
        let outcome = command(Path::new("."), "none", &["there-is-no-such-program"], &[], &[]);
        assert!(matches!(outcome, Outcome::Failed(reason) if reason.contains("does not start")));
    }

    #[test]
    fn a_command_fails_its_step_by_its_exit_status() {
        assert_eq!(command(Path::new("."), "no", &["sh", "-c", "exit 3"], &[], &[]), failed("exit status 3"));
        assert_eq!(
            command(Path::new("."), "yes", &["sh", "-c", "exit $X$Y"], &[("X", "0")], &[("Y", "0")]),
            Outcome::Passed
        );
    }
}
