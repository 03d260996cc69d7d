//! The configuration: which value wins, where it came from, and what is reported.

mod support;

use serde_json::json;
use support::Place;

#[test]
fn config_prints_each_value_and_where_it_came_from() {
    let place = Place::new();
    place.write(
        "sessiond.toml",
        "listen = \"127.0.0.1:1111\"\nlog_level = \"debug\"\nallow_hosts = [\"a\", \"b\"]\n",
    );
    let mut command = place.command(&["config", "--json", "--dir", "elsewhere"]);
    command.env("SESSIOND_LISTEN", "127.0.0.1:2222").env("AGENT_BUS_API_KEY", "seed-secret");
    let output = command.output().unwrap();
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = &printed["settings"];
    assert_eq!(settings["listen"], json!({ "value": "127.0.0.1:2222", "source": "SESSIOND_LISTEN" }));
    assert_eq!(settings["log_level"], json!({ "value": "debug", "source": "sessiond.toml" }));
    assert_eq!(settings["allow_hosts"], json!({ "value": "a,b", "source": "sessiond.toml" }));
    assert_eq!(settings["data_dir"], json!({ "value": "elsewhere", "source": "--dir" }));
    assert_eq!(settings["log_format"], json!({ "value": "text", "source": "default" }));
    assert_eq!(settings["api_key"], json!({ "value": "redacted", "source": "AGENT_BUS_API_KEY" }));
    assert!(!String::from_utf8_lossy(&output.stdout).contains("seed-secret"));
}

#[test]
fn the_table_shows_the_same_and_no_secret() {
    let place = Place::new();
    place.write("other.toml", "api_key = \"file-secret\"\n");
    let table = place.ok(&["config", "--config", "other.toml"]);
    let row = table.lines().find(|line| line.starts_with("api_key")).unwrap();
    assert!(row.contains("(redacted)") && row.contains("other.toml"), "{row}");
    assert!(!table.contains("file-secret"));
    let row = table.lines().find(|line| line.starts_with("data_dir")).unwrap();
    assert!(row.contains(".sessiond") && row.contains("default"), "{row}");
}

#[test]
fn unknown_keys_are_reported_with_the_nearest_known_one_and_are_no_failure() {
    let place = Place::new();
    place.write("sessiond.toml", "lisen = \"127.0.0.1:1\"\n");
    let mut command = place.command(&["config"]);
    let output = command.env("SESSIOND_URLL", "http://x").output().unwrap();
    assert!(output.status.success());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "warning: sessiond.toml: there is no key 'lisen'; did you mean 'listen'?\n\
         warning: environment: there is no variable SESSIOND_URLL; did you mean 'SESSIOND_URL'?\n"
    );
}

#[test]
fn a_value_that_cannot_be_is_an_error_that_names_its_source() {
    let place = Place::new();
    place.write("sessiond.toml", "ack_timeout = 60\n");
    let error = place.fails(&["config"]);
    assert!(
        error.contains(
            "sessiond.toml: ack_timeout must be a whole number with ms, s, m or h, such as 300s, but is '60'"
        ),
        "{error}"
    );
    let error = place.fails(&["config", "--config", "missing.toml"]);
    assert!(error.starts_with("error: cannot read missing.toml"), "{error}");
}
