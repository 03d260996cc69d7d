//! In which form a command prints, and whether in colour.

use std::ffi::OsString;

use clap::{Arg, Args, Command, ValueEnum};

/// In which form a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    // For people, as wide as the terminal. A doc comment would be five more lines in every help text.
    #[default]
    Table,
    // For people, with all columns, and nothing cut.
    Wide,
    // Ids alone, one a line.
    Name,
    // For programs.
    Json,
}

/// What every command takes that prints something. `--json` is an option of all commands.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Printing {
    /// Output format: table, wide (all columns, nothing cut), name (ids alone) or json
    #[arg(long, short, value_name = "FORMAT", hide_possible_values = true, conflicts_with = JSON)]
    output: Option<Format>,
}

/// The id of the option `--json`.
const JSON: &str = "json";

impl Printing {
    /// What the arguments of a command say, which may take none of these; `json` was said anywhere on the line. None where
    /// the two contradict each other.
    pub fn of(matches: &clap::ArgMatches, json: bool) -> Option<Format> {
        let output = matches.try_get_one::<Format>("output").ok().flatten().copied();
        match (json, output) {
            (true, Some(other)) if other != Format::Json => None,
            (true, _) => Some(Format::Json),
            (false, output) => Some(output.unwrap_or_default()),
        }
    }

    /// Whether a line that is no command asks for JSON, for the error that says so. The line is read by the options that
    /// its commands have: the value of an option and what follows `--` are no options.
    pub fn asked(command: &Command, line: &[OsString]) -> bool {
        let mut command = command;
        let mut words = line.iter().map(|word| word.to_string_lossy()).peekable();
        let mut asked = false;
        while let Some(word) = words.next() {
            if word == "--" {
                break;
            }
            let options = || command.get_arguments();
            // The option, and its value where that is in the same word.
            let found = if let Some(long) = word.strip_prefix("--") {
                let (name, value) =
                    long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
                options().find(|option| option.get_long() == Some(name)).map(|option| (option, value))
            } else if let Some(shorts) = word.strip_prefix('-') {
                let takes_value = |option: &&Arg| option.get_action().takes_values();
                shorts.char_indices().find_map(|(at, short)| {
                    let option =
                        options().filter(takes_value).find(|option| option.get_short() == Some(short))?;
                    let rest = &shorts[at + short.len_utf8()..];
                    let value = Some(rest).filter(|rest| !rest.is_empty());
                    Some((option, value.map(|value| value.strip_prefix('=').unwrap_or(value))))
                })
            } else {
                command = command.find_subcommand(&*word).unwrap_or(command);
                None
            };
            let Some((option, value)) = found else { continue };
            if !option.get_action().takes_values() {
                asked |= option.get_id() == JSON;
                continue;
            }
            let value = match value {
                Some(value) => value.to_owned(),
                // A value of its own that begins with a hyphen is an option instead, as clap reads it.
                None => words
                    .next_if(|next| !next.starts_with('-') || next == "-")
                    .unwrap_or_default()
                    .into_owned(),
            };
            let is_format = option.get_possible_values().iter().any(|format| format.get_name() == "wide");
            asked |= is_format && value == "json";
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_asks_for_json_by_its_options_whether_or_not_the_rest_is_right() {
        let mut command = crate::commands::description();
        command.build();
        let check = |line: &str| {
            let line: Vec<OsString> = line.split(' ').map(Into::into).collect();
            Printing::asked(&command, &line)
        };
        for asks in [
            "--json",
            "--json session list --bogus",
            "session --json list",
            "session list --bogus -o json",
            "session list -ojson x y",
            "session list -o=json x y",
            "session list --output json y",
            "session list --output=json",
            "--color never --json nonsense",
            "session show --json",
            "session list --search --json",
            "agent run --id a://b --json",
        ] {
            assert!(check(asks), "{asks}");
        }
        for does_not in [
            "session list json",
            "session list -o wide json",
            "session list --search=--json --bogus",
            "session list -q=--json --bogus",
            "session list -q--json --bogus",
            "session list --search -- --json",
            "session export s --output json --bogus",
            "agent run --id a://b --preset claude -- --json",
            "session list --jsonx",
            "--log-level=--json nonsense",
        ] {
            assert!(!check(does_not), "{does_not}");
        }
    }
}
