//! What is aggregated, and what comes of it, as requests and answers write it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{AgentId, SessionId};

/// Asks for one result from those of several agents. Members are written as the seed's source writes them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Aggregate {
    /// The session that they worked in.
    #[serde(rename = "sessionId", alias = "session_id")]
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub session_id: SessionId,
    /// What kind of work it was.
    #[serde(rename = "taskType", alias = "task_type")]
    pub task_type: String,
    /// What each gave.
    #[serde(rename = "agentResults", alias = "agent_results")]
    pub agent_results: Vec<AgentResult>,
    /// How to choose.
    #[serde(rename = "synthesisMethod", alias = "synthesis_method")]
    pub synthesis_method: SynthesisMethod,
    /// How much each agent's word counts; 1 when it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<BTreeMap<String, f64>>,
    /// The specialists, the first first; for `specialist_priority`.
    #[serde(
        default,
        rename = "specialistAgents",
        alias = "specialist_agents",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub specialist_agents: Vec<AgentId>,
}

/// What an agent gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AgentResult {
    /// Who.
    #[cfg_attr(feature = "schema", schema(value_type = String))]
    pub agent_id: AgentId,
    /// What.
    #[serde(default)]
    pub result: Value,
    /// How sure it is, from 0 to 1; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// How long it took, in milliseconds; kept for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_time: Option<Value>,
    /// Why it gave nothing; it then has no say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Value>,
}

/// How one result is chosen, for each field of an object on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SynthesisMethod {
    /// What the larger weight agrees on: the majority of labels, the median of numbers, the items of a list that most name.
    Consensus,
    /// The first specialist that gave a value; the others when none did, by consensus.
    SpecialistPriority,
    /// As consensus, each word weighted by its confidence; numbers as the weighted mean.
    ConfidenceWeighted,
    /// Nothing is chosen where they differ: every difference is left for a person.
    Manual,
}

/// One result from those of several agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Aggregation {
    /// Its id.
    pub aggregation_id: String,
    /// The one result; null where a person must choose.
    pub unified_result: Value,
    /// How sure it is, from 0 to 1.
    pub confidence_score: f64,
    /// Where they differed.
    pub conflicts: Vec<Conflict>,
    /// What a person should look at.
    pub recommendations: Vec<String>,
    /// Agents that gave an error instead of a result.
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
    /// What was said, the heaviest first.
    pub values: Vec<ConflictValue>,
    /// What was chosen; null when nothing was.
    pub chosen: Value,
    /// Why nothing was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unresolved: Option<Unresolved>,
}

/// One of the values of a conflict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConflictValue {
    /// The value.
    pub value: Value,
    /// Who said so.
    #[cfg_attr(feature = "schema", schema(value_type = Vec<String>))]
    pub agents: Vec<AgentId>,
    /// Their weight together.
    pub weight: f64,
}

/// Why nothing was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unresolved {
    /// The caller asked to choose by hand.
    Manual,
    /// Two values have the same weight.
    Tie,
}
