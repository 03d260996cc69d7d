//! What a program reads and writes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sessiond_runner::{Error, Exit, Overflow, Program};

use crate::{LONG, eventually, is_alive};

#[tokio::test]
async fn output_and_exit_code_are_those_of_the_program() {
    let finished = Program::shell("echo out; echo err >&2; exit 3").run().await.unwrap();
    assert_eq!(finished.exit, Exit::Code(3));
    assert_eq!(finished.stdout, b"out\n");
    assert_eq!(finished.stderr_tail, "err\n");
    assert!(!finished.stdout_truncated && !finished.stderr_truncated);
    assert!(finished.duration > Duration::ZERO && finished.duration < LONG);
}

#[tokio::test]
async fn a_program_reads_its_input_to_the_end_while_it_writes() {
    // More than any pipe holds, in both directions at once.
    let input: Vec<u8> = (0..4_000_000u32).map(|i| (i % 251) as u8).collect();
    let finished = Program::new("cat").stdin(input.clone()).timeout(LONG).run().await.unwrap();
    assert_eq!(finished.exit, Exit::Code(0));
    assert!(finished.stdout == input, "what came back is what was sent");
}

#[tokio::test]
async fn a_program_without_input_reads_the_end_at_once() {
    let finished = Program::new("cat").timeout(LONG).run().await.unwrap();
    assert_eq!((finished.exit, finished.stdout.len()), (Exit::Code(0), 0));
}

#[tokio::test]
async fn large_input_to_a_program_that_does_not_read_it_is_no_error() {
    let finished =
        Program::shell("echo done").stdin(vec![b'x'; 4_000_000]).timeout(LONG).run().await.unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Code(0), &b"done\n"[..]));
}

#[tokio::test]
async fn a_program_that_closes_its_outputs_still_gets_all_of_its_input() {
    let dir = tempfile::tempdir().unwrap();
    let finished = Program::shell("exec >&- 2>&-; cat > copy")
        .working_dir(dir.path())
        .stdin(vec![b'x'; 1_000_000])
        .timeout(LONG)
        .run()
        .await
        .unwrap();
    assert_eq!(finished.exit, Exit::Code(0));
    assert_eq!(std::fs::metadata(dir.path().join("copy")).unwrap().len(), 1_000_000);
}

#[tokio::test]
async fn a_program_that_fills_both_outputs_in_turn_does_not_deadlock() {
    let block = "dd if=/dev/zero bs=1000000 count=1 2>/dev/null";
    let finished =
        Program::shell(format!("{block} >&2; {block}; {block} >&2")).timeout(LONG).run().await.unwrap();
    assert_eq!((finished.exit, finished.stdout.len()), (Exit::Code(0), 1_000_000));
}

#[tokio::test]
async fn output_over_the_limit_stops_the_program_with_a_clear_error() {
    let started = Instant::now();
    let error = Program::new("yes").max_stdout_bytes(1000).timeout(LONG).run().await.unwrap_err();
    assert!(matches!(error, Error::OutputTooLarge { limit: 1000 }), "{error}");
    assert!(error.to_string().contains("more than 1000 bytes"), "{error}");
    assert!(started.elapsed() < LONG);
}

#[tokio::test]
async fn output_over_the_limit_is_an_error_even_if_the_program_had_exited_before_it_was_read() {
    let running = Program::shell("printf 123456").max_stdout_bytes(5).start().await.unwrap();
    let pid = running.pid();
    eventually("the program has exited", || !is_alive(pid)).await;
    let error = running.wait().await.unwrap_err();
    assert!(matches!(error, Error::OutputTooLarge { limit: 5 }), "{error}");
}

#[tokio::test]
async fn output_of_exactly_the_limit_is_not_too_large() {
    let finished = Program::shell("printf 12345").max_stdout_bytes(5).run().await.unwrap();
    assert_eq!((finished.stdout.as_slice(), finished.stdout_truncated), (&b"12345"[..], false));
}

#[tokio::test]
async fn output_over_the_limit_can_be_cut_instead_and_the_program_runs_to_its_end() {
    let finished = Program::shell("yes | head -n 500000; exit 7")
        .max_stdout_bytes(5)
        .stdout_overflow(Overflow::Truncate)
        .timeout(LONG)
        .run()
        .await
        .unwrap();
    assert_eq!(finished.exit, Exit::Code(7));
    assert_eq!((finished.stdout.as_slice(), finished.stdout_truncated), (&b"y\ny\ny"[..], true));
}

#[tokio::test]
async fn of_long_standard_error_the_end_is_kept() {
    let finished = Program::shell("yes | head -n 500000 >&2; echo the cause >&2; exit 1")
        .max_stderr_bytes(12)
        .timeout(LONG)
        .run()
        .await
        .unwrap();
    assert_eq!(finished.exit, Exit::Code(1));
    assert_eq!((finished.stderr_tail.as_str(), finished.stderr_truncated), ("y\nthe cause\n", true));
}

#[tokio::test]
async fn an_observer_sees_lines_while_the_program_runs() {
    // The program ends only after the observer has seen its first line, because that makes the file.
    let dir = tempfile::tempdir().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let finished =
        Program::shell("echo first >&2; until [ -e seen ]; do sleep 0.01; done; printf '50%%\\rlast' >&2")
            .working_dir(dir.path())
            .timeout(LONG)
            .on_stderr_line({
                let (seen, file) = (seen.clone(), dir.path().join("seen"));
                move |line| {
                    seen.lock().unwrap().push(line.to_owned());
                    std::fs::write(&file, "").unwrap();
                }
            })
            .run()
            .await
            .unwrap();
    assert_eq!(finished.exit, Exit::Code(0));
    assert_eq!(*seen.lock().unwrap(), ["first", "50%", "last"]);
    assert_eq!(finished.stderr_tail, "first\n50%\rlast");
}
