//! The program `sessiond`.

mod browser;
mod client;
mod commands;
mod config;
mod host;
mod logging;
mod output;
mod signals;

fn main() -> std::process::ExitCode {
    commands::main()
}
