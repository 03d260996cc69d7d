//! Values that are written once and referred to from elsewhere: `$shared` gives a value a number, `$ref` means the value
//! of that number. So what was one object is one object when it is made again, also when it contains itself, and a value
//! takes as much room as it has parts, however often they occur in it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pyo3::prelude::*;

/// How long the text may become in which every reference is replaced by what it means.
const UNFOLDED: usize = 64 << 20;

/// The values that were begun so far, and what refers to them.
#[derive(Default)]
pub struct Shared<'py> {
    values: Vec<Begun<'py>>,
    references: Vec<Reference>,
    by_address: HashMap<usize, usize, BuildHasherDefault<Address>>,
}

/// A value that others may refer to.
struct Begun<'py> {
    /// As long as it is held, no other has its address.
    object: Bound<'py, PyAny>,
    start: usize,
    /// 0 until it has ended.
    end: usize,
    depth: usize,
    /// Whether a reader has the value before it has what is in it.
    is_open_to_itself: bool,
    is_referred_to: bool,
    end_of: EndOf,
}

/// What is known of a value once it was written.
#[derive(Debug, Clone, Copy, Default)]
pub struct EndOf {
    /// The digest of what its text does not have, if anything is missing there.
    pub digest: Option<[u8; 32]>,
    /// Whether it cannot be made again.
    pub is_opaque: bool,
}

/// A reference, which takes no room in the text until that is finished.
struct Reference {
    at: usize,
    to: usize,
    /// How many levels up the value is, when it is one that contains the reference.
    up: Option<usize>,
}

/// What is known of a value that is to be written.
pub enum Known {
    /// It is new: it was begun under this number.
    No(usize),
    /// It was written before, and is referred to.
    Referred(EndOf),
    /// It contains itself, so many levels up, and cannot be referred to.
    Within(usize),
}

/// A point that [`Shared::back_to`] goes back to.
pub struct Mark(usize, usize);

impl<'py> Shared<'py> {
    /// Looks a value up, and begins it or refers to it. Within a set nothing is referred to: its items have no order.
    pub fn enter(&mut self, value: &Bound<'py, PyAny>, at: usize, depth: usize, in_set: bool) -> Known {
        let address = value.as_ptr() as usize;
        if let Some(&to) = self.by_address.get(&address) {
            let begun = &mut self.values[to];
            let up = (begun.end == 0).then(|| depth - begun.depth);
            if let Some(up) = up
                && (in_set || !begun.is_open_to_itself)
            {
                return Known::Within(up);
            }
            if !in_set {
                begun.is_referred_to = true;
                self.references.push(Reference { at, to, up });
                return Known::Referred(begun.end_of);
            }
        }
        let number = self.values.len();
        self.by_address.insert(address, number);
        self.values.push(Begun {
            object: value.clone(),
            start: at,
            end: 0,
            depth,
            is_open_to_itself: false,
            is_referred_to: false,
            end_of: EndOf::default(),
        });
        Known::No(number)
    }

    /// Says that a reader has this value before it has what is in it.
    pub fn is_open_to_itself(&mut self, number: usize) {
        self.values[number].is_open_to_itself = true;
    }

    /// Ends a value. One that is not `kept` is written anew wherever it occurs.
    pub fn leave(&mut self, number: usize, at: usize, end_of: EndOf, kept: bool) {
        let begun = &mut self.values[number];
        begun.end = at;
        begun.end_of = end_of;
        if !kept {
            let address = begun.object.as_ptr() as usize;
            if self.by_address.get(&address) == Some(&number) {
                self.by_address.remove(&address);
            }
        }
    }

    /// Where it is.
    pub fn mark(&self) -> Mark {
        Mark(self.values.len(), self.references.len())
    }

    /// Forgets what was begun and referred to since.
    pub fn back_to(&mut self, mark: &Mark) {
        for begun in self.values.drain(mark.0..) {
            self.by_address.remove(&(begun.object.as_ptr() as usize));
        }
        self.references.truncate(mark.1);
    }

    /// Whether anything is referred to.
    pub fn is_used(&self) -> bool {
        !self.references.is_empty()
    }

    /// The text with its references.
    pub fn fold(&self, text: String) -> String {
        if self.references.is_empty() {
            return text;
        }
        let mut numbers = vec![0; self.values.len()];
        let mut inserts = Vec::with_capacity(self.references.len() * 3);
        for (number, (i, begun)) in
            self.values.iter().enumerate().filter(|(_, begun)| begun.is_referred_to).enumerate()
        {
            numbers[i] = number;
            // Of what begins at one place the outer comes first, of what ends there the inner.
            inserts.push((begun.start, 2, i, format!("{{\"$shared\":[{number},")));
            inserts.push((begun.end, 0, usize::MAX - i, "]}".to_owned()));
        }
        for reference in &self.references {
            inserts.push((reference.at, 1, 0, format!("{{\"$ref\":{}}}", numbers[reference.to])));
        }
        inserts.sort();
        let mut folded = String::with_capacity(text.len() + inserts.len() * 12);
        let mut done = 0;
        for (at, _, _, insert) in inserts {
            folded.push_str(&text[done..at]);
            folded.push_str(&insert);
            done = at;
        }
        folded.push_str(&text[done..]);
        folded
    }

    /// The text in which every reference is what it means, so that equal values have equal texts whether or not their
    /// parts are the same objects; the folded text when that would be too long.
    pub fn unfold(&self, text: String) -> String {
        if self.references.is_empty() {
            return text;
        }
        let mut unfolded = String::with_capacity(text.len() * 2);
        // What is still to be copied, the last first: a range of the text, and the next reference in it.
        let first = |start: usize| self.references.partition_point(|reference| reference.at < start);
        let mut open = vec![(0, text.len(), 0)];
        while let Some((start, end, next)) = open.pop() {
            match self.references.get(next).filter(|reference| reference.at < end) {
                None => unfolded.push_str(&text[start..end]),
                Some(reference) => {
                    unfolded.push_str(&text[start..reference.at]);
                    open.push((reference.at, end, next + 1));
                    if let Some(up) = reference.up {
                        unfolded.push_str(&cycle(up));
                    } else {
                        let begun = &self.values[reference.to];
                        open.push((begun.start, begun.end, first(begun.start)));
                    }
                }
            }
            if unfolded.len() > UNFOLDED {
                return self.fold(text);
            }
        }
        unfolded
    }
}

/// What stands for a value within itself that cannot be referred to.
pub fn cycle(up: usize) -> String {
    format!("{{\"$cycle\":{up}}}")
}

/// The hash of an address: its bits, mixed.
#[derive(Default)]
struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("an address is a number");
    }

    fn write_usize(&mut self, address: usize) {
        self.0 = (address as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}
