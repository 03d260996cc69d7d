//! Python values as JSON, without their secrets. Writing never fails, but when a person interrupts the program: what
//! cannot be written is its type alone.
//!
//! What JSON lacks is written as an object with one member whose name begins with `$`, which `read.rs` makes into the
//! value again: `$tuple`, `$set`, `$frozenset`, `$bytes`, `$int`, `$float` (what JSON has no number for), `$text` (what is
//! no Unicode), `$dict` (a dict whose keys are not all plain strings), `$shared` and `$ref` (see `shared.rs`), and those
//! that `_values.describe` gives. `$type` is a value that cannot be made again, and `$cycle` one within itself; neither
//! can a secret be made again.

mod collections;
mod errors;
mod obstacles;
mod scalars;
mod secrets;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple, PyType,
};
use sessiond_execution::Beside;

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
