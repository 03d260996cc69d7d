//! What cannot be made again, and what tells it from others.

use pyo3::prelude::*;
use pyo3::types::PyType;
use sessiond_turns::redact::REDACTED;
use sha2::{Digest, Sha256};

use super::{Ended, Obstacle, Writer};
use crate::kinds::Kinds;
use crate::text;

impl<'py> Writer<'py> {
    /// What cannot be made again is its type.
    pub(super) fn opaque(&mut self, value: &Bound<'py, PyAny>, obstacle: Obstacle) -> Ended {
        self.compare(value)?;
        self.by_type(&value.get_type(), obstacle);
        Ok(())
    }

    pub(super) fn by_type(&mut self, kind: &Bound<'py, PyType>, obstacle: Obstacle) {
        self.stands_in_the_way(obstacle);
        let name = Kinds::title_of(kind);
        self.json.push_str("{\"$type\":");
        text::string(&mut self.json, &name);
        self.json.push('}');
    }

    pub(super) fn secret(&mut self, value: &Bound<'py, PyAny>) -> Ended {
        self.secrets += 1;
        self.stands_in_the_way(Obstacle::Secret);
        text::string(&mut self.json, REDACTED);
        self.beside.is_secret |= self.compares;
        self.compare(value)
    }

    pub(super) fn stands_in_the_way(&mut self, obstacle: Obstacle) {
        self.obstacles += 1;
        self.obstacle.get_or_insert(obstacle);
    }

    /// Notes what tells a value from others that are written as it is.
    pub(super) fn compare(&mut self, value: &Bound<'py, PyAny>) -> Ended {
        if !self.compares || self.beside.is_incomparable {
            return Ok(());
        }
        let digest = Kinds::get(self.py)
            .and_then(|kinds| kinds.digest.bind(self.py).call1((value,)))
            .and_then(|digest| digest.extract::<Option<[u8; 32]>>());
        match self.answer(digest)?.flatten() {
            Some(digest) => self.beside.digests.push(digest),
            None => self.beside.is_incomparable = true,
        }
        Ok(())
    }

    /// The digests from a number on as one, and removes them.
    pub(super) fn one_digest(&mut self, from: usize) -> Option<[u8; 32]> {
        let digests = &mut self.beside.digests;
        let digest = match &digests[from..] {
            [] => None,
            [one] => Some(*one),
            several => Some(Sha256::digest(several.as_flattened()).into()),
        };
        digests.truncate(from);
        digest
    }
}
