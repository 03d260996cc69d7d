//! The scripts of `deploy/`, with the built binary in the place of the container's: keys are made once, and mistakes are named.
#![allow(missing_docs, clippy::unwrap_used)]

use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sessiond_tests::server::binary;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(name)
}

/// A container's directories and its `PATH`.
struct Container {
    dir: tempfile::TempDir,
    port: u16,
}

impl Container {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("bin")).unwrap();
        std::fs::create_dir(dir.path().join("etc")).unwrap();
        symlink(binary(), dir.path().join("bin/sessiond")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { dir, port }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn entrypoint(&self, arguments: &[&str]) -> Command {
        let path = format!("{}:{}", self.path("bin").display(), std::env::var("PATH").unwrap());
        let mut command = Command::new("sh");
        command
            .arg(script("entrypoint.sh"))
            .args(arguments)
            .env("PATH", path)
            .env("SESSIOND_CONFIG", self.path("etc/sessiond.toml"))
            .env("SESSIOND_DATA_DIR", self.path("data"))
            .env("SESSIOND_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("BACKEND_URL", format!("http://127.0.0.1:{}", self.port))
            .env("CLIENT_CONFIG", self.path("client.toml"))
            .current_dir(self.dir.path())
            .stdin(Stdio::null());
        command
    }

    fn start(&self) -> Served {
        let child = self.entrypoint(&["main"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let served = Served(child);
        let begin = Instant::now();
        while !self.health("/ready").status.success() {
            assert!(begin.elapsed() < Duration::from_secs(30), "the server is not ready");
            std::thread::sleep(Duration::from_millis(100));
        }
        served
    }

    fn health(&self, path: &str) -> Output {
        Command::new("bash").arg(script("health.sh")).args([&self.port.to_string(), path]).output().unwrap()
    }

    fn key(&self, file: &str) -> String {
        let path = self.path(file);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} can be read by others: {mode:o}");
        let text = std::fs::read_to_string(path).unwrap();
        text.strip_prefix("api_key = \"").and_then(|text| text.strip_suffix("\"\n")).unwrap().to_owned()
    }
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_first_start_makes_a_key_and_each_client_gets_its_own() {
    let container = Container::new();
    let early = container.entrypoint(&["client-key", "2"]).output().unwrap();
    assert!(!early.status.success() && said(&early).contains("start the server first"), "{}", said(&early));

    let served = container.start();
    let key = container.key("etc/sessiond.toml");
    assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    assert!(!container.health("/no-such-page").status.success());

    let made = container.entrypoint(&["client-key", "2"]).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let client = container.key("client.toml");
    assert_ne!(client, key);
    assert!(!said(&made).contains(&client), "the key is on the terminal");
    drop(served);

    // The second start has the same keys.
    let _served = container.start();
    assert_eq!(container.key("etc/sessiond.toml"), key);
    let again = container.entrypoint(&["client-key", "2"]).output().unwrap();
    assert!(again.status.success() && said(&again).contains("has its key"), "{}", said(&again));
    assert_eq!(container.key("client.toml"), client);
    // Everything else is a command.
    let whoami = container
        .entrypoint(&["whoami", "--url", &format!("http://127.0.0.1:{}", container.port), "--json"])
        .env("SESSIOND_CONFIG", container.path("client.toml"))
        .output()
        .unwrap();
    let whoami = String::from_utf8(whoami.stdout).unwrap();
    assert!(whoami.contains("client-2") && whoami.contains("\"client\""), "{whoami}");
}

#[test]
fn a_clients_number_is_checked_by_each_script() {
    let container = Container::new();
    for number in ["", "0", "01", "500", "1000", "99999999999999999999", "two", "-1", "2 3", "2;ls"] {
        for arguments in [["client-key", number], ["client", number]] {
            let output = container.entrypoint(&arguments).output().unwrap();
            assert!(!output.status.success() && said(&output).contains("from 1 to 499"), "{}", said(&output));
        }
        let output = Command::new("sh").arg(script("deploy.sh")).args(["client", number]).output().unwrap();
        assert!(!output.status.success() && said(&output).contains("from 1 to 499"), "{}", said(&output));
    }
}

#[test]
fn deploy_says_what_it_does_and_what_it_lacks() {
    let deploy = |arguments: &[&str]| {
        // A machine without Docker.
        let bin = tempfile::tempdir().unwrap();
        for tool in ["dirname", "cat"] {
            let found = ["/usr/bin", "/bin"]
                .map(|dir| Path::new(dir).join(tool))
                .into_iter()
                .find(|path| path.exists());
            symlink(found.unwrap(), bin.path().join(tool)).unwrap();
        }
        Command::new("/bin/sh")
            .arg(script("deploy.sh"))
            .args(arguments)
            .env("PATH", bin.path())
            .output()
            .unwrap()
    };
    let help = deploy(&["help"]);
    assert!(help.status.success() && String::from_utf8_lossy(&help.stdout).contains("deploy.sh client N"));
    for arguments in [&[][..], &["start"], &["main", "2"], &["client"], &["client", "2", "3"]] {
        let output = deploy(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).starts_with("Usage: deploy.sh main"), "{arguments:?}: {}", said(&output));
    }
    for arguments in [&["main"][..], &["client", "2"], &["key"], &["status"], &["down"]] {
        let output = deploy(arguments);
        assert!(!output.status.success() && said(&output).contains("docker is missing"), "{}", said(&output));
    }
}

#[test]
fn the_image_copies_files_that_exist_and_compose_passes_variables_that_are_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let dockerfile = std::fs::read_to_string(script("Dockerfile")).unwrap();
    for line in dockerfile.lines().filter(|line| line.starts_with("COPY") && !line.contains("--from=")) {
        let words: Vec<_> = line.split_whitespace().skip(1).filter(|word| !word.starts_with("--")).collect();
        for source in &words[..words.len() - 1] {
            assert!(root.join(source).exists(), "{line}");
        }
    }
    let config = Command::new(binary()).args(["config", "--json"]).output().unwrap();
    let config = String::from_utf8(config.stdout).unwrap().to_lowercase();
    for file in ["compose.yaml", "compose.client.yaml"] {
        let compose = std::fs::read_to_string(script(file)).unwrap();
        for name in compose.lines().filter_map(|line| line.trim().strip_suffix(':')) {
            let Some(name) = name.strip_prefix("SESSIOND_").filter(|name| !name.starts_with("MODEL")) else {
                continue;
            };
            assert!(config.contains(&format!("\"{}\"", name.to_lowercase())), "{file}: SESSIOND_{name}");
        }
    }
}
