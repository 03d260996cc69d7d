//! Aggregation: one result from those of several agents. Pure and deterministic: the order in which the agents are
//! listed does not matter.
//!
//! **Voices.** Each agent that gave a result speaks with its weight, 1 when none is named. Under `confidence_weighted`
//! its power is weight × confidence (a linear opinion pool: Stone, "The opinion pool", 1961; Genest and Zidek,
//! "Combining probability distributions", 1986), under the other methods the weight alone. Where everybody who speaks
//! has confidence 0, their weights alone count. An agent of weight 0 has no say: what it said stands in conflicts, but
//! is never chosen. An agent with an `error` does not speak at all; it is named in `failed_agents`.
//!
//! **Fields.** Objects are unified field by field, at any depth. The result has every field that an agent with a say
//! named; an agent that lacks a field abstains there. What is no object is a leaf and decided as a whole:
//!
//! | leaf | `consensus`, `confidence_weighted` | agreement of a voice with what was chosen |
//! |---|---|---|
//! | label (string, boolean, null) | the one with the most power; with equal power none: a tie | 1 if equal, else 0 |
//! | number | `consensus`: the weighted median; `confidence_weighted`: the weighted mean | 1 − difference ÷ the larger magnitude, at least 0 |
//! | list | the items that more than half of the power names | shared items ÷ all items |
//! | vector | position by position, as numbers | the mean over the positions |
//!
//! - The weighted median (Edgeworth, 1888) is the value with at most half of the power on either side; where exactly
//!   half lies below it, the middle of the two values. A value with a majority is always the median, and no minority
//!   can pull it away. The mean uses every voice and is pulled by outliers.
//! - The difference is relative to the larger magnitude (Törnqvist, Vartia and Vartia, "How should relative changes be
//!   measured?", 1985), so that units do not matter.
//! - A list is a bag of items, equal as JSON, and an item that stands twice is two items. Those that more than half
//!   names are the median of the bags under symmetric difference (Barthélemy and Monjardet, "The median procedure in
//!   cluster analysis and social choice theory", 1981); the agreement is Jaccard's index. They stand in the order of
//!   the heaviest voice that has them, of equal voices the one whose agent id is first.
//! - A vector: lists of the same length that hold numbers alone, of which at least one is not whole. Whole numbers are
//!   more often names (lines, ports, ids) than measurements, and a mean of names is nonsense.
//! - 1 and 1.0 are the same number, and the order of an object's members does not matter.
//!
//! **Mixed types.** When agents give different kinds of value (object, list, number, label) for one field, the kind
//! with the most power is unified among those who gave it, and the others are dissent; with equal power it is a tie.
//!
//! **`specialist_priority`.** The first specialist, in the order given, that named a field decides its kind and, for a
//! leaf, its value as it is. Where no specialist spoke, it is consensus. **`manual`.** What all say alike is kept;
//! any difference is null and unresolved. The order of a list counts here.
//!
//! **Conflicts.** Wherever the values of a leaf, or the kinds of a field, differ there is a conflict with all of them.
//! `unresolved` says why nothing was chosen: `tie` or `manual`. A list's order alone is a difference too.
//!
//! **Confidence.** Of a leaf: Σ weight × agreement × confidence ÷ Σ weight, over those with a say there. That is the
//! share of the weight that agrees with what was chosen, times the mean confidence of those who agree. It is 0 where
//! nothing was chosen; under a field of mixed types it is multiplied by the share of the weight that gave the kind.
//! `confidence_score` is its mean over all leaves; an empty object is one leaf.

mod advice;
mod check;
mod leaf;
mod number;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod types;
mod value;

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{AgentId, Rejection, limits};
use advice::Advice;
pub use types::{AgentResult, Aggregate, Aggregation, Conflict, ConflictValue, SynthesisMethod, Unresolved};
use value::{Kind, group, push_member};

/// How much text the conflicts of one aggregation may hold. Where types are mixed at every depth, the same value would
/// be listed once a level.
const LISTED_BYTES: usize = 4 * limits::BODY_BYTES;

/// Gives one result from those of several agents, as the documentation of this module says. A request in which no
/// agent gave a result is [`Rejection::Invalid`], as is any field that is wrong: they are named together.
pub fn aggregate(request: &Aggregate, aggregation_id: String) -> Result<Aggregation, Rejection> {
    check::check(request)?;
    let method = request.synthesis_method;
    let (failed, gave): (Vec<_>, Vec<_>) = request.agent_results.iter().partition(|r| check::has_failed(r));
    let weight = |agent: &AgentId| {
        let named = request.weights.as_ref().and_then(|weights| weights.get(agent.as_str()));
        named.copied().unwrap_or(1.0)
    };
    let heaviest = gave.iter().map(|r| weight(&r.agent_id)).fold(0.0, f64::max);
    let mut voices: Vec<Voice> = gave
        .iter()
        .map(|result| Voice {
            agent: &result.agent_id,
            // Dividing keeps sums finite; what is above 0 stays so.
            weight: match weight(&result.agent_id) {
                0.0 => 0.0,
                weight => (weight / heaviest).max(f64::MIN_POSITIVE),
            },
            confidence: result.confidence.unwrap_or(1.0),
            specialist: match method {
                SynthesisMethod::SpecialistPriority => {
                    request.specialist_agents.iter().position(|agent| *agent == result.agent_id)
                }
                _ => None,
            },
            result: &result.result,
        })
        .collect();
    let by_confidence = method == SynthesisMethod::ConfidenceWeighted;
    voices.sort_by(|a, b| {
        let power = |voice: &Voice| number::tidy(voice.power(by_confidence), 12);
        let specialist = |voice: &Voice| voice.specialist.unwrap_or(usize::MAX);
        (specialist(a).cmp(&specialist(b))).then(power(b).total_cmp(&power(a))).then(a.agent.cmp(b.agent))
    });

    let mut synthesis = Synthesis {
        method,
        heaviest,
        conflicts: Vec::new(),
        listed: 0,
        leaves: 0,
        confidence: 0.0,
        advice: Advice::default(),
    };
    let votes: Vec<Vote> = voices.iter().map(|voice| Vote { voice, value: voice.result }).collect();
    let unified_result = synthesis.field(&mut String::new(), &votes, 1.0).unwrap_or(Value::Null);
    let score = synthesis.confidence / synthesis.leaves.max(1) as f64;
    let confidence_score = number::tidy(score.clamp(0.0, 1.0), 12);
    let mut failed_agents: Vec<AgentId> = failed.iter().map(|result| result.agent_id.clone()).collect();
    failed_agents.sort();
    let recommendations = synthesis.advice.sentences(method, &voices, &failed_agents, confidence_score);
    Ok(Aggregation {
        aggregation_id,
        unified_result,
        confidence_score,
        conflicts: synthesis.conflicts,
        recommendations,
        failed_agents,
    })
}

/// An agent that gave a result.
struct Voice<'a> {
    agent: &'a AgentId,
    /// Its weight as a share of the heaviest one's, from 0 to 1.
    weight: f64,
    confidence: f64,
    /// Its place among the specialists; none under the other methods.
    specialist: Option<usize>,
    result: &'a Value,
}

impl Voice<'_> {
    fn power(&self, by_confidence: bool) -> f64 {
        if by_confidence { self.weight * self.confidence } else { self.weight }
    }

    fn has_say(&self) -> bool {
        self.weight > 0.0
    }
}

/// What a voice says of one field.
#[derive(Clone, Copy)]
struct Vote<'a> {
    voice: &'a Voice<'a>,
    value: &'a Value,
}

/// Votes that are not all the same.
struct Difference<'v> {
    votes: &'v [Vote<'v>],
    /// Those that say the same, by their places.
    groups: Vec<Vec<usize>>,
    /// What each weighs in the choice.
    powers: Vec<f64>,
}

/// What was chosen for a leaf.
struct Choice {
    value: Value,
    unresolved: Option<Unresolved>,
}

impl Choice {
    fn of(value: Value) -> Self {
        Self { value, unresolved: None }
    }

    fn none(why: Unresolved) -> Self {
        Self { value: Value::Null, unresolved: Some(why) }
    }
}

/// An aggregation in the making.
struct Synthesis {
    method: SynthesisMethod,
    /// The heaviest weight as it was given; weights are shown in that unit.
    heaviest: f64,
    conflicts: Vec<Conflict>,
    /// How much text the conflicts hold.
    listed: usize,
    leaves: u64,
    confidence: f64,
    advice: Advice,
}

impl Synthesis {
    /// Unifies one field; nothing when nobody who spoke on it has a say. The votes stand in the order of the voices.
    /// `at` is its pointer, `share` the share of the weight that gave objects on the way to it.
    fn field(&mut self, at: &mut String, votes: &[Vote], share: f64) -> Option<Value> {
        let leader = votes.iter().find(|vote| vote.voice.has_say())?;
        if votes.iter().all(|vote| vote.value.is_object()) {
            return Some(self.object(at, votes, share));
        }
        let groups = group(votes);
        if groups.len() == 1 {
            self.leaf_done(votes, share, |_| 1.0);
            return Some(leader.value.clone());
        }
        let said = Difference { votes, groups, powers: self.powers(votes) };
        if self.method == SynthesisMethod::Manual {
            return Some(self.by_hand(at, &said, share));
        }
        if leader.voice.specialist.is_some() {
            return Some(self.of_kind(at, &said, share, Kind::of(leader.value), Some(leader.value)));
        }
        if self.method == SynthesisMethod::SpecialistPriority {
            self.advice.no_specialist(at);
        }
        match leaf::heaviest_kind(votes, &said.powers) {
            Some(kind) => Some(self.of_kind(at, &said, share, kind, None)),
            None => Some(self.tie(at, &said, share)),
        }
    }

    /// Unifies the votes of one kind on a field on which there is a difference. Where it is a leaf, a specialist's value
    /// is taken as it is.
    fn of_kind(
        &mut self,
        at: &mut String,
        said: &Difference,
        share: f64,
        kind: Kind,
        specialist: Option<&Value>,
    ) -> Value {
        let is_member = |i: &usize| Kind::of(said.votes[*i].value) == kind;
        let members: Vec<usize> = (0..said.votes.len()).filter(is_member).collect();
        let votes: Vec<Vote> = members.iter().map(|&i| said.votes[i]).collect();
        if members.len() < said.votes.len() {
            self.advice.mixed(at);
        }
        if kind == Kind::Object {
            // The conflict stands before those of the fields below it, and learns last what was chosen.
            let conflict = self.conflict(at, said, &Choice::of(Value::Null));
            let below = share * weight_of(&votes) / weight_of(said.votes);
            let value = self.object(at, &votes, below);
            if let Some(conflict) = conflict {
                self.conflicts[conflict].chosen = value.clone();
            }
            return value;
        }
        let powers: Vec<f64> = members.iter().map(|&i| said.powers[i]).collect();
        let by_mean = self.method == SynthesisMethod::ConfidenceWeighted;
        let choice = match specialist {
            Some(value) => Choice::of(value.clone()),
            None => leaf::choose(kind, &votes, &powers, by_mean),
        };
        if choice.unresolved.is_some() {
            return self.tie(at, said, share);
        }
        self.conflict(at, said, &choice);
        let measure = leaf::Agreement::with(&choice.value, &votes);
        let agreement: Vec<f64> = said.votes.iter().map(|vote| measure.of(vote.value)).collect();
        let power: f64 = said.powers.iter().sum();
        let agreeing = said.powers.iter().zip(&agreement).map(|(power, agreement)| power * agreement);
        let agreeing = agreeing.sum::<f64>() / power;
        match specialist {
            Some(_) => self.advice.overruled(at, agreeing),
            None => self.advice.chosen(at, kind, agreeing, leaf::split_items(kind, &votes, &powers)),
        }
        self.leaf_done(said.votes, share, |i| agreement[i]);
        choice.value
    }

    /// Nothing is chosen, because the heaviest have the same power.
    fn tie(&mut self, at: &str, said: &Difference, share: f64) -> Value {
        let choice = Choice::none(Unresolved::Tie);
        self.advice.tie(at, &said.groups, said.votes);
        self.conflict(at, said, &choice);
        self.leaf_done(said.votes, share, |_| 0.0);
        choice.value
    }

    /// Keeps what all with a say have alike; any difference is left for a person.
    fn by_hand(&mut self, at: &str, said: &Difference, share: f64) -> Value {
        let has_say = |group: &&Vec<usize>| group.iter().any(|&i| said.votes[i].voice.has_say());
        let mut with_say = said.groups.iter().filter(has_say);
        let choice = match (with_say.next(), with_say.next()) {
            (Some(all), None) => Choice::of(said.votes[all[0]].value.clone()),
            _ => Choice::none(Unresolved::Manual),
        };
        let resolved = choice.unresolved.is_none();
        if !resolved {
            self.advice.manual(at);
        }
        self.conflict(at, said, &choice);
        // Those without a say weigh nothing here, so all who count agree, or nothing was chosen.
        self.leaf_done(said.votes, share, |_| if resolved { 1.0 } else { 0.0 });
        choice.value
    }

    /// Unifies objects member by member, in the order in which the voices name the members.
    fn object(&mut self, at: &mut String, votes: &[Vote], share: f64) -> Value {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut members: Vec<(&str, Vec<Vote>)> = Vec::new();
        for vote in votes {
            for (name, value) in vote.value.as_object().into_iter().flatten() {
                let place = *places.entry(name).or_insert_with(|| {
                    members.push((name, Vec::new()));
                    members.len() - 1
                });
                members[place].1.push(Vote { voice: vote.voice, value });
            }
        }
        let mut unified = Map::new();
        let length = at.len();
        for (name, votes) in members {
            push_member(at, name);
            if let Some(value) = self.field(at, &votes, share) {
                unified.insert(name.to_owned(), value);
            }
            at.truncate(length);
        }
        if unified.is_empty() {
            self.leaf_done(votes, share, |_| 1.0);
        }
        Value::Object(unified)
    }

    /// What each vote weighs in the choice.
    fn powers(&self, votes: &[Vote]) -> Vec<f64> {
        let by_confidence = self.method == SynthesisMethod::ConfidenceWeighted
            && votes.iter().any(|vote| vote.voice.power(true) > 0.0);
        votes.iter().map(|vote| vote.voice.power(by_confidence)).collect()
    }

    /// Counts a leaf: the confidence is Σ weight × agreement × confidence ÷ Σ weight.
    fn leaf_done(&mut self, votes: &[Vote], share: f64, agreement: impl Fn(usize) -> f64) {
        let agreeing: f64 = votes
            .iter()
            .enumerate()
            .map(|(i, vote)| vote.voice.weight * agreement(i) * vote.voice.confidence)
            .sum();
        self.leaves += 1;
        self.confidence += share * agreeing / weight_of(votes);
    }

    /// Lists a conflict, unless too much is listed already. Gives its place.
    fn conflict(&mut self, at: &str, said: &Difference, choice: &Choice) -> Option<usize> {
        // What is chosen is not larger than what was said.
        let values: usize = said.groups.iter().map(|group| value::size(said.votes[group[0]].value)).sum();
        let names: usize = said.votes.iter().map(|vote| vote.voice.agent.as_str().len() + 4).sum();
        let bytes = at.len() + 2 * values + names + 64 * said.groups.len();
        if self.listed + bytes > LISTED_BYTES {
            self.advice.omitted += 1;
            return None;
        }
        self.listed += bytes;
        let value = |group: &Vec<usize>| {
            let power: f64 = group.iter().map(|&i| said.powers[i]).sum();
            let mut agents: Vec<AgentId> = group.iter().map(|&i| said.votes[i].voice.agent.clone()).collect();
            agents.sort();
            ConflictValue {
                value: said.votes[group[0]].value.clone(),
                agents,
                weight: number::tidy((power * self.heaviest).min(f64::MAX), 12),
            }
        };
        let mut values: Vec<ConflictValue> = said.groups.iter().map(value).collect();
        values.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.agents.cmp(&b.agents)));
        self.conflicts.push(Conflict {
            field: at.to_owned(),
            values,
            chosen: choice.value.clone(),
            unresolved: choice.unresolved,
        });
        Some(self.conflicts.len() - 1)
    }
}

fn weight_of(votes: &[Vote]) -> f64 {
    votes.iter().map(|vote| vote.voice.weight).sum()
}
