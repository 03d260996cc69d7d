//! Connections to MCP servers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use serde_json::Value;
use sessiond_execution::Error;
use sessiond_turns::mcp::{McpError, McpServer as Server, Program};

use crate::bridge::{Listener, Work};
use crate::plain;

/// A connection to an MCP server.
#[pyclass(frozen, module = "sessiond._native")]
pub struct McpServer {
    server: Server,
}

#[pymethods]
impl McpServer {
    /// Starts a program that is a server, and greets it.
    #[staticmethod]
    fn program(
        py: Python<'_>,
        command: Vec<OsString>,
        env: BTreeMap<String, String>,
        dir: Option<PathBuf>,
        timeout: f64,
    ) -> PyResult<Self> {
        let within = seconds(timeout)?;
        let program = Program { command, env, dir };
        let server = wait(py, async move { Server::program(program, Some(within)).await })?;
        Ok(Self { server })
    }

    /// Greets the server at an address.
    #[staticmethod]
    fn address(
        py: Python<'_>,
        url: String,
        headers: BTreeMap<String, String>,
        timeout: f64,
    ) -> PyResult<Self> {
        let within = seconds(timeout)?;
        let server = wait(py, async move { Server::address(&url, &headers, Some(within)).await })?;
        Ok(Self { server })
    }

    /// What models are told of its tools, each with the name that the server knows it by.
    fn tools<'py>(&self, py: Python<'py>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
        let server = self.server.clone();
        let tools = wait(py, async move { server.tools().await })?;
        tools.iter().map(|tool| Ok((tool.name().to_owned(), plain::write(py, &tool.definition)?))).collect()
    }

    /// Has a tool called with arguments, which are JSON. `tell` is called on the loop of `call_soon` with `result` and what
    /// it gave, or `error` and an exception.
    fn call(&self, tool: String, arguments: &str, call_soon: Py<PyAny>, tell: Py<PyAny>) -> PyResult<Work> {
        let arguments = match serde_json::from_str(arguments) {
            Ok(Value::Object(arguments)) => arguments,
            _ => return Err(PyTypeError::new_err("the arguments of a tool are an object")),
        };
        let (server, listener) = (self.server.clone(), Listener::new(call_soon, tell));
        Work::begin(async move {
            let outcome = server.call(&tool, arguments).await;
            listener
                .tell(move |py| match outcome {
                    Ok(value) => Ok(("result", plain::to_python(py, &value)?)),
                    Err(error) => Ok(("error", raised(py, &error).into_value(py).into_bound(py).into_any())),
                })
                .await;
        })
    }

    /// Ends the connection, and the program.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let server = self.server.clone();
        wait(py, async move {
            server.close().await;
            Ok(())
        })
    }
}

fn seconds(timeout: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(timeout)
        .map_err(|_| PyValueError::new_err(format!("timeout is a number of seconds, not {timeout}")))
}

/// Waits for something without the interpreter's lock.
fn wait<T: Send + 'static>(
    py: Python<'_>,
    work: impl Future<Output = Result<T, McpError>> + Send + 'static,
) -> PyResult<T> {
    let outcome = py.detach(|| sessiond_recording::wait(async move { Ok::<_, Error>(work.await) }));
    match outcome {
        Ok(outcome) => outcome.map_err(|error| raised(py, &error)),
        Err(error) => Err(crate::errors::raised(py, &error)),
    }
}

fn raised(py: Python<'_>, error: &McpError) -> PyErr {
    let (class, code) = match error {
        McpError::Connect { .. } => ("McpError", "connect"),
        McpError::Request { .. } => ("McpError", "request"),
        McpError::Tool(_) => ("ToolError", "tool"),
    };
    crate::errors::exception(py, class, (error.to_string(), code))
}
