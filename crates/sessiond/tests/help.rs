//! The help texts are what people depend on: each stands in a golden file. `UPDATE_GOLDEN=1` writes them anew.

mod support;

use std::path::Path;

use support::Place;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["demo"],
    &["agent"],
    &["session"],
    &["session", "list"],
    &["session", "show"],
    &["session", "watch"],
    &["session", "create"],
    &["session", "complete"],
    &["session", "terminate"],
    &["session", "export"],
    &["session", "import"],
    &["session", "delete"],
    &["session", "fork"],
    &["session", "summary"],
    &["message"],
    &["message", "send"],
    &["mcp"],
    &["model"],
    &["model", "serve"],
    &["key"],
    &["key", "create"],
    &["key", "list"],
    &["key", "revoke"],
    &["spool"],
    &["spool", "list"],
    &["spool", "send"],
    &["spool", "drop"],
    &["config"],
    &["completions"],
    &["openapi"],
];

#[test]
fn every_command_explains_itself_as_its_golden_file_says() {
    let place = Place::new();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/help");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut different = Vec::new();
    for command in COMMANDS {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let help = place.ok(&arguments);
        let name = if command.is_empty() { "sessiond".to_owned() } else { command.join("-") };
        let file = golden.join(format!("{name}.txt"));
        if update {
            std::fs::create_dir_all(&golden).unwrap();
            std::fs::write(&file, &help).unwrap();
        } else if std::fs::read_to_string(&file).unwrap_or_default() != help {
            different.push(name);
        }
    }
    assert!(
        different.is_empty(),
        "run with UPDATE_GOLDEN=1 and read the diff of tests/golden/help: {different:?}"
    );
}

#[test]
fn every_command_that_does_something_has_an_example() {
    let place = Place::new();
    for command in
        COMMANDS.iter().filter(|command| command.len() != 1 || !matches!(command[0], "message" | "model"))
    {
        let mut arguments = command.to_vec();
        arguments.push("--help");
        let help = place.ok(&arguments);
        let is_part = command.first() == Some(&"key") && command.len() == 2;
        assert!(help.contains("Example") || is_part, "{command:?} has no example");
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let place = Place::new();
    for arguments in [
        &["nonsense"][..],
        &["session"],
        &["session", "show"],
        &["session", "show", "not/an/id"],
        &["agent", "--id", "no-framework", "--exec", "true"],
        &["agent", "--id", "a://b"],
        &["agent", "--id", "a://b", "--exec", "true", "--preset", "claude"],
        &["agent", "--id", "a://b", "--preset", "cursor"],
        &["session", "list", "--status", "sleeping"],
        &["message", "send", "--from", "a://b", "--to", "c://d", "--timeout", "soon"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn completions_know_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.ok(&["completions", shell]);
        assert!(script.contains("terminate") && !script.is_empty(), "{shell}");
    }
}

#[test]
fn the_openapi_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(&Place::new().ok(&["openapi"])).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/sessions"].is_object());
}
