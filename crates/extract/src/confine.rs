//! The limits that this process sets itself before it reads a byte of a file.

use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd;

use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
use sessiond_documents::read::limits;

/// From here on this process can take only so much memory and processor time, and can neither write a file nor open anything: no
/// file, no socket. What is open stays open.
///
/// # Errors
///
/// If the system refuses one of the limits; then nothing must be read.
pub fn confine() -> io::Result<()> {
    // A person may have directed the output to a file.
    if !io::stdout().is_terminal() && !is_file(io::stdout())? {
        limit(Resource::Fsize, 0)?;
    }
    // A system that does not know this limit has the others.
    let memory = limit(Resource::As, limits::ADDRESS_SPACE);
    if cfg!(target_os = "linux") {
        memory?;
    }
    limit(Resource::Cpu, limits::CPU_SECONDS)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nofile, 0)?;
    // A server that has something to answer comes first.
    let _ = nice(10);
    Ok(())
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    let present = getrlimit(resource);
    let most = present.maximum.map_or(most, |maximum| maximum.min(most));
    // The processor's limit ends the process by a signal at the lower number, and by force at the higher one.
    let maximum = if matches!(resource, Resource::Cpu) { most.saturating_add(1) } else { most };
    let maximum = present.maximum.map_or(maximum, |present| present.min(maximum));
    Ok(setrlimit(resource, Rlimit { current: Some(most), maximum: Some(maximum) })?)
}

fn is_file(stream: impl AsFd) -> io::Result<bool> {
    let file = std::fs::File::from(stream.as_fd().try_clone_to_owned()?);
    Ok(file.metadata()?.is_file())
}
