//! What the table of operations says of a request: who may make it.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::Method;
use sessiond_api::operations::{self, Operation};

/// What the table says of a request. A path that is not in it is denied.
pub(crate) enum Found {
    /// It is this operation.
    Operation(&'static Operation),
    /// The path takes these methods, and not the request's.
    Methods(String),
    /// Nothing: the path is not in the table.
    Nothing,
}

pub(crate) fn find(method: &Method, path: &str) -> Found {
    static PATHS: LazyLock<HashMap<&str, Vec<&Operation>>> = LazyLock::new(|| {
        let mut paths = HashMap::<_, Vec<_>>::new();
        for operation in operations::all() {
            paths.entry(operation.path).or_default().push(operation);
        }
        paths
    });
    let Some(found) = PATHS.get(path) else {
        return Found::Nothing;
    };
    let takes = |operation: &&&Operation| match *method {
        Method::HEAD => operation.head,
        _ => operation.method.as_str() == method.as_str(),
    };
    if let Some(operation) = found.iter().find(takes) {
        return Found::Operation(operation);
    }
    let mut methods: Vec<_> = found.iter().map(|operation| operation.method.as_str()).collect();
    if found.iter().any(|operation| operation.head) {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    Found::Methods(methods.join(", "))
}
