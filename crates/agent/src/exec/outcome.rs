//! What a program's end means for its task.

use std::time::Duration;

use serde_json::Value;
use sessiond_runner::{Error, Exit, Finished};

use crate::Failure;
use crate::work::NOT_STARTED;

/// The result or the failure that a program's end means. `timed_out` tells why it was cancelled, if it was.
pub(super) fn of(
    finished: Result<Finished, Error>,
    time: Option<Duration>,
    timed_out: bool,
) -> Result<Value, Failure> {
    let finished = match finished {
        Ok(finished) => finished,
        Err(error @ Error::OutputTooLarge { limit }) => {
            return Err(Failure::new("output_too_large", error.to_string()).with("limit", limit));
        }
        Err(error @ (Error::Spawn { .. } | Error::WorkingDir { .. })) => {
            // Another agent may have the program.
            return Err(Failure::new(NOT_STARTED, error.to_string()).not_retryable());
        }
        Err(error) => return Err(Failure::new("not_supervised", error.to_string())),
    };
    let exit = match finished.exit {
        // Both timers run out at the same moment, and either may be seen first.
        Exit::Cancelled if timed_out => Exit::TimedOut,
        exit => exit,
    };
    let failure = match exit {
        Exit::Code(0) => return Ok(value(&String::from_utf8_lossy(&finished.stdout))),
        Exit::Code(code) => Failure::new("exit", format!("the program {}", exit)).with("exit_code", code),
        Exit::Signal(signal) => {
            Failure::new("signal", format!("the program {}", exit)).with("signal", signal)
        }
        Exit::TimedOut => {
            let seconds = time.unwrap_or_default().as_secs();
            Failure::new("timeout", format!("the program was stopped after {seconds} s"))
        }
        Exit::Cancelled => {
            Failure::new("cancelled", "the program was stopped because its task was cancelled")
        }
    };
    Err(failure.with("stderr_tail", finished.stderr_tail))
}

/// A text as the JSON value that it is, or else as a string.
pub(super) fn value(text: &str) -> Value {
    let text = text.trim_end_matches(['\n', '\r']);
    if text.trim().is_empty() {
        return Value::Null;
    }
    serde_json::from_str(text.trim()).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn finished(exit: Exit, stdout: &str, stderr: &str) -> Result<Finished, Error> {
        Ok(Finished {
            exit,
            stdout: stdout.into(),
            stdout_truncated: false,
            stderr_tail: stderr.into(),
            stderr_truncated: false,
            duration: Duration::from_secs(1),
        })
    }

    #[test]
    fn standard_output_is_json_or_text_or_nothing() {
        for (stdout, result) in [
            ("{\"a\": 1}\n", json!({ "a": 1 })),
            (" [1, 2] \n", json!([1, 2])),
            ("42", json!(42)),
            ("\"quoted\"", json!("quoted")),
            ("two words\n\n", json!("two words")),
            ("{\"a\": 1}\n{\"a\": 2}\n", json!("{\"a\": 1}\n{\"a\": 2}")),
            ("  indented text", json!("  indented text")),
            ("", json!(null)),
            (" \n", json!(null)),
        ] {
            assert_eq!(
                of(finished(Exit::Code(0), stdout, "noise"), None, false).unwrap(),
                result,
                "{stdout:?}"
            );
        }
    }

    #[test]
    fn any_other_end_is_a_failure_with_a_code_and_the_end_of_standard_error() {
        let failed = |exit| {
            of(finished(exit, "half", "the reason"), Some(Duration::from_secs(7)), false).unwrap_err().0
        };
        let exit = failed(Exit::Code(3));
        assert_eq!((&exit["code"], &exit["exit_code"]), (&json!("exit"), &json!(3)));
        assert_eq!(exit["stderr_tail"], "the reason");
        assert_eq!(failed(Exit::Signal(9))["signal"], 9);
        assert_eq!(failed(Exit::TimedOut)["code"], "timeout");
        assert!(failed(Exit::TimedOut)["detail"].as_str().unwrap().contains("7 s"));
        let late = of(finished(Exit::Cancelled, "", ""), Some(Duration::from_secs(7)), true).unwrap_err().0;
        assert_eq!(late["code"], "timeout");
        let large = of(Err(Error::OutputTooLarge { limit: 10 }), None, false).unwrap_err().0;
        assert_eq!((&large["code"], &large["limit"]), (&json!("output_too_large"), &json!(10)));
    }
}
