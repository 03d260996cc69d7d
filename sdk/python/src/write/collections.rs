//! Dicts, lists and sets.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use sessiond_turns::redact::names_secret;

use super::secrets::{holds_text, is_secret_member, is_secret_name, names_secret_value};
use super::{BYTES, Ended, Obstacle, PARTS_IN_SETS, Stop, Writer};
use crate::text;

impl<'py> Writer<'py> {
    pub(super) fn dict(&mut self, members: &Bound<'py, PyDict>, depth: usize) -> Ended {
        if let Some(plain) = self.all_plain(members) {
            self.json.push('{');
            let named = names_secret_value(&plain);
            for (i, (key, value)) in plain.iter().enumerate() {
                if named && key == "value" {
                    self.key(i, key);
                    self.named(value, true, depth + 1)?;
                } else {
                    self.member(i, key, value, depth + 1)?;
                }
            }
            self.json.push('}');
            return Ok(());
        }
        let members: Vec<_> = members.iter().collect();
        self.tagged("$dict", |writer| {
            writer.json.push('[');
            for (i, (key, value)) in members.iter().enumerate() {
                writer.comma(i);
                writer.json.push('[');
                let start = writer.json.len();
                writer.value(key, depth + 3)?;
                let secret = is_secret_name(key) || is_secret_member(&writer.json[start..]);
                writer.json.push(',');
                writer.named(value, secret, depth + 3)?;
                writer.json.push(']');
            }
            writer.json.push(']');
            Ok(())
        })
    }

    /// The members of a dict whose keys JSON can have. They are taken at once: code that runs meanwhile may change it.
    pub(super) fn all_plain(&self, members: &Bound<'py, PyDict>) -> Option<Vec<(String, Bound<'py, PyAny>)>> {
        let mut plain = Vec::with_capacity(members.len());
        for (key, value) in members.iter() {
            let key = key.cast_exact::<PyString>().ok()?.to_cow().ok()?.into_owned();
            if key.starts_with('$') {
                return None;
            }
            plain.push((key, value));
        }
        Some(plain)
    }

    pub(super) fn member(&mut self, i: usize, key: &str, value: &Bound<'py, PyAny>, depth: usize) -> Ended {
        if let Some(redacted) = self.redacted(key) {
            self.secrets += 1;
            self.stands_in_the_way(Obstacle::Secret);
            self.beside.is_secret |= self.compares;
            self.key(i, &redacted);
            self.compare(PyString::new(self.py, key).as_any())?;
        } else {
            self.key(i, key);
        }
        let is_login = key.eq_ignore_ascii_case("auth") && value.is_exact_instance_of::<PyTuple>();
        self.named(value, is_login || names_secret(key), depth)
    }

    pub(super) fn key(&mut self, i: usize, key: &str) {
        self.comma(i);
        text::string(&mut self.json, key);
        self.json.push(':');
    }

    pub(super) fn named(&mut self, value: &Bound<'py, PyAny>, secret: bool, depth: usize) -> Ended {
        if secret && holds_text(value) { self.secret(value) } else { self.value(value, depth) }
    }

    pub(super) fn items(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>, depth: usize) -> Ended {
        self.json.push('[');
        let mut is_next_secret = false;
        for (i, item) in items.enumerate() {
            self.comma(i);
            let text = item.cast_exact::<PyString>().ok().and_then(|text| text.to_cow().ok());
            // What follows an option of a command.
            if std::mem::take(&mut is_next_secret) && text.as_ref().is_some_and(|text| !text.starts_with('-'))
            {
                self.named(&item, true, depth)?;
                continue;
            }
            is_next_secret = text.as_ref().is_some_and(|text| {
                text.strip_prefix('-').is_some_and(|name| names_secret(name.trim_start_matches('-')))
            });
            self.value(&item, depth)?;
        }
        self.json.push(']');
        Ok(())
    }

    /// A set has no order: its items are put into one, so that equal sets have equal texts.
    pub(super) fn set(&mut self, tag: &str, items: Vec<Bound<'py, PyAny>>, depth: usize) -> Ended {
        let left = self.left;
        if self.in_sets == 0 {
            self.left = left.min(PARTS_IN_SETS);
        }
        self.in_sets += 1;
        let outer = std::mem::take(&mut self.json);
        let mut texts = Vec::with_capacity(items.len());
        let mut written = Ok(());
        let mut bytes = 0;
        let digests = self.beside.digests.len();
        for item in items {
            written = self.value(&item, depth + 2);
            if written.is_err() {
                break;
            }
            bytes += self.json.len();
            if bytes > BYTES {
                written = Err(Stop::Size);
                break;
            }
            texts.push((std::mem::take(&mut self.json), self.one_digest(digests)));
        }
        self.json = outer;
        self.in_sets -= 1;
        if self.in_sets == 0 {
            self.left = left.saturating_sub(texts.len()).max(1);
        }
        written?;
        texts.sort();
        self.tagged(tag, |writer| {
            writer.json.push('[');
            for (i, (text, digest)) in texts.iter().enumerate() {
                writer.comma(i);
                writer.json.push_str(text);
                writer.beside.digests.extend(digest);
            }
            writer.json.push(']');
            Ok(())
        })
    }
}
