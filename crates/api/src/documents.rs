//! The documents that the server carries, and its console.

crate::operations::operations! {
    /// Redirects to the console, or to the documents.
    ROOT = Operation::get("/").public();
    /// Reads the OpenAPI document.
    GET_OPENAPI = Operation::get("/openapi.json").public();
    /// Reads the reference, for people.
    REFERENCE = Operation::get("/docs").public();
    /// Reads the list of error codes.
    ERRORS = Operation::get("/docs/errors").public();
    /// Reads the page of an error code.
    ERROR = Operation::get("/docs/errors/{code}").public();
    /// Reads a guide.
    GUIDE = Operation::get("/docs/{guide}").public();
    /// Reads a picture in a guide.
    IMAGE = Operation::get("/docs/images/{image}").public();
    /// Redirects to the console.
    TO_CONSOLE = Operation::get("/console").public();
    /// Opens the console.
    GET_CONSOLE = Operation::get("/console/").public();
    /// Reads a file of the console, or its page for an address within it.
    GET_CONSOLE_FILE = Operation::get("/console/{*path}").public();
}
