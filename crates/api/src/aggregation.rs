//! Aggregation: one result from those of several agents. The types are the core's own, which is pure.

pub use sessiond_core::aggregation::{
    AgentResult, Aggregate, Aggregation, Conflict, ConflictValue, SynthesisMethod, Unresolved,
};

crate::operations::operations! {
    /// Aggregates the results of several agents into one.
    AGGREGATE = Operation::post("/aggregations").keyed().fails_with(&[Code::SessionNotFound]);
}
