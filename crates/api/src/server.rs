//! The state of the server.

crate::operations::operations! {
    /// Reports whether the server is alive.
    HEALTH = Operation::get("/health").public();
    /// Reports whether the server can write.
    READY = Operation::get("/ready").public().fails_with(&[Code::StoreFull]);
    /// Reads the server's metrics.
    METRICS = Operation::get("/metrics");
}
