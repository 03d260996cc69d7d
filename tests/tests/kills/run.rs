//! The servers, their kills, and what the workers share.

use std::future::Future;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use sessiond_api::{Code, Problem};
use sessiond_client::Client;
use sessiond_tests::server::binary;
use tokio::task::JoinSet;

use crate::work;

/// How a run goes.
pub struct Plan {
    /// So many servers use the one directory.
    pub servers: usize,
    /// So many kills.
    pub kills: usize,
    /// Each comes within this time after the one before.
    pub within: Duration,
}

/// No answer takes longer than this, with all the kills in between: a wait without an end is a failure.
const ANSWER: Duration = Duration::from_secs(90);

/// What the workers share.
pub struct Shared {
    clients: Vec<Client>,
    /// Whether nothing new is begun.
    ending: AtomicBool,
    /// So many requests were acknowledged.
    pub acknowledged: AtomicU64,
    /// So many requests had no answer, and were repeated with the same key.
    pub repeated: AtomicU64,
}

impl Shared {
    /// The client of a worker: one server each in turn.
    pub fn client(&self, worker: usize) -> &Client {
        &self.clients[worker % self.clients.len()]
    }

    /// Whether nothing new is begun.
    pub fn ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }

    /// Asks until there is an answer, always the same. A server that is not there gives none, and one that is busy asks to
    /// come again; any other problem is given to the caller.
    pub async fn ask<T, F: Future<Output = Result<T, Problem>>>(
        &self,
        request: impl Fn() -> F,
    ) -> Result<T, Problem> {
        let begun = Instant::now();
        loop {
            match request().await {
                Ok(answer) => {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(problem) if problem.code == Code::Unreachable || problem.retryable => {
                    assert!(begun.elapsed() < ANSWER, "no answer within {ANSWER:?}: {problem}");
                    self.repeated.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                Err(problem) => return Err(problem),
            }
        }
    }

    /// The same, where no problem is expected.
    pub async fn must<T, F: Future<Output = Result<T, Problem>>>(&self, request: impl Fn() -> F) -> T {
        self.ask(request).await.unwrap_or_else(|problem| panic!("{problem:?}"))
    }
}

/// A request of the API, from its JSON.
pub fn request<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A server that is killed and started again at one address.
struct Server {
    address: String,
    child: Child,
}

impl Server {
    fn start(dir: &Path, address: &str) -> Child {
        Command::new(binary())
            .args(["serve", "--listen", address, "--ack-timeout", "1s", "--dir"])
            .arg(dir)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Numbers that look random and are the same in each run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Runs all kinds of work on servers that are killed, then lets the work end and checks it.
pub async fn run(plan: Plan) {
    let dir = tempfile::tempdir().unwrap();
    let free: Vec<_> = (0..plan.servers).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let addresses: Vec<_> = free.iter().map(|listener| listener.local_addr().unwrap().to_string()).collect();
    drop(free);
    let mut servers: Vec<_> = addresses
        .iter()
        .map(|address| Server { child: Server::start(dir.path(), address), address: address.clone() })
        .collect();
    let clients: Vec<_> = addresses
        .iter()
        .map(|address| Client::connect(&format!("http://{address}"), None).unwrap())
        .collect();
    let shared = Arc::new(Shared {
        clients,
        ending: AtomicBool::new(false),
        acknowledged: AtomicU64::new(0),
        repeated: AtomicU64::new(0),
    });
    let mut workers = JoinSet::new();
    work::spawn(&mut workers, &shared).await;
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..plan.kills {
        let within = plan.within.as_millis() as u64;
        // A worker that fails ends the run at once, and says why.
        let lasts = Duration::from_millis(150 + random.below(within - 150));
        if let Ok(Some(ended)) = tokio::time::timeout(lasts, workers.join_next()).await {
            panic!("a worker has ended: {:?}", ended.err());
        }
        let one = random.below(servers.len() as u64) as usize;
        let server = &mut servers[one];
        server.kill();
        server.child = Server::start(dir.path(), &server.address);
        if random.below(5) == 0 {
            tokio::time::sleep(Duration::from_millis(random.below(45))).await;
            server.kill();
            server.child = Server::start(dir.path(), &server.address);
        }
    }
    shared.ending.store(true, Ordering::Relaxed);
    while let Some(ended) = tokio::time::timeout(ANSWER * 2, workers.join_next()).await.expect("work ends") {
        ended.unwrap();
    }
    let (acknowledged, repeated) =
        (shared.acknowledged.load(Ordering::Relaxed), shared.repeated.load(Ordering::Relaxed));
    println!("{} kills, {acknowledged} requests acknowledged, {repeated} repeated", plan.kills);
    assert!(acknowledged > 20 * plan.kills as u64, "work was done: {acknowledged}");
    assert!(repeated > 0, "kills met requests on their way");
}
