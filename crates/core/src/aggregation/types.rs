//! What is aggregated, and what comes of it, as requests and answers write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AgentId, SessionId};

/// Combines the results of several agents into one. Its members are in camelCase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// The session that they worked in.
    #[serde(rename = "sessionId", alias = "session_id")]
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub session_id: SessionId,
    /// The type of work.
    #[serde(rename = "taskType", alias = "task_type")]
    pub task_type: String,
    /// The results.
    #[serde(rename = "agentResults", alias = "agent_results")]
    pub agent_results: Vec<AgentResult>,
    /// The method.
    #[serde(rename = "synthesisMethod", alias = "synthesis_method")]
    pub synthesis_method: SynthesisMethod,
    /// Each agent's weight. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<BTreeMap<String, f64>>,
    /// The specialists in order of priority, for `specialist_priority`.
    #[serde(
        default,
        rename = "specialistAgents",
        alias = "specialist_agents",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub specialist_agents: Vec<AgentId>,
}

/// An agent's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentResult {
    /// The agent.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub agent_id: AgentId,
    /// The result.
    #[serde(default)]
    pub result: Value,
    /// Its confidence, from 0 to 1. Default: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// How long it took, in milliseconds; for display only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_time: Option<Value>,
    /// Why it has no result; the agent is then ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// How the result is chosen. Each field of an object is chosen separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SynthesisMethod {
    /// The value with the larger weight: the majority of labels, the median of numbers, the list items that most agents name.
    Consensus,
    /// The value of the first specialist that has one; otherwise the consensus of the other agents.
    SpecialistPriority,
    /// As consensus, with each value weighted by its confidence; numbers as the weighted mean.
    ConfidenceWeighted,
    /// Differences are not resolved: every difference is left to a person.
    Manual,
}

/// The combined result of several agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Aggregation {
    /// Its id.
    pub aggregation_id: String,
    /// The combined result; null where a person must choose.
    pub unified_result: Value,
    /// Its confidence, from 0 to 1.
    pub confidence_score: f64,
    /// The fields on which the agents differed.
    pub conflicts: Vec<Conflict>,
    /// Recommendations for a person.
    pub recommendations: Vec<String>,
    /// Agents that have an error instead of a result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub failed_agents: Vec<AgentId>,
}

/// A field on which agents differed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// An RFC 6901 pointer into the result.
    pub field: String,
    /// The values, by decreasing weight.
    pub values: Vec<ConflictValue>,
    /// The chosen value; null if none was chosen.
    pub chosen: Value,
    /// Why no value was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<Unresolved>,
}

/// One of the values of a conflict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConflictValue {
    /// The value.
    pub value: Value,
    /// The agents that returned this value.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub agents: Vec<AgentId>,
    /// Their total weight.
    pub weight: f64,
}

/// Why no value was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unresolved {
    /// The request asked for a manual choice.
    Manual,
    /// Two values have the same weight.
    Tie,
}
