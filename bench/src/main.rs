//! Benchmarks of `sessiond` beside its peers on one machine in one run: `cargo xtask bench`.
//!
//! Everything runs on this machine over loopback, and every figure stands with the command's own settings beside it:
//! what the disk does, what durability each side gives, and what the machine did besides. The report is Markdown on
//! standard output; progress goes to standard error.

mod appends;
mod bench;
mod chats;
mod console;
mod disk;
mod executions;
mod http;
mod in_process;
mod load;
mod machine;
mod memory;
mod messages;
mod model;
mod python;
mod redis;
mod report;
mod resume;
mod search;
mod served;
mod stored;
mod used;
mod watchers;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, ValueEnum};

use crate::bench::Bench;
use crate::report::Report;

/// Measure sessiond and its peers on this machine.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask bench", version = None)]
struct Cli {
    /// What to measure
    #[arg(value_enum, default_value = "all")]
    subjects: Vec<Subject>,
    /// Few and short runs, to see that everything works; the figures mean little
    #[arg(long)]
    quick: bool,
    /// Write the report as JSON too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Numbers of clients that append, with commas
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_value = "1,16,64,256")]
    clients: Vec<usize>,
    /// What they append through, with commas
    #[arg(long, value_enum, value_delimiter = ',', default_value = "embedded,http,redis")]
    doors: Vec<appends::Door>,
    /// Measure this `sessiond` instead of the one that is built from here
    #[arg(long, value_name = "PROGRAM")]
    program: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Everything below
    All,
    /// The disk's own time for a durable write
    Disk,
    /// Durable appends: embedded, over HTTP, and Redis Streams
    Appends,
    /// Messages from one WebSocket to another
    Messages,
    /// 1,000 watchers on one session
    Watchers,
    /// 100,000 stored sessions: start, lists, opening one
    Stored,
    /// Resident memory
    Memory,
    /// Recorded calls of executions, in Rust
    Executions,
    /// Resuming an execution of 100,000 calls, and saving its state
    Resume,
    /// Recorded calls of executions in Python, beside asyncio and Railtracks
    Python,
    /// Assistants: streamed answers, sessions that were used, search in files, a model in the process
    Assistants,
    /// The web console in Chromium: opening a session, scrolling a long list
    Console,
}

impl Subject {
    const EACH: &[Self] = &[
        Self::Disk,
        Self::Appends,
        Self::Messages,
        Self::Watchers,
        Self::Stored,
        Self::Memory,
        Self::Executions,
        Self::Resume,
        Self::Python,
        Self::Assistants,
        Self::Console,
    ];
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // Inherited by the programs that are started from here.
    machine::raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(cli))
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let bench = Bench::new(cli.quick, cli.program)?;
    let mut report = Report::new(cli.quick);
    for subject in Subject::EACH {
        // The disk's own time stands beside everything that waits for the disk.
        let wanted = cli.subjects.contains(&Subject::All) || cli.subjects.contains(subject);
        if !wanted && *subject != Subject::Disk {
            continue;
        }
        eprintln!("== {subject:?}");
        match subject {
            Subject::All => {}
            Subject::Disk => report.add(disk::run(&bench)?),
            Subject::Appends => report.add(appends::run(&bench, &cli.clients, &cli.doors).await?),
            Subject::Messages => report.add(messages::run(&bench).await?),
            Subject::Watchers => report.add(watchers::run(&bench).await?),
            Subject::Stored => report.add(stored::run(&bench).await?),
            Subject::Memory => report.add(memory::run(&bench).await?),
            Subject::Executions => report.add(executions::run(&bench).await?),
            Subject::Resume => report.add(resume::run(&bench).await?),
            Subject::Python => report.add(python::run(&bench).await?),
            Subject::Assistants => {
                report.add(chats::run(&bench).await?);
                report.add(used::run(&bench).await?);
                report.add(search::run(&bench)?);
                report.add(in_process::run(&bench).await?);
            }
            Subject::Console => report.add(console::run(&bench).await?),
        }
    }
    report.finish(bench.busy());
    println!("{report}");
    if let Some(file) = cli.json {
        let json = serde_json::to_vec_pretty(&report)?;
        std::fs::write(&file, json).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
