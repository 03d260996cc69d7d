//! Sums up what `cargo test` says of itself, while its output goes by.

/// The sum of all `test result:` lines so far, and the names of the tests that failed.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests marked `#[ignore]`.
    pub ignored: u64,
    /// The failed tests' names, in the order in which they failed.
    pub failures: Vec<String>,
    /// What came since the last line break.
    line: Vec<u8>,
}

impl Tally {
    /// Takes in the next piece of output; a line may come in several.
    pub fn read(&mut self, output: &[u8]) {
        for piece in output.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.read_line(String::from_utf8_lossy(&line).trim_end());
            }
        }
    }

    /// How many tests ran.
    pub fn ran(&self) -> u64 {
        self.passed + self.failed
    }

    fn read_line(&mut self, line: &str) {
        // A test's own child process may have left an unfinished line before it, so look anywhere in the line.
        if let Some((_, result)) = line.split_once("test result: ") {
            self.add(result);
        } else if let Some(name) =
            line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            self.failures.push(name.to_owned());
        }
    }

    /// Adds `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 9 filtered out; finished in 0.02s`.
    fn add(&mut self, result: &str) {
        let Some((_, counts)) = result.split_once(". ") else {
            return;
        };
        for part in counts.split("; ") {
            let Some((number, what)) = part.split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "
running 3 tests
test event::tests::numbers_have_no_gaps ... ok
test lease::tests::an_old_token_is_refused ... FAILED
test slow ... ignored

failures:

---- lease::tests::an_old_token_is_refused stdout ----
thread panicked

failures:
    lease::tests::an_old_token_is_refused

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.02s

   Doc-tests sessiond_core

running 1 test
test crates/core/src/id.rs - id::SessionId (line 12) ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.31s

";

    fn check(output: &str, passed: u64, failed: u64, ignored: u64) {
        let mut tally = Tally::default();
        tally.read(output.as_bytes());
        assert_eq!((tally.passed, tally.failed, tally.ignored), (passed, failed, ignored), "{output:?}");
    }

    #[test]
    fn the_results_of_all_test_programs_are_summed_up() {
        check(OUTPUT, 2, 1, 1);
        check("", 0, 0, 0);
    }

    #[test]
    fn it_does_not_matter_where_the_output_is_cut() {
        let mut whole = Tally::default();
        whole.read(OUTPUT.as_bytes());
        for size in 1..40 {
            let mut cut = Tally::default();
            for piece in OUTPUT.as_bytes().chunks(size) {
                cut.read(piece);
            }
            assert_eq!(cut, whole, "pieces of {size} bytes");
        }
    }

    #[test]
    fn failed_tests_are_named() {
        let mut tally = Tally::default();
        tally.read(OUTPUT.as_bytes());
        assert_eq!(tally.failures, ["lease::tests::an_old_token_is_refused"]);
        assert_eq!(tally.ran(), 3);
    }

    #[test]
    fn lines_that_only_look_like_results_count_nothing() {
        check("test result\n", 0, 0, 0);
        check("test result: ok\n", 0, 0, 0);
        check("12 passed; 3 failed\n", 0, 0, 0);
        check("test result: ok. many passed; 1 measured\n", 0, 0, 0);
    }

    #[test]
    fn a_result_after_an_unfinished_line_counts() {
        check("listening on 8080test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured\n", 4, 0, 0);
    }

    #[test]
    fn bytes_that_are_not_text_do_no_harm() {
        let mut tally = Tally::default();
        tally.read(b"\xff\xfe\ntest result: ok. 2 passed; 0 failed; 0 ignored\n\xff");
        assert_eq!(tally.passed, 2);
    }
}
