//! Tools of an MCP server as nodes of an execution, with our own server at an address and as a program.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use sessiond_execution::mcp::{McpError, McpServer, McpTool, Program};
use sessiond_execution::{Error, Session};
use support::Place;

async fn at(url: &str) -> Result<McpServer, McpError> {
    McpServer::address(url, &BTreeMap::new(), Some(Duration::from_secs(20))).await
}

async fn program(command: &[&str]) -> Result<McpServer, McpError> {
    let command = command.iter().map(Into::into).collect();
    let program = Program { command, ..Program::default() };
    McpServer::program(program, Some(Duration::from_secs(20))).await
}

async fn tool(server: &McpServer, name: &str) -> McpTool {
    server.tools().await.unwrap().into_iter().find(|tool| tool.name() == name).unwrap()
}

#[tokio::test]
async fn a_servers_tools_are_nodes_whose_calls_are_recorded() {
    let place = Place::new();
    let (_process, url) = place.serve(&[]);
    let store = place.path().join("store").display().to_string();
    let servers = [
        at(&format!("{url}/mcp")).await.unwrap(),
        program(&[env!("CARGO_BIN_EXE_sessiond"), "mcp", "--dir", &store]).await.unwrap(),
    ];
    for server in servers {
        let create = tool(&server, "create_session").await;
        assert_eq!(create.definition.parameters["type"], "object");
        let session = Session::builder().dir(place.path().join("own")).start().await.unwrap();
        let made: Value = session.call(&create, json!({ "name": "first" })).await.unwrap();
        assert_eq!(made["name"], "first");
        let get = tool(&server, "get_session").await;
        let error = session.call(&get, json!({ "session_id": "sess_nowhere" })).await.unwrap_err();
        assert!(matches!(&error, Error::Node { .. }) && error.to_string().contains("not_found"), "{error}");
        let state = session.payload().await.unwrap();
        assert_eq!(
            (&state["calls"][0]["kind"], &state["calls"][0]["node"]),
            (&json!("tool"), &json!("create_session"))
        );
        session.close().await.unwrap();
        server.close().await;
        let error = server.tools().await.unwrap_err();
        assert!(error.to_string().contains("has ended, or was closed"), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_server_is_told_without_what_may_be_a_secret() {
    for (told, outcome) in [
        ("it does not start", program(&["/no/such/server", "sk-1"]).await),
        ("it ended at once", program(&["false", "sk-1"]).await),
        ("cannot be used", at("http://127.0.0.1:9/mcp?key=sk-1").await),
    ] {
        let Err(error) = outcome else { panic!("{told}: there is a server") };
        assert!(error.to_string().contains(told) && !error.to_string().contains("sk-1"), "{error}");
    }
}
