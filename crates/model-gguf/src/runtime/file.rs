//! Reads a GGUF file.

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use candle_core::quantized::gguf_file::{Content, Value};
use candle_transformers::models::llama::{Cache, Llama};
use sessiond_model::Error;

use super::template::Template;
use super::vocabulary::Vocabulary;
use super::weights;

/// What a file says of itself.
pub(super) struct Metadata<'a> {
    path: &'a Path,
    content: &'a Content,
}

/// A model that is ready to be run.
pub(super) struct Loaded {
    /// The file's name without what comes after its last dot.
    pub(super) name: String,
    pub(super) weights: Llama,
    /// What the model has read so far: nothing. Each answer begins with a copy.
    pub(super) nothing_read: Cache,
    pub(super) vocabulary: Vocabulary,
    pub(super) template: Template,
    /// How many tokens a prompt and its answer may have together.
    pub(super) context: usize,
    /// The bytes of what the model keeps of each token that it has read.
    pub(super) token_bytes: usize,
}

/// Reads the whole file. Its tensors are copied into memory: candle has no way to use them where a mapped file has them.
pub(super) fn load(path: &Path) -> Result<Loaded, Error> {
    // The libraries check what a file says of itself, but not all of it.
    let read = catch_unwind(AssertUnwindSafe(|| read(path)));
    read.unwrap_or_else(|_| Err(fault(path, "what it says of itself makes no sense")))
}

fn read(path: &Path) -> Result<Loaded, Error> {
    let cannot = |error| Error::Settings(format!("{} cannot be opened: {error}", path.display()));
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let mut reader = BufReader::new(file);
    let content = Content::read(&mut reader)
        .map_err(|error| fault(path, format!("it is no GGUF file, or a part of one ({error})")))?;
    let metadata = Metadata { path, content: &content };
    let architecture = metadata.text("general.architecture")?;
    if architecture != "llama" {
        return Err(metadata.fault(format!(
            "its architecture is {architecture:?}, and only \"llama\" is known, which SmolLM, Llama and most of their \
             kin have"
        )));
    }
    let vocabulary = Vocabulary::read(&metadata)?;
    let template = Template::new(metadata.text("tokenizer.chat_template")?)
        .map_err(|error| metadata.fault(format!("its chat template cannot be read: {error:#}")))?;
    let shape = weights::Shape::read(&metadata, vocabulary.tokens.vocab_size())?;
    let (weights, nothing_read) = shape.load(&metadata, size, &mut reader)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Loaded {
        name,
        weights,
        nothing_read,
        vocabulary,
        template,
        context: shape.context(),
        token_bytes: shape.token_bytes(),
    })
}

fn fault(path: &Path, detail: impl std::fmt::Display) -> Error {
    Error::Settings(format!("{} is no model that can be run: {detail}", path.display()))
}

impl<'a> Metadata<'a> {
    /// The file's tensors, by name.
    pub(super) fn content(&self) -> &'a Content {
        self.content
    }

    fn get(&self, key: &str) -> Result<&'a Value, Error> {
        self.content.metadata.get(key).ok_or_else(|| self.fault(format!("it has no {key}")))
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<&'a str, Error> {
        self.get(key)?
            .to_string()
            .map(String::as_str)
            .map_err(|_| self.fault(format!("its {key} is no text")))
    }

    /// A list of anything.
    pub(super) fn list(&self, key: &str) -> Result<&'a [Value], Error> {
        self.get(key)?.to_vec().map(Vec::as_slice).map_err(|_| self.fault(format!("its {key} is no list")))
    }

    /// A list of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<&'a str>, Error> {
        let texts = self.list(key)?.iter().map(|value| value.to_string().map(String::as_str));
        texts.collect::<Result<_, _>>().map_err(|_| self.fault(format!("its {key} are not all texts")))
    }

    /// A number, if there is one.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.content.metadata.get(key)?.to_u64().ok()
    }

    /// A number with decimals, if there is one.
    pub(super) fn decimal(&self, key: &str) -> Option<f32> {
        self.content.metadata.get(key)?.to_f32().ok()
    }

    /// A yes or no, if there is one.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.content.metadata.get(key)?.to_bool().ok()
    }

    /// Why this file cannot be used.
    pub(super) fn fault(&self, detail: impl std::fmt::Display) -> Error {
        fault(self.path, detail)
    }
}
