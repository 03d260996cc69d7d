//! Errors.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use sessiond_turns::redact::{self, REDACTED, names_secret};

use super::{Ended, Writer};
use crate::kinds::Kinds;
use crate::text;

impl<'py> Writer<'py> {
    /// An error. What of it cannot be made again is told as it prints: that a program sees its class is worth more.
    pub(super) fn error(&mut self, inner: &Bound<'py, PyAny>, depth: usize) -> Ended {
        let Ok(members) = inner.cast_exact::<PyDict>() else { return self.value(inner, depth) };
        self.json.push('{');
        for (i, (key, member)) in members.iter().enumerate() {
            let name = key.extract::<String>().unwrap_or_default();
            self.key(i, &name);
            match (name.as_str(), member.cast_exact::<PyList>(), member.cast_exact::<PyDict>()) {
                ("args", Ok(args), _) => {
                    self.json.push('[');
                    for (i, part) in args.iter().enumerate() {
                        self.comma(i);
                        self.or_as_it_prints(&part, |writer| writer.value(&part, depth + 2))?;
                    }
                    self.json.push(']');
                }
                ("cause", _, Ok(_)) => self.error(&member, depth + 1)?,
                ("kept" | "state", _, Ok(state)) if self.all_plain(state).is_some() => {
                    self.json.push('{');
                    for (i, (key, part)) in state.iter().collect::<Vec<_>>().iter().enumerate() {
                        let name = key.extract::<String>().unwrap_or_default();
                        self.key(i, &name);
                        self.or_as_it_prints(part, |writer| {
                            writer.named(part, names_secret(&name), depth + 2)
                        })?;
                    }
                    self.json.push('}');
                }
                _ => self.value(&member, depth + 1)?,
            }
        }
        self.json.push('}');
        Ok(())
    }

    pub(super) fn or_as_it_prints(
        &mut self,
        value: &Bound<'py, PyAny>,
        write: impl FnOnce(&mut Self) -> Ended,
    ) -> Ended {
        let (at, mark) = (self.json.len(), self.shared.mark());
        let (obstacles, secrets) = (self.obstacles, self.secrets);
        write(self)?;
        if self.obstacles == obstacles {
            return Ok(());
        }
        let has_secret = self.secrets > secrets;
        self.json.truncate(at);
        self.shared.back_to(&mark);
        self.obstacles = obstacles;
        if obstacles == 0 {
            self.obstacle = None;
        }
        let printed = if has_secret {
            ("value".to_owned(), REDACTED.to_owned(), String::new())
        } else {
            let printed = Kinds::get(self.py)
                .and_then(|kinds| kinds.unrecorded.bind(self.py).call1((value,)))
                .and_then(|printed| printed.extract::<(String, String, String)>());
            self.answer(printed)?.unwrap_or_default()
        };
        let (kind, text, plain) = printed;
        self.tagged("$unrecorded", |writer| {
            writer.json.push('[');
            text::string(&mut writer.json, &kind);
            writer.json.push(',');
            text::string(&mut writer.json, &redact::message_with(&text, &writer.known).unwrap_or(text));
            if !plain.is_empty() {
                writer.json.push(',');
                writer.json.push_str(&plain);
            }
            writer.json.push(']');
            Ok(())
        })
    }
}
