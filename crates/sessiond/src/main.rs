//! The program `sessiond`.

mod browser;
mod commands;
mod config;
mod door;
mod host;
mod logging;
mod output;
mod signals;

fn main() -> std::process::ExitCode {
    commands::main()
}
