//! Leaves: how a label, a number or a list is chosen, and how far a voice agrees with what was.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::Value;

use super::number::{Exact, compare, nearness, weighted_mean, weighted_median};
use super::types::Unresolved;
use super::value::{Kind, group, key};
use super::{Choice, Vote};

/// The kind that most of the power gave; none when two have the same.
pub(super) fn heaviest_kind(votes: &[Vote], powers: &[f64]) -> Option<Kind> {
    let total: f64 = powers.iter().sum();
    let power = |kind: Kind| -> f64 {
        votes
            .iter()
            .zip(powers)
            .filter(|(vote, _)| Kind::of(vote.value) == kind)
            .map(|(_, power)| power)
            .sum()
    };
    let kinds: Vec<(Kind, f64)> = Kind::ALL.into_iter().map(|kind| (kind, power(kind))).collect();
    let (kind, most) = *kinds.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let tied = kinds.iter().any(|other| other.0 != kind && compare(other.1, most, total) == Ordering::Equal);
    (!tied).then_some(kind)
}

/// Chooses among values of one kind that is no object. At least one power is above 0.
pub(super) fn choose(kind: Kind, votes: &[Vote], powers: &[f64], by_mean: bool) -> Choice {
    let middle = if by_mean { weighted_mean } else { weighted_median };
    match kind {
        Kind::Number => {
            let said: Vec<(&Value, f64)> =
                votes.iter().zip(powers).map(|(vote, p)| (vote.value, *p)).collect();
            Choice::of(middle(&said))
        }
        Kind::List if is_vector(votes) => {
            let lists: Vec<&[Value]> = votes.iter().map(|vote| items(vote.value)).collect();
            let at = |i: usize| -> Vec<(&Value, f64)> {
                lists.iter().zip(powers).map(|(list, power)| (&list[i], *power)).collect()
            };
            Choice::of((0..lists[0].len()).map(|i| middle(&at(i))).collect())
        }
        Kind::List => {
            let total: f64 = powers.iter().sum();
            let bag = Bag::of(votes, powers);
            let most = bag.items.iter().filter(|item| item.against_half(total) == Ordering::Greater);
            Choice::of(most.map(|item| item.value.clone()).collect())
        }
        Kind::Label | Kind::Object => {
            let total: f64 = powers.iter().sum();
            let groups = group(votes);
            let power = |group: &Vec<usize>| -> f64 { group.iter().map(|&i| powers[i]).sum() };
            let mut ranked: Vec<(f64, usize)> = groups.iter().map(|group| (power(group), group[0])).collect();
            ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
            match ranked[..] {
                [first, second, ..] if compare(first.0, second.0, total) == Ordering::Equal => {
                    Choice::none(Unresolved::Tie)
                }
                [first, ..] => Choice::of(votes[first.1].value.clone()),
                [] => Choice::none(Unresolved::Tie),
            }
        }
    }
}

/// How many items of the lists exactly half of the power names, so that they were left out by a hair.
pub(super) fn split_items(kind: Kind, votes: &[Vote], powers: &[f64]) -> usize {
    if kind != Kind::List || is_vector(votes) {
        return 0;
    }
    let total: f64 = powers.iter().sum();
    let bag = Bag::of(votes, powers);
    bag.items.iter().filter(|item| item.against_half(total) == Ordering::Equal).count()
}

/// How far a value agrees with what was chosen, from 0 to 1.
pub(super) struct Agreement<'a> {
    chosen: &'a Value,
    key: String,
    vector: bool,
    /// For a list: how often each item stands in it.
    counts: HashMap<String, usize>,
}

impl<'a> Agreement<'a> {
    /// With what was chosen among `votes`, which are of one kind.
    pub(super) fn with(chosen: &'a Value, votes: &[Vote]) -> Self {
        Self { chosen, key: key(chosen), vector: is_vector(votes), counts: counts(chosen) }
    }

    /// Of this value.
    pub(super) fn of(&self, value: &Value) -> f64 {
        match (self.chosen, value) {
            (Value::Number(chosen), Value::Number(number)) => nearness(Exact::of(chosen), Exact::of(number)),
            (Value::Array(chosen), Value::Array(list)) if self.vector && chosen.len() == list.len() => {
                let near = chosen.iter().zip(list).map(|(chosen, item)| {
                    let (chosen, item) = (Exact::of_value(chosen), Exact::of_value(item));
                    chosen.zip(item).map_or(0.0, |(chosen, item)| nearness(chosen, item))
                });
                near.sum::<f64>() / chosen.len().max(1) as f64
            }
            (Value::Array(chosen), Value::Array(list)) => {
                let named = counts(value);
                let shared: usize = named
                    .iter()
                    .map(|(item, count)| self.counts.get(item).map_or(0, |chosen| *count.min(chosen)))
                    .sum();
                match chosen.len() + list.len() - shared {
                    0 => 1.0,
                    all => shared as f64 / all as f64,
                }
            }
            _ if Kind::of(value) == Kind::of(self.chosen) && key(value) == self.key => 1.0,
            _ => 0.0,
        }
    }
}

/// Whether the lists are measurements: of one length, of numbers alone, and not all of them whole.
fn is_vector(votes: &[Vote]) -> bool {
    let Some(length) = votes.first().map(|vote| items(vote.value).len()) else {
        return false;
    };
    let mut all = votes.iter().flat_map(|vote| items(vote.value));
    votes.iter().all(|vote| vote.value.is_array() && items(vote.value).len() == length)
        && all.clone().all(Value::is_number)
        && all.any(|item| Exact::of_value(item).is_some_and(|number| !number.is_whole()))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn counts(list: &Value) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for item in items(list) {
        *counts.entry(key(item)).or_default() += 1;
    }
    counts
}

/// All items of several lists with the power that names each. The second time that an item stands in a list is an item
/// of its own.
struct Bag<'a> {
    items: Vec<Item<'a>>,
}

struct Item<'a> {
    value: &'a Value,
    power: f64,
}

impl Item<'_> {
    fn against_half(&self, total: f64) -> Ordering {
        compare(self.power, total - self.power, total)
    }
}

impl<'a> Bag<'a> {
    fn of(votes: &[Vote<'a>], powers: &[f64]) -> Self {
        let mut all: Vec<Item> = Vec::new();
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (vote, power) in votes.iter().zip(powers) {
            let mut seen: HashMap<String, usize> = HashMap::new();
            for value in items(vote.value) {
                let key = key(value);
                let nth = *seen.entry(key.clone()).and_modify(|count| *count += 1).or_insert(0);
                let places = places.entry(key).or_default();
                if nth == places.len() {
                    places.push(all.len());
                    all.push(Item { value, power: 0.0 });
                }
                all[places[nth]].power += power;
            }
        }
        Self { items: all }
    }
}
