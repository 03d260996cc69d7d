//! JSON values as votes: their kinds, when two are the same, and how they are named.

use std::collections::HashMap;
use std::fmt::Write;

use serde_json::Value;

use super::Vote;
use super::number::Exact;

/// What kind of value it is: values of one kind can be unified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Decided member by member.
    Object,
    /// Decided item by item.
    List,
    /// Has a middle.
    Number,
    /// A string, a boolean or null: the same or not.
    Label,
}

impl Kind {
    pub(super) const ALL: [Kind; 4] = [Self::Object, Self::List, Self::Number, Self::Label];

    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::List,
            Value::Number(_) => Self::Number,
            Value::String(_) | Value::Bool(_) | Value::Null => Self::Label,
        }
    }
}

/// The votes that say the same, each by its place; groups stand in the order of their first vote.
pub(super) fn group(votes: &[Vote]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (i, vote) in votes.iter().enumerate() {
        let place = *places.entry(key(vote.value)).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(i);
    }
    groups
}

/// A text that two values share exactly when they are the same: 1 and 1.0 are, and an object's members have no order.
pub(super) fn key(value: &Value) -> String {
    let mut text = String::new();
    write_key(value, &mut text);
    text
}

fn write_key(value: &Value, text: &mut String) {
    // Writing to a string cannot fail. Lengths before texts keep them apart.
    let _ = match value {
        Value::Null => write!(text, "n"),
        Value::Bool(flag) => write!(text, "{flag}"),
        Value::Number(number) => match Exact::of(number) {
            Exact::Whole(whole) => write!(text, "i{whole}"),
            Exact::Real(real) => write!(text, "r{real:e}"),
        },
        Value::String(string) => write!(text, "s{}:{string}", string.len()),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_key(item, text);
                text.push(',');
            }
            write!(text, "]")
        }
        Value::Object(members) => {
            text.push('{');
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            for (name, value) in members {
                let _ = write!(text, "{}:{name}=", name.len());
                write_key(value, text);
                text.push(',');
            }
            write!(text, "}}")
        }
    };
}

/// Whether lists and objects nest deeper than `levels` in it.
pub(super) fn is_deeper(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels == 0 || items.iter().any(|item| is_deeper(item, levels - 1)),
        Value::Object(members) => levels == 0 || members.values().any(|item| is_deeper(item, levels - 1)),
        _ => false,
    }
}

/// About how many bytes it takes as JSON.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(_) => 8,
        Value::String(string) => string.len() + 2,
        Value::Array(items) => 2 + items.iter().map(|item| size(item) + 1).sum::<usize>(),
        Value::Object(members) => {
            2 + members.iter().map(|(name, item)| name.len() + 4 + size(item)).sum::<usize>()
        }
    }
}

/// Adds a member to a JSON pointer (RFC 6901).
pub(super) fn push_member(pointer: &mut String, name: &str) {
    pointer.push('/');
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Text for people: one line, and not longer than that many characters.
pub(super) fn cut(text: &str, characters: usize) -> String {
    let mut short: String =
        text.chars().take(characters).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(characters).is_some() {
        short.push('…');
    }
    short
}
