//! What a model of the architecture `llama` computes with.
//!
//! All tensors are widened to 32-bit numbers. With quantized tensors of either kind that SmolLM2's file has (Q4_1, Q8_0),
//! what candle 0.11 answers on processors differs from a reference calculation on the same file, and makes no sense; with
//! plain numbers it is the same. They also are several times faster without AVX at compile time.

use std::collections::HashMap;
use std::f32::consts::PI;
use std::io::{Read, Seek};

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::llama::{Cache, Config, Llama, Llama3RopeConfig, Llama3RopeType};
use sessiond_core::limits;
use sessiond_model::Error;

use super::file::Metadata;

/// How positions are scaled in Llama 3.1 and later; the file has no more than what comes of it.
const LLAMA3: Llama3RopeConfig = Llama3RopeConfig {
    factor: 1.0,
    low_freq_factor: 1.0,
    high_freq_factor: 4.0,
    original_max_position_embeddings: 8192,
    rope_type: Llama3RopeType::Llama3,
};
/// The tensor that has it.
const ROPE: &str = "rope_freqs.weight";

/// How large a model is in each direction.
pub(super) struct Shape {
    config: Config,
}

/// A tensor of the file: what candle calls it, its size, and of how many heads it is when it has to be put in order.
struct Part {
    name: String,
    size: Vec<usize>,
    heads: Option<usize>,
}

impl Shape {
    /// Reads it, and refuses what the tensors could not be.
    pub(super) fn read(metadata: &Metadata, tokens: usize) -> Result<Self, Error> {
        let number = |key: &str| {
            let key = format!("llama.{key}");
            let number = metadata.number(&key).and_then(|number| usize::try_from(number).ok());
            number
                .filter(|number| *number > 0)
                .ok_or_else(|| metadata.fault(format!("it has no {key}, or one that makes no sense")))
        };
        let hidden_size = number("embedding_length")?;
        let heads = number("attention.head_count")?;
        let key_heads = number("attention.head_count_kv").unwrap_or(heads);
        let layers = number("block_count")?;
        let head = hidden_size / heads;
        if hidden_size % heads != 0 || heads % key_heads != 0 || head % 2 != 0 {
            return Err(
                metadata.fault(format!("{hidden_size} numbers cannot be {heads} heads, {key_heads} of keys"))
            );
        }
        // Each layer has nine tensors, so a file that names more layers than tensors does not have them.
        if layers > metadata.content().tensor_infos.len() {
            return Err(metadata.fault(format!("it has not the tensors of {layers} layers")));
        }
        if metadata.number("llama.expert_count").is_some_and(|experts| experts > 1) {
            return Err(metadata.fault("it is a mixture of experts, which is not known"));
        }
        if number("rope.dimension_count").is_ok_and(|turned| turned != head) {
            return Err(
                metadata.fault("it turns only a part of each head by its position, which is not known")
            );
        }
        if let Ok(kind) = metadata.text("llama.rope.scaling.type")
            && kind != "none"
        {
            return Err(
                metadata.fault(format!("its positions are scaled in the way {kind:?}, which is not known"))
            );
        }
        Ok(Self {
            config: Config {
                hidden_size,
                intermediate_size: number("feed_forward_length")?,
                vocab_size: tokens,
                num_hidden_layers: layers,
                num_attention_heads: heads,
                num_key_value_heads: key_heads,
                use_flash_attn: false,
                rms_norm_eps: metadata
                    .decimal("llama.attention.layer_norm_rms_epsilon")
                    .ok_or_else(|| metadata.fault("it has no llama.attention.layer_norm_rms_epsilon"))?
                    .into(),
                rope_theta: metadata.decimal("llama.rope.freq_base").unwrap_or(10_000.0),
                bos_token_id: None,
                eos_token_id: None,
                rope_scaling: None,
                max_position_embeddings: number("context_length")?.min(limits::MODEL_CONTEXT),
                tie_word_embeddings: !metadata.content().tensor_infos.contains_key("output.weight"),
            },
        })
    }

    /// How many tokens a prompt and its answer may have together.
    pub(super) fn context(&self) -> usize {
        self.config.max_position_embeddings
    }

    /// The bytes of the keys and values of a token, in all layers.
    pub(super) fn token_bytes(&self) -> usize {
        let config = &self.config;
        let head = config.hidden_size / config.num_attention_heads;
        config.num_hidden_layers * 2 * config.num_key_value_heads * head * size_of::<f32>()
    }

    /// Reads the tensors of a file of this size, one after the other, so that no more than the model itself is in memory.
    pub(super) fn load(
        &self,
        metadata: &Metadata,
        size: u64,
        reader: &mut (impl Read + Seek),
    ) -> Result<(Llama, Cache), Error> {
        let mut parts = self.parts();
        let mut config = self.config.clone();
        let content = metadata.content();
        let failed =
            |error: candle_core::Error| metadata.fault(format!("its tensors cannot be read ({error})"));
        let mut tensors = HashMap::new();
        for (name, info) in &content.tensor_infos {
            if name == ROPE {
                continue;
            }
            // What is not known would be left out of the calculation, and the answers would be wrong.
            let part = parts
                .remove(name)
                .ok_or_else(|| metadata.fault(format!("it has a tensor {name:?}, which is not known")))?;
            if info.shape.dims() != part.size {
                return Err(metadata.fault(format!(
                    "its tensor {name:?} has the size {:?} instead of {:?}",
                    info.shape.dims(),
                    part.size
                )));
            }
            // Candle multiplies without looking whether the product fits. A number has at least a bit.
            let numbers =
                part.size.iter().try_fold(1, |product: u64, size| product.checked_mul(*size as u64));
            if numbers.is_none_or(|numbers| numbers / 8 > size) {
                return Err(metadata.fault(format!("it is too small for its tensor {name:?}")));
            }
            let tensor = content
                .tensor(reader, name, &Device::Cpu)
                .and_then(|tensor| tensor.dequantize(&Device::Cpu))
                .and_then(|tensor| part.in_order(tensor))
                .map_err(failed)?;
            tensors.insert(part.name, tensor);
        }
        if let Some(name) = parts.keys().min() {
            return Err(metadata.fault(format!("it has no tensor {name:?}")));
        }
        if content.tensor_infos.contains_key(ROPE) {
            let factors = content
                .tensor(reader, ROPE, &Device::Cpu)
                .and_then(|tensor| tensor.dequantize(&Device::Cpu)?.to_vec1())
                .map_err(failed)?;
            config.rope_scaling =
                Some(self.scaling(&factors).ok_or_else(|| {
                    metadata.fault("its positions are scaled in another way than Llama 3's")
                })?);
        }
        let cache = Cache::new(true, DType::F32, &config, &Device::Cpu).map_err(failed)?;
        let weights = Llama::load(VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu), &config);
        Ok((weights.map_err(failed)?, cache))
    }

    /// Every tensor that the file has to have.
    fn parts(&self) -> HashMap<String, Part> {
        let config = &self.config;
        let (hidden, between, words) = (config.hidden_size, config.intermediate_size, config.vocab_size);
        let (heads, key_heads) = (config.num_attention_heads, config.num_key_value_heads);
        let keys = hidden / heads * key_heads;
        let mut parts = HashMap::new();
        let mut add = |theirs: String, name: String, size: &[usize], heads| {
            parts.insert(
                format!("{theirs}.weight"),
                Part { name: format!("{name}.weight"), size: size.to_vec(), heads },
            );
        };
        add("token_embd".into(), "model.embed_tokens".into(), &[words, hidden], None);
        add("output_norm".into(), "model.norm".into(), &[hidden], None);
        if !config.tie_word_embeddings {
            add("output".into(), "lm_head".into(), &[words, hidden], None);
        }
        for layer in 0..config.num_hidden_layers {
            let layers: [(&str, &str, &[usize], Option<usize>); 9] = [
                ("attn_norm", "input_layernorm", &[hidden], None),
                ("attn_q", "self_attn.q_proj", &[hidden, hidden], Some(heads)),
                ("attn_k", "self_attn.k_proj", &[keys, hidden], Some(key_heads)),
                ("attn_v", "self_attn.v_proj", &[keys, hidden], None),
                ("attn_output", "self_attn.o_proj", &[hidden, hidden], None),
                ("ffn_norm", "post_attention_layernorm", &[hidden], None),
                ("ffn_gate", "mlp.gate_proj", &[between, hidden], None),
                ("ffn_up", "mlp.up_proj", &[between, hidden], None),
                ("ffn_down", "mlp.down_proj", &[hidden, between], None),
            ];
            for (theirs, name, size, heads) in layers {
                add(format!("blk.{layer}.{theirs}"), format!("model.layers.{layer}.{name}"), size, heads);
            }
        }
        parts
    }

    /// How Llama 3.1 and later scale positions, when that is what these divisors of the frequencies come from.
    fn scaling(&self, divisors: &[f32]) -> Option<Llama3RopeConfig> {
        let factor = divisors.iter().copied().reduce(f32::max)?;
        let head = self.config.hidden_size / self.config.num_attention_heads;
        let scaling = Llama3RopeConfig { factor, ..LLAMA3 };
        let same = divisors.iter().enumerate().all(|(index, divisor)| {
            let frequency = self.config.rope_theta.powf(-((2 * index) as f32) / head as f32);
            (divisor_of(frequency, &scaling) - divisor).abs() <= 1e-3 * factor
        });
        (divisors.len() == head / 2 && factor >= 1.0 && same).then_some(scaling)
    }
}

/// What Llama 3.1 divides a frequency by: nothing when it turns often within what it was first trained on, the whole
/// factor when it does not turn once, and something between for those between.
fn divisor_of(frequency: f32, scaling: &Llama3RopeConfig) -> f32 {
    let turns = scaling.original_max_position_embeddings as f32 * frequency / (2.0 * PI);
    let (low, high) = (scaling.low_freq_factor, scaling.high_freq_factor);
    let smooth = ((turns - low) / (high - low)).clamp(0.0, 1.0);
    1.0 / ((1.0 - smooth) / scaling.factor + smooth)
}

impl Part {
    /// A GGUF file has the numbers that are turned together next to each other; candle's model has them half a head apart.
    fn in_order(&self, tensor: Tensor) -> candle_core::Result<Tensor> {
        let (Some(heads), [rows, columns]) = (self.heads, self.size.as_slice()) else { return Ok(tensor) };
        tensor.reshape((heads, rows / heads / 2, 2, *columns))?.transpose(1, 2)?.reshape((*rows, *columns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scaled_positions_of_llama_3_are_known_by_what_comes_of_them_and_others_are_not() {
        // Llama 3.2 1B.
        let config = Config { hidden_size: 2048, rope_theta: 500_000.0, ..Config::config_7b_v1(false) };
        let shape = Shape { config };
        let scaling = Llama3RopeConfig { factor: 32.0, ..LLAMA3 };
        let divisors: Vec<f32> = (0..32)
            .map(|index| divisor_of(500_000f32.powf(-(2.0 * index as f32) / 64.0), &scaling))
            .collect();
        // The first turn often, and the last not once in 8,192 tokens.
        assert_eq!((divisors[0], divisors[14], divisors[31]), (1.0, 1.0, 32.0));
        assert!(
            divisors.is_sorted() && (15..18).all(|index| divisors[index] > 1.0 && divisors[index] < 32.0),
            "{divisors:?}"
        );
        assert_eq!(shape.scaling(&divisors).unwrap().factor, 32.0);
        assert!(shape.scaling(&[32.0; 32]).is_none() && shape.scaling(&divisors[1..]).is_none());
    }
}
