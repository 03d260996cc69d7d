//! The tokenizer of a GGUF file, made from its own metadata (`tokenizer.ggml.*`).

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value as Entry;
use llguidance::token_bytes_from_tokenizer_json;
use serde_json::{Map, Value, json};
use sessiond_model::Error;
use tokenizers::Tokenizer;
use toktrie::{TokRxInfo, TokTrie};

use super::file::Metadata;

/// Texts before and after which no token reaches over, for Llama 3 and for Qwen 2, as their makers publish them.
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What `tokenizer.ggml.token_type` says of a token that controls, and of one that somebody has added.
const CONTROL: i64 = 3;
const USER_DEFINED: i64 = 4;

/// Tokens that end an answer in the models of today, beside what a file itself says.
const ENDS: &[&str] = &["<|im_end|>", "<|eot_id|>", "<|end|>", "<|endoftext|>", "<|end_of_text|>"];

/// Text to tokens and back.
pub(super) struct Vocabulary {
    tokenizer: Tokenizer,
    /// Each token's bytes, for what is decoded and for what a grammar allows.
    pub(super) tokens: TokTrie,
    /// The tokens that end an answer.
    ends: Vec<u32>,
    /// What the template calls `bos_token`, and whether a prompt begins with it.
    pub(super) begin: Option<String>,
    begins: Option<u32>,
    /// What the template calls `eos_token`.
    pub(super) end: String,
    longest: usize,
    /// The marks that control the model, by their first character.
    marks: HashMap<char, Vec<(String, u32)>>,
}

/// What is put into a mark that is only text. It is no character, so that no text needs it.
const BROKEN: char = '\u{fdd0}';

impl Vocabulary {
    pub(super) fn read(metadata: &Metadata) -> Result<Self, Error> {
        let kind = metadata.text("tokenizer.ggml.model")?;
        if kind != "gpt2" {
            return Err(metadata
                .fault(format!("its tokenizer is of the kind {kind:?}; byte-level BPE (gpt2) is known")));
        }
        let texts = metadata.texts("tokenizer.ggml.tokens")?;
        let kinds = metadata.list("tokenizer.ggml.token_type")?;
        if texts.len() != kinds.len() {
            return Err(metadata.fault("it has not as many kinds of tokens as tokens"));
        }
        let added = texts.iter().zip(kinds).enumerate().filter_map(|(id, (text, kind))| {
            let kind = whole(kind)?;
            matches!(kind, CONTROL | USER_DEFINED).then(|| {
                json!({
                    "id": id, "content": text, "special": kind == CONTROL, "normalized": false,
                    "single_word": false, "lstrip": false, "rstrip": false
                })
            })
        });
        let vocabulary: Map<String, Value> =
            texts.iter().enumerate().map(|(id, text)| ((*text).to_owned(), id.into())).collect();
        let (pre_tokenizer, ignore_merges) = pre_tokenizer(metadata)?;
        let description = json!({
            "version": "1.0",
            "added_tokens": added.collect::<Value>(),
            "normalizer": null,
            "pre_tokenizer": pre_tokenizer,
            "post_processor": null,
            "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
            "model": {
                "type": "BPE", "vocab": vocabulary, "merges": metadata.texts("tokenizer.ggml.merges")?,
                "ignore_merges": ignore_merges, "byte_fallback": false
            }
        });
        let mut bytes = token_bytes_from_tokenizer_json(&description)
            .map_err(|error| metadata.fault(format!("its tokens are no byte-level BPE: {error}")))?;
        bytes.resize(texts.len(), Vec::new());
        let mut tokenizer: Tokenizer = serde_json::from_value(description)
            .map_err(|error| metadata.fault(format!("its tokenizer cannot be made: {error}")))?;
        // Marks are found here, where those of the template are known from those in a text.
        tokenizer.set_encode_special_tokens(true);

        let named =
            |key: &str| metadata.number(key).filter(|id| *id < texts.len() as u64).map(|id| id as u32);
        let end = named("tokenizer.ggml.eos_token_id")
            .ok_or_else(|| metadata.fault("it does not say what ends an answer"))?;
        let mut ends = vec![end];
        ends.extend(
            ["tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"]
                .iter()
                .filter_map(|key| named(key)),
        );
        let controls =
            texts.iter().zip(kinds).enumerate().filter(|(_, (_, kind))| whole(kind) == Some(CONTROL));
        let mut marks: HashMap<char, Vec<(String, u32)>> = HashMap::new();
        for (id, (text, _)) in controls.clone() {
            if let Some(first) = text.chars().next() {
                marks.entry(first).or_default().push(((*text).to_owned(), id as u32));
            }
        }
        // Of two marks that begin alike, the longer one is meant.
        marks.values_mut().for_each(|marks| marks.sort_by_key(|(text, _)| std::cmp::Reverse(text.len())));
        ends.extend(controls.filter(|(_, (text, _))| ENDS.contains(text)).map(|(id, _)| id as u32));
        ends.sort_unstable();
        ends.dedup();
        let begin = named("tokenizer.ggml.bos_token_id");
        let asked = metadata.flag("tokenizer.ggml.add_bos_token");
        Ok(Self {
            tokenizer,
            tokens: TokTrie::from(&TokRxInfo::new(texts.len() as u32, end), &bytes).with_eos_tokens(&ends),
            ends,
            begin: begin.map(|id| texts[id as usize].to_owned()),
            begins: begin.filter(|_| asked == Some(true)),
            end: texts[end as usize].to_owned(),
            marks,
            // A token's own text is never shorter than the bytes that it stands for.
            longest: texts.iter().map(|text| text.len()).max().unwrap_or_default().max(1),
        })
    }

    /// A text in which no mark is read as one: it has something in each that [`encode`](Self::encode) takes out again.
    pub(super) fn quiet(&self, text: &str) -> String {
        let mut quiet = String::with_capacity(text.len());
        for (place, char) in text.char_indices().filter(|(_, char)| *char != BROKEN) {
            quiet.push(char);
            if self.mark(&text[place..]).is_some() {
                quiet.push(BROKEN);
            }
        }
        quiet
    }

    /// The mark with which a text begins: its bytes and its token.
    fn mark(&self, text: &str) -> Option<(usize, u32)> {
        let marks = self.marks.get(&text.chars().next()?)?;
        marks
            .iter()
            .find(|(mark, _)| text.starts_with(mark.as_str()))
            .map(|(mark, token)| (mark.len(), *token))
    }

    /// The tokens of a text without marks.
    fn plain(&self, text: &str, tokens: &mut Vec<u32>) -> Result<(), Error> {
        let encoding = self
            .tokenizer
            .encode_fast(text.replace(BROKEN, ""), false)
            .map_err(|error| Error::Refused(format!("the prompt cannot be cut into tokens: {error}")))?;
        tokens.extend_from_slice(encoding.get_ids());
        Ok(())
    }

    /// The tokens of a prompt.
    pub(super) fn encode(&self, prompt: &str) -> Result<Vec<u32>, Error> {
        let mut tokens = Vec::new();
        let (mut begin, mut place) = (0, 0);
        while let Some(char) = prompt[place..].chars().next() {
            match self.mark(&prompt[place..]) {
                Some((length, token)) => {
                    self.plain(&prompt[begin..place], &mut tokens)?;
                    tokens.push(token);
                    place += length;
                    begin = place;
                }
                None => place += char.len_utf8(),
            }
        }
        self.plain(&prompt[begin..], &mut tokens)?;
        // Most templates write it themselves.
        if let Some(begin) = self.begins.filter(|begin| tokens.first() != Some(begin)) {
            tokens.insert(0, begin);
        }
        Ok(tokens)
    }

    /// What a token stands for; nothing for one that controls.
    pub(super) fn bytes(&self, token: u32) -> &[u8] {
        let bytes = self.tokens.token(token);
        if bytes.first() == Some(&TokTrie::SPECIAL_TOKEN_MARKER) { &[] } else { bytes }
    }

    /// How many bytes the longest token stands for, or has in a prompt; at least one.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether a token ends an answer.
    pub(super) fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }
}

fn whole(entry: &Entry) -> Option<i64> {
    match entry {
        Entry::I32(number) => Some((*number).into()),
        Entry::U32(number) => Some((*number).into()),
        _ => None,
    }
}

/// How a text is cut before its pieces are merged, and whether a piece that is a token is taken as it is.
fn pre_tokenizer(metadata: &Metadata) -> Result<(Value, bool), Error> {
    let bytes = |use_regex: bool| {
        json!({
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": use_regex
        })
    };
    let split = |pattern: &str| {
        json!({
            "type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false},
                bytes(false)
            ]
        })
    };
    let digits = || {
        json!({
            "type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true}, bytes(true)]
        })
    };
    Ok(match metadata.text("tokenizer.ggml.pre").unwrap_or("gpt-2") {
        "gpt-2" | "default" => (bytes(true), false),
        "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" => (digits(), false),
        "llama3" | "llama-v3" | "llama-bpe" | "falcon3" => (split(LLAMA3), true),
        "qwen2" | "deepseek-r1-qwen" | "stablelm2" => (split(QWEN2), false),
        other => {
            return Err(metadata.fault(format!(
                "it cuts text in the way {other:?}; gpt-2, smollm, starcoder, llama-bpe and qwen2 are known"
            )));
        }
    })
}
