//! What the background has to say goes to Python's log, at once.

use std::fmt::{Debug, Write};
use std::sync::OnceLock;

use pyo3::prelude::*;
use sessiond_background as background;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use crate::bridge::attached;

/// What is called with a level of `logging`, the session that a message is about, and the message.
static TELL: OnceLock<Py<PyAny>> = OnceLock::new();

/// Has `tell` called with what the background warns of.
#[pyfunction]
pub fn listen(tell: Py<PyAny>) {
    if TELL.set(tell).is_ok() {
        // Another one in this process has its own way with these messages.
        let _ = tracing::subscriber::set_global_default(Warnings);
    }
}

struct Warnings;

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.is_event() && metadata.target().starts_with("sessiond")
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut said = Said::default();
        event.record(&mut said);
        let level = if *event.metadata().level() == Level::ERROR { 40 } else { 30 };
        let text = said.message + &said.fields;
        // The interpreter's lock is waited for on a thread that may be held up.
        drop(background::spawn_blocking(move || {
            attached(|py| {
                if let Some(tell) = TELL.get()
                    && let Err(error) = tell.call1(py, (level, said.session, text))
                {
                    error.write_unraisable(py, None);
                }
            })
        }));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Said {
    session: Option<String>,
    message: String,
    fields: String,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => _ = write!(self.message, "{value:?}"),
            "session" => self.session = Some(format!("{value:?}")),
            name => _ = write!(self.fields, "; {name}: {value:?}"),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "session" => self.session = Some(value.to_owned()),
            _ => self.record_debug(field, &format_args!("{value}")),
        }
    }
}
