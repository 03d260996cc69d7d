//! How a program starts, where it runs, and what becomes of it if its supervisor dies.

use std::error::Error as _;

use sessiond_runner::{Error, Program};

use crate::LONG;

#[tokio::test]
async fn a_missing_program_is_an_error_that_says_what_to_do() {
    let error = Program::new("no-such-program").arg("secret").run().await.unwrap_err();
    assert!(matches!(&error, Error::Spawn { program, .. } if program == "no-such-program"), "{error:?}");
    assert!(error.source().is_some());
    assert_eq!(
        error.to_string(),
        "cannot start `no-such-program`: there is no such program (or no such interpreter as its first line \
         names); install it, put its directory on PATH, or give its full path"
    );
}

#[tokio::test]
async fn a_missing_working_directory_is_not_mistaken_for_a_missing_program() {
    let error = Program::new("true").working_dir("/no/such/directory").run().await.unwrap_err();
    assert!(matches!(&error, Error::WorkingDir { .. }), "{error:?}");
    assert!(error.to_string().contains("/no/such/directory"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_executable_is_an_error_that_says_what_to_do() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Program::new(file.path()).run().await.unwrap_err();
    assert!(error.to_string().contains("chmod +x"), "{error}");
}

#[tokio::test]
async fn a_program_sees_its_arguments_as_they_were_given() {
    let finished = Program::new("printf").args(["<%s>", "a  b", "$HOME", ""]).run().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&finished.stdout), "<a  b><$HOME><>");
}

#[tokio::test]
async fn a_program_sees_no_more_of_the_environment_than_it_was_given() {
    let inherited = Program::new("/usr/bin/env").env("GIVEN", "1").env_remove("PATH").run().await.unwrap();
    let inherited = String::from_utf8(inherited.stdout).unwrap();
    assert!(inherited.lines().any(|line| line == "GIVEN=1"), "{inherited}");
    assert!(inherited.lines().any(|line| line.starts_with("CARGO_MANIFEST_DIR=")), "{inherited}");
    assert!(!inherited.lines().any(|line| line.starts_with("PATH=")), "{inherited}");

    let given = Program::new("/usr/bin/env").env_clear().envs([("GIVEN", "1")]).run().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&given.stdout), "GIVEN=1\n");
}

#[test]
fn what_is_shown_of_a_program_holds_no_secret() {
    let program =
        Program::shell("login --password hunter2").env("TOKEN", "hunter2").stdin("hunter2").timeout(LONG);
    let shown = format!("{program:?}");
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("/bin/sh") && shown.contains("TOKEN"), "{shown}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_program_leads_a_group_and_a_session_of_its_own() {
    let line = "read -r pid name state parent group session rest < /proc/$$/stat; echo $pid $group $session";
    let running = Program::shell(line).start().await.unwrap();
    let pid = running.pid();
    let finished = running.wait().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&finished.stdout), format!("{pid} {pid} {pid}\n"));
}

#[cfg(target_os = "linux")]
mod death {
    //! The supervisor whose death is tested is this test binary, run once more.

    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use sessiond_runner::{Exit, Program};

    use crate::{eventually, is_alive};

    #[tokio::test]
    async fn a_program_dies_with_a_supervisor_that_is_killed() {
        let mut supervisor = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "starting::death::a_supervisor_to_kill", "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = BufReader::new(supervisor.stdout.take().unwrap())
            .lines()
            .find_map(|line| line.unwrap().split_once("pid=")?.1.parse().ok())
            .expect("the supervisor reports its program");
        assert!(is_alive(pid));
        supervisor.kill().unwrap();
        supervisor.wait().unwrap();
        eventually("the program is dead", || !is_alive(pid)).await;
    }

    #[tokio::test]
    #[ignore = "not a test by itself: it runs until it is killed"]
    async fn a_supervisor_to_kill() {
        let running = Program::new("sleep").arg("100").start().await.unwrap();
        println!("\npid={}", running.pid());
        running.wait().await.unwrap();
    }

    #[tokio::test]
    async fn a_program_outlives_the_thread_that_asked_for_it() {
        let runtime = tokio::runtime::Handle::current();
        let starter = std::thread::spawn(move || {
            runtime.block_on(Program::shell("sleep 0.3; echo alive").start()).unwrap()
        });
        // Waiting for a thread must not hold up the runtime, which that thread needs.
        let running = tokio::task::spawn_blocking(|| starter.join().unwrap()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        let finished = running.wait().await.unwrap();
        assert_eq!((finished.exit, finished.stdout.as_slice()), (Exit::Code(0), &b"alive\n"[..]));
    }
}
