//! Python values as JSON, without their secrets. Writing never fails, but when a person interrupts the program: what
//! cannot be written is its type alone.
//!
//! What JSON lacks is written as an object with one member whose name begins with `$`, which `read.rs` makes into the
//! value again: `$tuple`, `$set`, `$frozenset`, `$bytes`, `$int`, `$float` (what JSON has no number for), `$text` (what is
//! no Unicode), `$dict` (a dict whose keys are not all plain strings), `$shared` and `$ref` (see `shared.rs`), and those
//! that `_values.describe` gives. `$type` is a value that cannot be made again, and `$cycle` one within itself; neither
//! can a secret be made again.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType,
};
use sessiond_execution::Beside;
use sessiond_turns::redact::{self, REDACTED, names_secret};
use sha2::{Digest, Sha256};

use crate::kinds::Kinds;
use crate::known;
use crate::plain::Json;
use crate::shared::{self, EndOf, Known, Shared};
use crate::text;

/// How deep the JSON of a value may nest; what is deeper is its type alone.
const DEPTH: usize = 110;
/// How deep JSON may nest for its readers.
const MOST: usize = 126;
/// How many parts a value may have.
const PARTS: usize = 50_000_000;
/// How many parts there may be within sets, which are written again wherever they occur.
const PARTS_IN_SETS: usize = 1_000_000;
/// How many bytes the JSON of a value may have.
const BYTES: usize = 1 << 30;
/// After how many parts it is looked whether that is so, and whether somebody interrupts.
const STEP: usize = 1 << 12;
/// From how many bytes on a text is referred to when it occurs again.
const LONG: usize = 1 << 12;

/// A Python value as JSON.
#[derive(Debug, Default)]
pub struct Written {
    /// The text.
    pub json: String,
    /// Whether the value cannot be made again of the text.
    pub opaque: bool,
    obstacle: Option<Obstacle>,
    /// What tells this value from others beside the text.
    pub beside: Beside,
}

impl Written {
    /// Why the value cannot be made again.
    pub fn why(&self, py: Python<'_>) -> String {
        match &self.obstacle {
            Some(Obstacle::Kind(kind)) => Kinds::why(kind.bind(py)),
            Some(Obstacle::Secret) => "it holds a secret".to_owned(),
            Some(Obstacle::Cycle) => "it contains itself".to_owned(),
            Some(Obstacle::Depth) => "it nests too deep".to_owned(),
            Some(Obstacle::Size) | None => "it is too large".to_owned(),
        }
    }
}

/// Why a value cannot be made again.
#[derive(Debug)]
enum Obstacle {
    /// Something in it is secret.
    Secret,
    /// It has something of this class in it.
    Kind(Py<PyType>),
    /// It contains itself in a way that cannot be made again.
    Cycle,
    /// It nests too deep.
    Depth,
    /// It is too large.
    Size,
}

/// Writes a value that a call gave, or that is kept.
///
/// With `pickle`, what has no other form is pickled.
pub fn write(value: &Bound<'_, PyAny>, pickle: bool) -> PyResult<Written> {
    let mut writer = Writer::new(value.py(), false);
    writer.pickles = pickle;
    let ended = writer.value(value, 0);
    writer.finish(ended, &value.get_type())
}

/// Writes a call's arguments, which are compared: `{"args":[…],"kwargs":{…}}`.
pub fn write_arguments(args: &Bound<'_, PyTuple>, kwargs: Option<&Bound<'_, PyDict>>) -> PyResult<Written> {
    let mut writer = Writer::new(args.py(), true);
    let ended = writer.arguments(args, kwargs);
    writer.finish(ended, &args.get_type())
}

/// Why writing stops.
enum Stop {
    /// There is too much.
    Size,
    /// Somebody interrupts.
    Interrupted(PyErr),
}

type Ended = Result<(), Stop>;

struct Writer<'py> {
    py: Python<'py>,
    json: String,
    shared: Shared<'py>,
    /// How many parts it may still have.
    left: usize,
    in_sets: usize,
    obstacles: usize,
    secrets: usize,
    obstacle: Option<Obstacle>,
    compares: bool,
    pickles: bool,
    beside: Beside,
    /// The secrets that the program has marked.
    known: Arc<[String]>,
    /// Whether it is within an error, which is shown more than used.
    in_error: bool,
}

impl<'py> Writer<'py> {
    fn new(py: Python<'py>, compares: bool) -> Self {
        Self {
            py,
            json: String::with_capacity(64),
            shared: Shared::default(),
            left: PARTS,
            in_sets: 0,
            obstacles: 0,
            secrets: 0,
            obstacle: None,
            compares,
            pickles: false,
            beside: Beside::default(),
            known: known::all(py),
            in_error: false,
        }
    }

    fn finish(mut self, ended: Ended, kind: &Bound<'py, PyType>) -> PyResult<Written> {
        match ended {
            Ok(()) => {}
            Err(Stop::Interrupted(error)) => return Err(error),
            Err(Stop::Size) => {
                self.json.clear();
                self.shared = Shared::default();
                self.by_type(kind, Obstacle::Size);
                self.beside.is_incomparable = true;
            }
        }
        let text = std::mem::take(&mut self.json);
        let is_used = self.shared.is_used();
        self.json = if self.compares { self.shared.unfold(text) } else { self.shared.fold(text) };
        // Each reference may have put two levels around what it refers to.
        if is_used && !self.compares && text::depth(&self.json) > MOST {
            self.json.clear();
            self.by_type(kind, Obstacle::Depth);
        }
        Ok(Written {
            json: self.json,
            opaque: self.obstacles > 0,
            obstacle: self.obstacle,
            beside: self.beside,
        })
    }

    fn arguments(&mut self, args: &Bound<'py, PyTuple>, kwargs: Option<&Bound<'py, PyDict>>) -> Ended {
        self.json.push_str("{\"args\":");
        self.items(args.iter(), 1)?;
        if let Some(kwargs) = kwargs.filter(|kwargs| !kwargs.is_empty()) {
            self.json.push_str(",\"kwargs\":{");
            for (i, (key, value)) in kwargs.iter().collect::<Vec<_>>().iter().enumerate() {
                let name =
                    key.cast::<PyString>().ok().map(|name| Self::unicode(name).unwrap_or_else(|text| text));
                self.member(i, name.as_deref().unwrap_or_default(), value, 2)?;
            }
            self.json.push('}');
        }
        self.json.push('}');
        Ok(())
    }

    fn value(&mut self, value: &Bound<'py, PyAny>, depth: usize) -> Ended {
        self.left -= 1;
        if self.left.is_multiple_of(STEP) {
            self.look()?;
        }
        // Exact types first: they are nearly all, and a subclass may mean something else.
        if let Ok(text) = value.cast_exact::<PyString>() {
            return self.string(text, depth);
        }
        if value.is_none() {
            self.json.push_str("null");
        } else if let Ok(truth) = value.cast_exact::<PyBool>() {
            self.json.push_str(if truth.is_true() { "true" } else { "false" });
        } else if let Ok(number) = value.cast_exact::<PyInt>() {
            return self.integer(number);
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            text::float(&mut self.json, number.value());
        } else if depth >= DEPTH {
            self.opaque(value, Obstacle::Depth)?;
        } else {
            return self.compound(value, depth);
        }
        Ok(())
    }

    /// What may be in several places, and may contain itself.
    fn compound(&mut self, value: &Bound<'py, PyAny>, depth: usize) -> Ended {
        // What nobody holds but this writer, and what it is in, is in no other place.
        #[expect(deprecated, reason = "what replaces it is unsafe")]
        let holders = value.get_refcnt();
        let number = if holders > 2 {
            match self.shared.enter(value, self.json.len(), depth, self.in_sets > 0) {
                Known::Referred(end_of) => {
                    if end_of.is_opaque {
                        self.obstacles += 1;
                    }
                    self.beside.digests.extend(end_of.digest);
                    return Ok(());
                }
                Known::Within(up) => {
                    self.stands_in_the_way(Obstacle::Cycle);
                    self.json.push_str(&shared::cycle(up));
                    return Ok(());
                }
                Known::No(number) => Some(number),
            }
        } else {
            None
        };
        let (obstacles, digests) = (self.obstacles, self.beside.digests.len());
        self.parts(value, depth, number)?;
        let digest = self.one_digest(digests);
        self.beside.digests.extend(digest);
        if let Some(number) = number {
            let end_of = EndOf { digest, is_opaque: self.obstacles > obstacles };
            self.shared.leave(number, self.json.len(), end_of, self.in_sets == 0);
        }
        Ok(())
    }

    fn parts(&mut self, value: &Bound<'py, PyAny>, depth: usize, number: Option<usize>) -> Ended {
        if let Ok(members) = value.cast_exact::<PyDict>() {
            self.open_to_itself(number);
            return self.dict(members, depth);
        }
        if let Ok(items) = value.cast_exact::<PyList>() {
            self.open_to_itself(number);
            return self.items(items.iter(), depth + 1);
        }
        if let Ok(items) = value.cast_exact::<PyTuple>() {
            return self.tagged("$tuple", |writer| match writer.secret_pair(items) {
                Some((name, secret)) => {
                    writer.json.push('[');
                    writer.value(&name, depth + 2)?;
                    writer.json.push(',');
                    writer.secret(&secret)?;
                    writer.json.push(']');
                    Ok(())
                }
                None => writer.items(items.iter(), depth + 2),
            });
        }
        if let Ok(bytes) = value.cast_exact::<PyBytes>() {
            if self.has_secret(bytes.as_bytes()) {
                return self.secret(value);
            }
            let json = &mut self.json;
            json.push_str("{\"$bytes\":\"");
            STANDARD.encode_string(bytes.as_bytes(), json);
            json.push_str("\"}");
            return self.fits();
        }
        if let Ok(set) = value.cast_exact::<PySet>() {
            return self.set("$set", set.iter().collect(), depth);
        }
        if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
            return self.set("$frozenset", set.iter().collect(), depth);
        }
        if let Ok(json) = value.cast_exact::<Json>() {
            self.json.push_str(&json.get().recorded);
            // It is only ever given to a call.
            self.stands_in_the_way(Obstacle::Kind(value.get_type().unbind()));
            return Ok(());
        }
        self.described(value, depth, number)
    }

    /// What Python's side knows, which is rare: a tag and what stands under it, or nothing.
    fn described(&mut self, value: &Bound<'py, PyAny>, depth: usize, number: Option<usize>) -> Ended {
        let described = Kinds::get(self.py)
            .and_then(|kinds| kinds.describe.bind(self.py).call1((value,)))
            .and_then(|described| described.extract::<Option<(String, Bound<'_, PyAny>)>>());
        match self.answer(described)?.flatten() {
            None => match self.pickled(value)? {
                Some(pickled) => self.tagged("$pickle", |writer| writer.value(&pickled, depth + 1)),
                None => self.opaque(value, Obstacle::Kind(value.get_type().unbind())),
            },
            Some((tag, inner)) => match tag.as_str() {
                "$secret" => self.secret(value),
                "$opaque" => {
                    self.compare(value)?;
                    self.stands_in_the_way(Obstacle::Kind(value.get_type().unbind()));
                    self.value(&inner, depth)
                }
                "$error" => {
                    let outer = std::mem::replace(&mut self.in_error, true);
                    let written = self.tagged("$error", |writer| match writer.compares {
                        true => writer.value(&inner, depth + 1),
                        false => writer.error(&inner, depth + 1),
                    });
                    self.in_error = outer;
                    written
                }
                "$object" => {
                    self.open_to_itself(number);
                    self.tagged("$object", |writer| writer.value(&inner, depth + 1))
                }
                _ => self.tagged(&tag, |writer| writer.value(&inner, depth + 1)),
            },
        }
    }

    fn pickled(&self, value: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>, Stop> {
        if !self.pickles {
            return Ok(None);
        }
        let pickled = Kinds::get(self.py).and_then(|kinds| kinds.pickled.bind(self.py).call1((value,)));
        Ok(self.answer(pickled)?.filter(|pickled| !pickled.is_none()))
    }

    fn open_to_itself(&mut self, number: Option<usize>) {
        if let Some(number) = number {
            self.shared.is_open_to_itself(number);
        }
    }

    /// An error. What of it cannot be made again is told as it prints: that a program sees its class is worth more.
    fn error(&mut self, inner: &Bound<'py, PyAny>, depth: usize) -> Ended {
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

    fn or_as_it_prints(
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
            text::string(&mut writer.json, &redact::message(&text).unwrap_or(text));
            if !plain.is_empty() {
                writer.json.push(',');
                writer.json.push_str(&plain);
            }
            writer.json.push(']');
            Ok(())
        })
    }

    /// What cannot be made again is its type.
    fn opaque(&mut self, value: &Bound<'py, PyAny>, obstacle: Obstacle) -> Ended {
        self.compare(value)?;
        self.by_type(&value.get_type(), obstacle);
        Ok(())
    }

    fn by_type(&mut self, kind: &Bound<'py, PyType>, obstacle: Obstacle) {
        self.stands_in_the_way(obstacle);
        let name = Kinds::title_of(kind);
        self.json.push_str("{\"$type\":");
        text::string(&mut self.json, &name);
        self.json.push('}');
    }

    fn secret(&mut self, value: &Bound<'py, PyAny>) -> Ended {
        self.secrets += 1;
        self.stands_in_the_way(Obstacle::Secret);
        text::string(&mut self.json, REDACTED);
        self.beside.is_secret |= self.compares;
        self.compare(value)
    }

    fn stands_in_the_way(&mut self, obstacle: Obstacle) {
        self.obstacles += 1;
        self.obstacle.get_or_insert(obstacle);
    }

    /// Notes what tells a value from others that are written as it is.
    fn compare(&mut self, value: &Bound<'py, PyAny>) -> Ended {
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
    fn one_digest(&mut self, from: usize) -> Option<[u8; 32]> {
        let digests = &mut self.beside.digests;
        let digest = match &digests[from..] {
            [] => None,
            [one] => Some(*one),
            several => Some(Sha256::digest(several.as_flattened()).into()),
        };
        digests.truncate(from);
        digest
    }

    fn dict(&mut self, members: &Bound<'py, PyDict>, depth: usize) -> Ended {
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
    fn all_plain(&self, members: &Bound<'py, PyDict>) -> Option<Vec<(String, Bound<'py, PyAny>)>> {
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

    fn member(&mut self, i: usize, key: &str, value: &Bound<'py, PyAny>, depth: usize) -> Ended {
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

    /// A text without the secrets in it, when there are any.
    fn redacted(&self, text: &str) -> Option<String> {
        let hidden = if self.known.is_empty() { None } else { known::hide(text, &self.known) };
        let shown = hidden.as_deref().unwrap_or(text);
        let redacted = if self.in_error { redact::message(shown) } else { redact::text(shown) };
        redacted.or(hidden)
    }

    fn has_secret(&self, bytes: &[u8]) -> bool {
        known::are_in(bytes, &self.known)
            || std::str::from_utf8(bytes).is_ok_and(|text| redact::text(text).is_some())
    }

    /// A name and what is secret under it: headers and the items of a dict are such pairs.
    fn secret_pair(&self, items: &Bound<'py, PyTuple>) -> Option<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        if items.len() != 2 {
            return None;
        }
        let (name, value) = (items.get_item(0).ok()?, items.get_item(1).ok()?);
        let is_text = value.is_exact_instance_of::<PyString>() || value.is_exact_instance_of::<PyBytes>();
        (is_text && holds_text(&value) && is_secret_name(&name)).then_some((name, value))
    }

    fn key(&mut self, i: usize, key: &str) {
        self.comma(i);
        text::string(&mut self.json, key);
        self.json.push(':');
    }

    fn named(&mut self, value: &Bound<'py, PyAny>, secret: bool, depth: usize) -> Ended {
        if secret && holds_text(value) { self.secret(value) } else { self.value(value, depth) }
    }

    fn items(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>, depth: usize) -> Ended {
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
    fn set(&mut self, tag: &str, items: Vec<Bound<'py, PyAny>>, depth: usize) -> Ended {
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

    fn string(&mut self, value: &Bound<'py, PyString>, depth: usize) -> Ended {
        match Self::unicode(value) {
            Ok(text) => self.characters(value, &text, depth),
            Err(escaped) => self.tagged("$text", |writer| {
                text::string(&mut writer.json, &escaped);
                Ok(())
            }),
        }
    }

    fn characters(&mut self, value: &Bound<'py, PyString>, text: &str, depth: usize) -> Ended {
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
    fn unicode<'a>(value: &'a Bound<'py, PyString>) -> Result<Cow<'a, str>, Cow<'a, str>> {
        value.to_cow().map_err(|_| Kinds::escape(value).into())
    }

    fn integer(&mut self, number: &Bound<'py, PyInt>) -> Ended {
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

    fn tagged(&mut self, tag: &str, inner: impl FnOnce(&mut Self) -> Ended) -> Ended {
        self.json.push('{');
        text::string(&mut self.json, tag);
        self.json.push(':');
        inner(self)?;
        self.json.push('}');
        Ok(())
    }

    fn comma(&mut self, i: usize) {
        if i > 0 {
            self.json.push(',');
        }
    }

    fn look(&self) -> Ended {
        self.py.check_signals().map_err(Stop::Interrupted)?;
        if self.left == 0 { Err(Stop::Size) } else { self.fits() }
    }

    fn fits(&self) -> Ended {
        if self.json.len() > BYTES { Err(Stop::Size) } else { Ok(()) }
    }

    /// What Python's side answered; nothing when it failed, however it did.
    fn answer<T, E: Into<PyErr>>(&self, answer: Result<T, E>) -> Result<Option<T>, Stop> {
        match answer.map_err(Into::into) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_instance_of::<PyKeyboardInterrupt>(self.py) => {
                Err(Stop::Interrupted(error))
            }
            Err(_) => Ok(None),
        }
    }
}

/// Whether a key says that what is under it is a secret: a text, bytes, or the last part of a tuple.
fn is_secret_name(key: &Bound<'_, PyAny>) -> bool {
    if let Ok(key) = key.cast::<PyString>() {
        return key.to_cow().is_ok_and(|key| names_secret(&key));
    }
    if let Ok(key) = key.cast_exact::<PyBytes>() {
        return std::str::from_utf8(key.as_bytes()).is_ok_and(names_secret);
    }
    key.cast_exact::<PyTuple>().is_ok_and(|key| {
        !key.is_empty() && key.get_item(key.len() - 1).is_ok_and(|last| is_secret_name(&last))
    })
}

/// Whether a key, as it is written, is a member of an enumeration that is called like a secret.
fn is_secret_member(key: &str) -> bool {
    let name = key.strip_prefix("{\"$enum\":").and_then(|rest| rest.strip_suffix("\"]}"));
    name.and_then(|name| name.rsplit('"').next()).is_some_and(names_secret)
}

/// Whether a dict has a name of a secret and its value as two members, as variables and headers are often listed.
fn names_secret_value(members: &[(String, Bound<'_, PyAny>)]) -> bool {
    members.iter().any(|(key, _)| key == "value")
        && members.iter().any(|(key, name)| {
            matches!(key.as_str(), "name" | "key" | "header")
                && name
                    .cast_exact::<PyString>()
                    .is_ok_and(|name| name.to_cow().is_ok_and(|name| names_secret(&name)))
        })
}

/// A number or a truth value under the name of a secret is none, and neither is what is empty.
fn holds_text(value: &Bound<'_, PyAny>) -> bool {
    if value.is_none() || value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>() {
        return false;
    }
    let is_empty = value.cast_exact::<PyString>().is_ok_and(|text| text.len().is_ok_and(|len| len == 0))
        || value.cast_exact::<PyBytes>().is_ok_and(|bytes| bytes.as_bytes().is_empty())
        || value.cast_exact::<PyList>().is_ok_and(|items| items.is_empty())
        || value.cast_exact::<PyTuple>().is_ok_and(|items| items.is_empty())
        || value.cast_exact::<PyDict>().is_ok_and(|members| members.is_empty());
    !is_empty
}
