//! What went wrong, for people and for programs.

use std::io;

use sessiond_api::{Code, Problem};

use super::text::{printable_json, printable_lines};

/// How errors are printed.
#[derive(Debug, Clone, Copy)]
pub struct Failures {
    /// As one JSON object, which has the members of the interface's problems.
    pub json: bool,
}

impl Failures {
    /// Prints an error on standard error; `advice` says what to do, where the error does not.
    pub fn print(self, error: &anyhow::Error, usage: bool, advice: Option<&str>) {
        if self.json {
            return self.problem(&problem_of(error, usage));
        }
        let said = first_line_with_code(format!("{error:#}"));
        eprintln!("error: {}", printable_lines(&said));
        if let Some(advice) = advice.filter(|advice| !said.contains(*advice)) {
            eprintln!("  {}", printable_lines(advice));
        }
    }

    /// Prints a problem as JSON.
    fn problem(self, problem: &Problem) {
        let text = serde_json::to_string_pretty(problem).unwrap_or_else(|error| error.to_string());
        eprintln!("{}", printable_json(&text));
    }

    /// Prints what is wrong with the arguments, and how to write them.
    pub fn arguments(self, error: &clap::Error) {
        let text = error.render().to_string();
        let said = text.trim_start_matches("error: ").trim_end();
        self.problem(&Problem::new(Code::InvalidInput, said));
    }
}

/// The same text with the code of a problem at the end of its first line, where further lines are a list.
fn first_line_with_code(text: String) -> String {
    let Some((first, rest)) = text.split_once('\n') else { return text };
    match rest.rsplit_once(" (") {
        Some((list, code))
            if code.ends_with(')') && !code.contains(char::is_whitespace) && !first.ends_with(')') =>
        {
            format!("{first} ({code}\n{list}")
        }
        _ => text,
    }
}

/// An error as a problem. One that no server told has no code of its own and no page.
fn problem_of(error: &anyhow::Error, usage: bool) -> Problem {
    let found = error.chain().find_map(|cause| cause.downcast_ref::<Problem>());
    match found {
        Some(problem) => {
            let mut problem = problem.clone();
            // What was said around it, such as the file with the fault.
            let around: Vec<String> = error
                .chain()
                .take_while(|cause| cause.downcast_ref::<Problem>().is_none())
                .map(ToString::to_string)
                .collect();
            if !around.is_empty() {
                problem.detail = format!("{}: {}", around.join(": "), problem.detail);
            }
            problem
        }
        None if usage => Problem::new(Code::InvalidInput, format!("{error:#}")),
        None => {
            let mut problem = Problem::new(Code::Unknown, format!("{error:#}"));
            problem.type_uri = "about:blank".to_owned();
            problem.title = "The command failed".to_owned();
            problem
        }
    }
}

/// Whether an error is that nobody reads what is written.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_problem_with_a_list_is_on_its_first_line() {
        let check = |text: &str, expected: &str| assert_eq!(first_line_with_code(text.to_owned()), expected);
        check("no session (session_not_found)", "no session (session_not_found)");
        check("several:\n  a\n  b (invalid_input)", "several: (invalid_input)\n  a\n  b");
        check("in f: wrong (invalid_input)\n  /a: no (b)", "in f: wrong (invalid_input)\n  /a: no (b)");
        check("a\nb", "a\nb");
    }
}
