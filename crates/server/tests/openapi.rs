//! The OpenAPI document: the committed one is what the code says, and the table of operations knows every route.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use sessiond_api::operations;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

#[test]
fn the_committed_document_is_what_the_code_says() {
    let generated = sessiond_server::openapi_json();
    let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
    let line = committed.lines().zip(generated.lines()).position(|(old, new)| old != new);
    assert!(
        committed == generated,
        "docs/openapi.json is not what the code says, from line {:?} on: run `cargo xtask openapi`",
        line.map(|line| line + 1)
    );
}

#[test]
fn the_table_of_operations_and_the_router_name_the_same_routes() {
    let document: serde_json::Value = serde_json::from_str(sessiond_server::openapi_json()).unwrap();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "patch", "delete"] {
            if item.get(method).is_some() {
                documented.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    // The document has no sign for the rest of a path.
    let name = |operation: &operations::Operation| {
        format!("{} {}", operation.method.as_str(), operation.path.replace("{*", "{"))
    };
    let table: BTreeSet<_> = operations::all().map(name).collect();
    assert_eq!(documented, table);
}

#[test]
fn every_operation_says_what_it_is_and_every_link_in_the_document_leads_somewhere() {
    let text = sessiond_server::openapi_json();
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty(), "{method} {path} has no summary");
            assert!(ids.insert(operation["operationId"].to_string()), "{method} {path} shares its id");
            let tag = &operation["tags"][0];
            assert!(
                tags.contains(&tag),
                "{method} {path} is of a group that the document does not list: {tag}"
            );
            let mut names = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(
                    names.insert(parameter["name"].to_string()),
                    "{method} {path} names {} twice",
                    parameter["name"]
                );
            }
        }
    }
    for link in text.split("\"#/components/schemas/").skip(1) {
        let name = link.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not in the document");
    }
}
