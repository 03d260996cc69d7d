//! In which form a command prints, and whether in colour.

use clap::{Args, ValueEnum};

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

/// What every command takes that prints something.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Printing {
    /// Print JSON, and errors as JSON too
    #[arg(long, conflicts_with = "output")]
    json: bool,
    /// Output format: table, wide (all columns, nothing cut), name (ids alone) or json
    #[arg(long, short, value_name = "FORMAT", hide_possible_values = true)]
    output: Option<Format>,
}

impl Printing {
    /// What the arguments of a command say, which may take none of these.
    pub fn of(matches: &clap::ArgMatches) -> Format {
        let json = matches.try_get_one::<bool>("json").ok().flatten().is_some_and(|json| *json);
        let output = matches.try_get_one::<Format>("output").ok().flatten().copied();
        if json { Format::Json } else { output.unwrap_or_default() }
    }

    /// Whether the arguments ask for JSON, for errors in the arguments themselves.
    pub fn is_json(arguments: impl Iterator<Item = std::ffi::OsString>) -> bool {
        let mut asked = false;
        let mut output = false;
        for argument in arguments {
            match argument.to_str() {
                Some("--") => break,
                Some("json") if output => asked = true,
                Some("--json" | "-ojson" | "-o=json" | "--output=json") => asked = true,
                _ => {}
            }
            output = matches!(argument.to_str(), Some("-o" | "--output"));
        }
        asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_ask_for_json_are_found_whether_or_not_they_are_right() {
        let check = |line: &str| Printing::is_json(line.split(' ').map(Into::into));
        for asks in ["--json", "x --bogus -o json", "-ojson", "--output json y", "--output=json"] {
            assert!(check(asks), "{asks}");
        }
        for does_not in ["x json", "-o wide json", "agent -- --json", "--jsonx"] {
            assert!(!check(does_not), "{does_not}");
        }
    }
}
