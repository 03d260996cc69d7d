//! How a program ends, and that nothing of it is left.

use std::time::{Duration, Instant};

use sessiond_runner::{Exit, Program};
use tokio_util::sync::CancellationToken;

use crate::{LONG, eventually, is_alive, reporting};

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn a_signal_from_elsewhere_is_told_from_an_exit_code() {
    let finished = Program::shell("kill -9 $$").run().await.unwrap();
    assert_eq!(finished.exit, Exit::Signal(9));
    assert_eq!(finished.exit.to_string(), "ended by signal 9 (SIGKILL)");
}

#[tokio::test]
async fn a_timeout_kills_grandchildren_that_ignore_the_request_to_stop() {
    // A slow machine may time out before the program could report; then it is given longer.
    for timeout in [200, 1000, 5000].map(Duration::from_millis) {
        let (program, mut pids) =
            reporting("trap '' TERM; sleep 100 & sleep 100 & echo $! >&2; echo $$ >&2; wait");
        let finished = program.timeout(timeout).grace(SHORT).run().await.unwrap();
        assert_eq!(finished.exit, Exit::TimedOut);
        assert!(finished.duration >= timeout + SHORT, "the grace is granted: {:?}", finished.duration);
        if let (Some(grandchild), Some(child)) = (pids.recv().await, pids.recv().await) {
            eventually("the group is dead", || !is_alive(grandchild) && !is_alive(child)).await;
            return;
        }
    }
    panic!("the program never reported its processes");
}

#[tokio::test]
async fn what_a_program_wrote_before_it_was_stopped_is_kept() {
    let (program, mut pids) = reporting("echo begun; echo $$ >&2; exec sleep 100");
    let token = CancellationToken::new();
    let running = tokio::spawn(program.cancellation(token.clone()).run());
    pids.recv().await.unwrap();
    token.cancel();
    let finished = running.await.unwrap().unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Cancelled, &b"begun\n"[..]));
}

#[tokio::test]
async fn a_cancelled_program_may_finish_its_work_within_the_grace() {
    let (program, mut pids) =
        reporting("trap 'echo saved; exit 0' TERM; echo $$ >&2; while :; do sleep 0.01; done");
    let token = CancellationToken::new();
    let running = tokio::spawn(program.cancellation(token.clone()).grace(LONG).run());
    pids.recv().await.unwrap();
    token.cancel();
    let finished = running.await.unwrap().unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Cancelled, &b"saved\n"[..]));
    assert!(finished.duration < LONG, "the grace is not waited out");
}

#[tokio::test]
async fn grandchildren_have_the_grace_too_after_the_program_has_gone() {
    // The outer shell ends on the signal at once. The inner one has closed its outputs, so that nothing but
    // the process itself shows that it is still at work.
    let dir = tempfile::tempdir().unwrap();
    let (program, mut pids) = reporting(
        "sh -c 'trap \"sleep 0.2; echo > saved; exit\" TERM; echo $$ >&2; exec >&- 2>&-; \
         while :; do sleep 0.01; done' & wait",
    );
    let token = CancellationToken::new();
    let program = program.working_dir(dir.path()).cancellation(token.clone()).grace(LONG);
    let running = tokio::spawn(program.run());
    let grandchild = pids.recv().await.unwrap();
    token.cancel();
    let finished = running.await.unwrap().unwrap();
    assert_eq!(finished.exit, Exit::Cancelled);
    assert!(dir.path().join("saved").exists());
    assert!(!is_alive(grandchild));
    assert!(finished.duration < LONG, "the grace is not waited out");
}

#[tokio::test]
async fn a_stopped_program_still_hears_the_request_to_end() {
    let (program, mut pids) = reporting("trap 'echo heard; exit' TERM; echo $$ >&2; kill -STOP $$");
    let token = CancellationToken::new();
    let running = tokio::spawn(program.cancellation(token.clone()).grace(LONG).run());
    let pid = pids.recv().await.unwrap();
    eventually("the program is stopped", || {
        std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") T "))
    })
    .await;
    token.cancel();
    let finished = running.await.unwrap().unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Cancelled, &b"heard\n"[..]));
}

#[tokio::test]
async fn a_program_that_is_cancelled_before_its_start_does_not_start() {
    let token = CancellationToken::new();
    token.cancel();
    // An attempt to start this one would be an error.
    let finished = Program::new("no-such-program").cancellation(token).run().await.unwrap();
    assert_eq!(finished.exit, Exit::Cancelled);
}

#[tokio::test]
async fn dropping_the_future_kills_the_whole_group_and_leaves_no_zombie() {
    let (program, mut pids) = reporting("trap '' TERM; sleep 100 & echo $! >&2; echo $$ >&2; wait");
    let running = tokio::spawn(program.run());
    let (grandchild, child) = (pids.recv().await.unwrap(), pids.recv().await.unwrap());
    assert!(is_alive(grandchild) && is_alive(child));
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    eventually("the group is dead", || !is_alive(grandchild) && !is_alive(child)).await;
    eventually("the program is reaped", || !std::path::Path::new("/proc").join(child.to_string()).exists())
        .await;
}

#[tokio::test]
async fn dropping_the_handle_kills_the_program() {
    let running = Program::new("sleep").arg("100").start().await.unwrap();
    let pid = running.pid();
    assert!(is_alive(pid));
    drop(running);
    eventually("the program is dead", || !is_alive(pid)).await;
}

#[tokio::test]
async fn a_grandchild_that_holds_the_output_open_is_waited_for_briefly_and_then_killed() {
    let (program, mut pids) = reporting("sleep 100 & echo $! >&2; echo out; exit 5");
    let finished = program.linger(SHORT).run().await.unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Code(5), &b"out\n"[..]));
    assert!(!finished.stdout_truncated, "the pipe was read to its end, which came with the kill");
    assert!(finished.duration < LONG);
    let grandchild = pids.recv().await.unwrap();
    eventually("the grandchild is dead", || !is_alive(grandchild)).await;
}

#[tokio::test]
async fn a_grandchild_may_finish_writing_after_the_program_has_exited() {
    let finished = Program::shell("(sleep 0.1; echo late) & exit 0").linger(LONG).run().await.unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Code(0), &b"late\n"[..]));
    assert!(finished.duration < LONG, "the end of the output ends the wait");
}

#[tokio::test]
async fn a_grandchild_that_holds_nothing_open_is_killed_when_the_program_exits() {
    let (program, mut pids) = reporting("sleep 100 >/dev/null 2>&1 & echo $! >&2");
    let finished = program.linger(LONG).run().await.unwrap();
    assert_eq!(finished.exit, Exit::Code(0));
    assert!(finished.duration < LONG);
    let grandchild = pids.recv().await.unwrap();
    eventually("the grandchild is dead", || !is_alive(grandchild)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_has_left_the_group_and_holds_the_output_open_does_not_hang_us() {
    let dir = tempfile::tempdir().unwrap();
    let (program, mut pids) = reporting(
        "setsid sh -c 'echo $$ >&2; echo > escaped; exec sleep 100' & \
         until [ -e escaped ]; do sleep 0.01; done; echo out",
    );
    let finished = program.working_dir(dir.path()).linger(SHORT).run().await.unwrap();
    // Whoever leaves the group is out of reach, so the test tidies up by itself.
    let escaped = pids.recv().await.unwrap();
    assert!(is_alive(escaped));
    std::process::Command::new("kill").arg(escaped.to_string()).status().unwrap();
    assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Code(0), &b"out\n"[..]));
    assert!(finished.stdout_truncated && finished.stderr_truncated, "it might have written more");
}

#[tokio::test]
async fn fifty_programs_run_at_the_same_time_and_each_gets_its_own_output() {
    let dir = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let running: Vec<_> = (0..50)
        .map(|number| {
            // Each waits until all are there, so that they cannot be run one after the other.
            let line =
                "echo > here.$NUMBER; until [ -e go ]; do sleep 0.05; done; echo $NUMBER; exit $NUMBER";
            let program =
                Program::shell(line).env("NUMBER", number.to_string()).working_dir(dir.path()).timeout(LONG);
            tokio::spawn(program.run())
        })
        .collect();
    eventually("all fifty run", || std::fs::read_dir(dir.path()).unwrap().count() == 50).await;
    std::fs::write(dir.path().join("go"), "").unwrap();
    for (number, program) in running.into_iter().enumerate() {
        let finished = program.await.unwrap().unwrap();
        assert_eq!(finished.exit, Exit::Code(number as i32));
        assert_eq!(finished.stdout, format!("{number}\n").into_bytes());
    }
    assert!(started.elapsed() < LONG);
}
