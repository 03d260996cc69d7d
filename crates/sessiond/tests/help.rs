//! People depend on the help texts: each has a snapshot. `INSTA_UPDATE=always` writes them anew.

mod support;

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
    &["session", "cancel"],
    &["session", "retry"],
    &["session", "signal"],
    &["session", "questions"],
    &["session", "answer"],
    &["session", "export"],
    &["session", "import"],
    &["session", "delete"],
    &["session", "fork"],
    &["session", "summary"],
    &["message"],
    &["message", "send"],
    &["mcp"],
    &["recover"],
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
fn every_command_explains_itself_as_its_snapshot_says() {
    let place = Place::new();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/help");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for command in COMMANDS {
            let name = if command.is_empty() { "sessiond".to_owned() } else { command.join("-") };
            insta::assert_snapshot!(name, place.ok(&[command, &["--help"][..]].concat()));
        }
    });
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
