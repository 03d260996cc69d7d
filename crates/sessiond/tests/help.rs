//! People depend on the help texts: each has a snapshot. `INSTA_UPDATE=always` writes them anew.

mod support;

use support::Place;

/// All commands, as the help texts name them.
fn commands(place: &Place) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(command) = open.pop() {
        let help = help(place, &command);
        let list = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
        let names = list.lines().take_while(|line| line.starts_with("  "));
        let names =
            names.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
        for name in names.filter(|name| *name != "help") {
            open.push(command.iter().cloned().chain([name.to_owned()]).collect());
        }
        found.push(command);
    }
    found.sort();
    found
}

fn help(place: &Place, command: &[String]) -> String {
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
    place.ok(&arguments)
}

#[test]
fn every_command_explains_itself_as_its_snapshot_says() {
    let place = Place::new();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/help");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let all = commands(&place);
    assert!(all.len() > 80, "{all:?}");
    settings.bind(|| {
        for command in all {
            let name = if command.is_empty() { "sessiond".to_owned() } else { command.join("-") };
            insta::assert_snapshot!(name, help(&place, &command));
        }
    });
}

#[test]
fn every_command_has_an_example() {
    let place = Place::new();
    for command in commands(&place).iter().filter(|command| **command != ["model"]) {
        assert!(help(&place, command).contains("Example"), "{command:?} has no example");
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
fn each_shell_has_a_script_that_asks_this_program() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.ok(&["completions", shell]);
        assert!(script.contains("SESSIOND_COMPLETE") && script.contains("sessiond"), "{shell}");
    }
}

#[test]
fn the_openapi_document_is_json() {
    let document: serde_json::Value = serde_json::from_str(&Place::new().ok(&["openapi"])).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(document["paths"]["/sessions"].is_object());
}
