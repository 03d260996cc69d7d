//! Texts and integers.

use std::borrow::Cow;
use std::fmt::Write as _;

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString};

use super::{Ended, LONG, Obstacle, Writer};
use crate::kinds::Kinds;
use crate::shared::{EndOf, Known};
use crate::text;

impl<'py> Writer<'py> {
    pub(super) fn string(&mut self, value: &Bound<'py, PyString>, depth: usize) -> Ended {
        match Self::unicode(value) {
            Ok(text) => self.characters(value, &text, depth),
            Err(escaped) => self.tagged("$text", |writer| {
                text::string(&mut writer.json, &escaped);
                Ok(())
            }),
        }
    }

    pub(super) fn characters(&mut self, value: &Bound<'py, PyString>, text: &str, depth: usize) -> Ended {
        if let Some(redacted) = self.redacted(text) {
            self.secrets += 1;
            self.stands_in_the_way(Obstacle::Secret);
            text::string(&mut self.json, &redacted);
            self.beside.is_secret |= self.compares;
            return self.compare(value);
        }
        if text.len() < LONG {
            text::string(&mut self.json, text);
            return Ok(());
        }
        let number = match self.shared.enter(value, self.json.len(), depth, self.in_sets > 0) {
            Known::Referred(_) | Known::Within(_) => return Ok(()),
            Known::No(number) => number,
        };
        text::string(&mut self.json, text);
        self.shared.leave(number, self.json.len(), EndOf::default(), self.in_sets == 0);
        self.fits()
    }

    /// A text, or one with an escape for what is no Unicode.
    pub(super) fn unicode<'a>(value: &'a Bound<'py, PyString>) -> Result<Cow<'a, str>, Cow<'a, str>> {
        value.to_cow().map_err(|_| Kinds::escape(value).into())
    }

    pub(super) fn integer(&mut self, number: &Bound<'py, PyInt>) -> Ended {
        if let Ok(number) = number.extract::<i64>() {
            let _ = write!(self.json, "{number}");
            return Ok(());
        }
        // JSON has no largest integer; its readers often do.
        let text = Kinds::get(self.py)
            .and_then(|kinds| kinds.integer.bind(self.py).call1((number,)))
            .and_then(|text| text.extract::<String>());
        let Some(text) = self.answer(text)? else {
            return self.opaque(number, Obstacle::Kind(number.get_type().unbind()));
        };
        self.tagged("$int", |writer| {
            text::string(&mut writer.json, &text);
            writer.fits()
        })
    }
}
