//! Files that are models, files that are none, and what is said of them. The models are made here and know nothing.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use candle_core::quantized::gguf_file::{self, Value};
use candle_core::quantized::{GgmlDType, QTensor};
use candle_core::{DType, Device, Tensor};
use sessiond_model::{Error, Finish, Message, Model, Request};
use sessiond_model_gguf::Gguf;

const HIDDEN: usize = 32;
const KEYS: usize = 16;
const BETWEEN: usize = 48;
const CONTEXT: u32 = 64;

/// A model of one layer whose tokens are single bytes, and one of two.
struct Tiny {
    metadata: BTreeMap<String, Value>,
    tensors: BTreeMap<String, Vec<usize>>,
}

impl Tiny {
    fn new() -> Self {
        let tokens: Vec<String> =
            alphabet().into_iter().map(String::from).chain(["hi".to_owned(), "<end>".to_owned()]).collect();
        let words = tokens.len();
        let kinds = (0..words).map(|id| Value::I32(if id + 1 == words { 3 } else { 1 })).collect();
        let template = "{% for message in messages %}{{ message.content }}{% endfor %}";
        let metadata = [
            ("general.architecture", text("llama")),
            ("llama.attention.head_count", Value::U32(4)),
            ("llama.attention.head_count_kv", Value::U32(2)),
            ("llama.attention.layer_norm_rms_epsilon", Value::F32(1e-5)),
            ("llama.block_count", Value::U32(1)),
            ("llama.context_length", Value::U32(CONTEXT)),
            ("llama.embedding_length", Value::U32(HIDDEN as u32)),
            ("llama.feed_forward_length", Value::U32(BETWEEN as u32)),
            ("llama.rope.dimension_count", Value::U32(8)),
            ("tokenizer.chat_template", text(template)),
            ("tokenizer.ggml.eos_token_id", Value::U32(words as u32 - 1)),
            ("tokenizer.ggml.merges", Value::Array(vec![text("h i")])),
            ("tokenizer.ggml.model", text("gpt2")),
            ("tokenizer.ggml.token_type", Value::Array(kinds)),
            ("tokenizer.ggml.tokens", Value::Array(tokens.iter().map(|token| text(token)).collect())),
        ];
        let tensors: [(&str, &[usize]); 11] = [
            ("token_embd", &[words, HIDDEN]),
            ("output_norm", &[HIDDEN]),
            ("blk.0.attn_norm", &[HIDDEN]),
            ("blk.0.attn_q", &[HIDDEN, HIDDEN]),
            ("blk.0.attn_k", &[KEYS, HIDDEN]),
            ("blk.0.attn_v", &[KEYS, HIDDEN]),
            ("blk.0.attn_output", &[HIDDEN, HIDDEN]),
            ("blk.0.ffn_norm", &[HIDDEN]),
            ("blk.0.ffn_gate", &[BETWEEN, HIDDEN]),
            ("blk.0.ffn_up", &[BETWEEN, HIDDEN]),
            ("blk.0.ffn_down", &[HIDDEN, BETWEEN]),
        ];
        Self {
            metadata: metadata.map(|(key, value)| (key.to_owned(), value)).into(),
            tensors: tensors.map(|(name, size)| (format!("{name}.weight"), size.to_vec())).into(),
        }
    }

    /// The same with another value, or without this key.
    fn with(mut self, key: &str, value: Option<Value>) -> Self {
        match value {
            Some(value) => drop(self.metadata.insert(key.to_owned(), value)),
            None => drop(self.metadata.remove(key)),
        }
        self
    }

    fn with_tensor(mut self, name: &str, size: &[usize]) -> Self {
        self.tensors.insert(name.to_owned(), size.to_vec());
        self
    }

    fn without_tensor(mut self, name: &str) -> Self {
        self.tensors.remove(name).unwrap();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let tensors: Vec<_> = self
            .tensors
            .iter()
            .map(|(name, size)| {
                let count = size.iter().product::<usize>();
                // Small numbers that differ, so that some words are likelier than others.
                let numbers = Tensor::arange(0u32, count as u32, &Device::Cpu).unwrap();
                let numbers = (numbers.to_dtype(DType::F32).unwrap() * 0.7).unwrap().sin().unwrap();
                let tensor = numbers.reshape(size.as_slice()).unwrap();
                (name.as_str(), QTensor::quantize(&tensor, GgmlDType::F32).unwrap())
            })
            .collect();
        let tensors: Vec<_> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
        let metadata: Vec<_> = self.metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let mut file = std::io::Cursor::new(Vec::new());
        gguf_file::write(&mut file, &metadata, &tensors).unwrap();
        file.into_inner()
    }
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// What byte-level BPE writes for each byte: itself where it can be seen, and a letter from further up where it cannot.
fn alphabet() -> Vec<char> {
    let seen = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut further = 256..;
    (0..=255u8)
        .map(|byte| if seen(byte) { byte.into() } else { char::from_u32(further.next().unwrap()).unwrap() })
        .collect()
}

/// A file that is gone with the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("sessiond-{}-{name}.gguf", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Why a file is no model.
fn refused(name: &str, bytes: &[u8]) -> String {
    let file = File::new(name, bytes);
    match Gguf::open(&file.0) {
        Ok(_) => panic!("{name} was taken"),
        Err(Error::Settings(detail)) => {
            assert!(detail.contains(file.0.to_str().unwrap()), "{detail}");
            detail
        }
        Err(other) => panic!("{name}: {other:?}"),
    }
}

fn ask(question: &str) -> Request {
    Request { temperature: Some(0.0), max_tokens: Some(4), ..Request::new([Message::user(question)]) }
}

#[tokio::test]
async fn a_small_file_is_a_model_under_its_own_name_or_another() {
    let file = File::new("small", &Tiny::new().bytes());
    let model = Gguf::load(&file.0).await.unwrap();
    let answer = model.complete(ask("hi")).await.unwrap();
    assert_eq!(answer.usage.unwrap().input_tokens, 1);
    assert!(answer.model.ends_with("-small") && model.name() == answer.model, "{answer:?}");
    let model = model.with_name("other");
    assert_eq!((model.name(), model.complete(ask("hi")).await.unwrap().model.as_str()), ("other", "other"));
}

#[tokio::test]
async fn an_answer_ends_where_the_context_does_and_a_longer_question_is_refused() {
    let file = File::new("context", &Tiny::new().bytes());
    let model = Gguf::load(&file.0).await.unwrap();
    let question = "x".repeat(CONTEXT as usize - 3);
    let answer = model.complete(Request { max_tokens: None, ..ask(&question) }).await.unwrap();
    assert!(answer.finish == Finish::Stop || answer.usage.unwrap().output_tokens == 3, "{answer:?}");
    for length in [CONTEXT as usize, 1_000_000] {
        let error = model.complete(ask(&"x".repeat(length))).await.unwrap_err();
        assert!(
            matches!(&error, Error::TooLong { window: Some(64), .. })
                && error.to_string().contains("context is 64; shorten it"),
            "{error:?}"
        );
    }
}

#[test]
fn what_is_not_known_of_a_file_is_named() {
    let number = |number| Some(Value::U32(number));
    let cases = [
        (
            Tiny::new().with("general.architecture", Some(text("qwen3"))),
            "\"qwen3\", and only \"llama\" is known",
        ),
        (Tiny::new().with("general.architecture", number(7)), "general.architecture is no text"),
        (Tiny::new().with("tokenizer.ggml.model", Some(text("llama"))), "byte-level BPE (gpt2) is known"),
        (Tiny::new().with("tokenizer.ggml.pre", Some(text("tekken"))), "\"tekken\"; gpt-2, smollm"),
        (Tiny::new().with("tokenizer.chat_template", None), "has no tokenizer.chat_template"),
        (Tiny::new().with("tokenizer.chat_template", Some(text("{% if %}"))), "template cannot be read"),
        (Tiny::new().with("tokenizer.ggml.eos_token_id", number(9999)), "does not say what ends an answer"),
        (Tiny::new().with("tokenizer.ggml.tokens", Some(Value::Array(vec![text("a")]))), "kinds of tokens"),
        (Tiny::new().with("llama.block_count", number(u32::MAX)), "not the tensors of 4294967295 layers"),
        (Tiny::new().with("llama.attention.head_count", number(0)), "no llama.attention.head_count"),
        (Tiny::new().with("llama.attention.head_count", number(5)), "cannot be 5 heads"),
        (Tiny::new().with("llama.attention.head_count_kv", number(3)), "3 of keys"),
        (
            Tiny::new()
                .with("llama.embedding_length", number(u32::MAX - 7))
                .with("llama.rope.dimension_count", None),
            "instead of",
        ),
        (Tiny::new().with("llama.feed_forward_length", Some(Value::U64(1 << 60))), "instead of"),
        (Tiny::new().with("llama.expert_count", number(8)), "mixture of experts"),
        (Tiny::new().with("llama.rope.dimension_count", number(4)), "only a part of each head"),
        (Tiny::new().with("llama.rope.scaling.type", Some(text("linear"))), "\"linear\""),
        (Tiny::new().with("general.alignment", number(0)), "makes no sense"),
        (
            Tiny::new().with_tensor("blk.0.attn_q.bias", &[HIDDEN]),
            "\"blk.0.attn_q.bias\", which is not known",
        ),
        (Tiny::new().with_tensor("blk.0.attn_q.weight", &[HIDDEN, 8]), "size [32, 8] instead of [32, 32]"),
        (Tiny::new().with_tensor("rope_freqs.weight", &[4]), "another way than Llama 3's"),
        (Tiny::new().without_tensor("blk.0.ffn_up.weight"), "no tensor \"blk.0.ffn_up.weight\""),
    ];
    for (tiny, expected) in cases {
        let said = refused("unknown", &tiny.bytes());
        assert!(said.contains(expected), "{said}; expected {expected}");
    }
    assert!(refused("text", b"no model at all, only text").contains("no GGUF file"));
    let error = Gguf::open("/nowhere.gguf").unwrap_err().to_string();
    assert!(error.contains("/nowhere.gguf cannot be opened"), "{error}");
}

#[test]
fn a_file_that_was_cut_off_or_damaged_anywhere_is_refused_or_answers_and_never_ends_the_process() {
    let whole = Tiny::new().bytes();
    for length in (0..whole.len()).step_by(whole.len() / 60) {
        refused("cut", &whole[..length]);
    }
    // What the file says of itself stands at its beginning; damage among the tensors only makes the model another one.
    let header = whole.len()
        - Tiny::new().tensors.values().map(|size| size.iter().product::<usize>() * 4).sum::<usize>();
    let mut state = 1u64;
    let mut taken = 0;
    for _ in 0..2000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % header;
            bytes[at] = (state >> 20) as u8;
        }
        let file = File::new("damaged", &bytes);
        match Gguf::open(&file.0) {
            Ok(_) => taken += 1,
            Err(error) => assert!(matches!(error, Error::Settings(_)), "{error:?}"),
        }
    }
    // Letters of a token or of a name that nobody reads may differ.
    assert!(taken < 1500, "no damage was noticed");
}
