//! What the model has read before: the beginnings of prompts, so that the next prompt which begins alike is read from there.
//!
//! A conversation has its own beginnings, which no other one is given. What is before the first message of a person, the
//! system's message and the tools, is shared by all. The state after a prompt cannot be cut back to an earlier token, so that
//! states are kept where prompts part: before the first message, at the end of a prompt, and after its answer, which the
//! template may write in another way than the model did.

use candle_core::Tensor;
use candle_transformers::models::llama::Cache;

/// The most beginnings of a conversation: of the last turn and of the one before, which may be asked again.
const OF_ONE: usize = 4;

/// Beginnings that were read, in the order of their last use.
pub(super) struct Prefixes {
    read: Vec<Prefix>,
    /// The most bytes that they may have together.
    most: usize,
    /// The bytes of a token's state.
    token: usize,
}

/// A beginning that was read.
struct Prefix {
    /// The conversation that it belongs to; none if it is shared.
    owner: Option<String>,
    tokens: Vec<u32>,
    state: State,
}

/// The model's state after some tokens. Copies are cheap.
#[derive(Clone)]
pub(super) struct State {
    pub(super) cache: Cache,
    /// What may come next, by likelihood; nothing before the first token.
    pub(super) logits: Option<Tensor>,
}

impl Prefixes {
    pub(super) fn new(most: usize, token: usize) -> Self {
        Self { read: Vec::new(), most, token }
    }

    /// The longest beginning of a prompt that was read, for a conversation: how many tokens, and the state after them.
    pub(super) fn find(&mut self, owner: Option<&str>, prompt: &[u32]) -> Option<(usize, State)> {
        let is_allowed = |prefix: &Prefix| prefix.owner.is_none() || prefix.owner.as_deref() == owner;
        let fits = self
            .read
            .iter()
            .enumerate()
            .filter(|(_, prefix)| is_allowed(prefix) && prompt.starts_with(&prefix.tokens));
        let place = fits.max_by_key(|(_, prefix)| prefix.tokens.len())?.0;
        let prefix = self.read.remove(place);
        let found = (prefix.tokens.len(), prefix.state.clone());
        self.read.push(prefix);
        Some(found)
    }

    /// Keeps a beginning, of a conversation or shared by all, and forgets those that were not used for the longest time.
    pub(super) fn keep(&mut self, owner: Option<&str>, tokens: &[u32], state: State) {
        if self.bytes(tokens, &state) > self.most {
            return;
        }
        self.read.retain(|prefix| prefix.owner.as_deref() != owner || prefix.tokens != tokens);
        let of_owner = |prefix: &Prefix| owner.is_some() && prefix.owner.as_deref() == owner;
        if self.read.iter().filter(|prefix| of_owner(prefix)).count() >= OF_ONE
            && let Some(oldest) = self.read.iter().position(of_owner)
        {
            self.read.remove(oldest);
        }
        self.read.push(Prefix { owner: owner.map(str::to_owned), tokens: tokens.to_vec(), state });
        let mut bytes: usize = self.read.iter().map(|prefix| self.bytes(&prefix.tokens, &prefix.state)).sum();
        let mut forgotten = 0;
        while bytes > self.most {
            let Prefix { tokens, state, .. } = &self.read[forgotten];
            bytes -= self.bytes(tokens, state);
            forgotten += 1;
        }
        self.read.drain(..forgotten);
    }

    fn bytes(&self, tokens: &[u32], state: &State) -> usize {
        let likelihoods = state.logits.as_ref().map_or(0, Tensor::elem_count);
        tokens.len().saturating_mul(self.token).saturating_add(likelihoods.saturating_mul(size_of::<f32>()))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};
    use candle_transformers::models::llama::Config;

    use super::*;

    fn state() -> State {
        let config =
            Config { max_position_embeddings: 8, num_hidden_layers: 1, ..Config::config_7b_v1(false) };
        State { cache: Cache::new(true, DType::F32, &config, &Device::Cpu).unwrap(), logits: None }
    }

    fn found(prefixes: &mut Prefixes, owner: Option<&str>, prompt: &[u32]) -> Option<usize> {
        prefixes.find(owner, prompt).map(|(tokens, _)| tokens)
    }

    #[test]
    fn a_conversation_is_given_its_own_beginnings_and_the_shared_one_alone() {
        let mut prefixes = Prefixes::new(1000, 1);
        prefixes.keep(None, &[1, 2], state());
        prefixes.keep(Some("a"), &[1, 2, 3, 4], state());
        prefixes.keep(Some("a"), &[1, 2, 3, 4, 5], state());
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 3, 4, 5, 6]), Some(5));
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 3, 4, 9]), Some(4));
        assert_eq!(found(&mut prefixes, Some("b"), &[1, 2, 3, 4, 5, 6]), Some(2));
        assert_eq!(found(&mut prefixes, None, &[1, 2, 3, 4, 5, 6]), Some(2));
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 3]), None);
        // A conversation has four at most: the last ones.
        for token in 10..14 {
            prefixes.keep(Some("a"), &[1, 2, token], state());
        }
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 3, 4, 5]), Some(2));
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 10]), Some(3));
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_is_forgotten_first() {
        let mut prefixes = Prefixes::new(10, 1);
        prefixes.keep(None, &[1, 2], state());
        prefixes.keep(Some("a"), &[1, 2, 3, 4], state());
        prefixes.keep(Some("b"), &[1, 2, 3, 5], state());
        assert_eq!(found(&mut prefixes, None, &[1, 2, 9]), Some(2));
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 3, 4]), Some(4));
        prefixes.keep(Some("c"), &[1, 2, 8, 8], state());
        assert_eq!(found(&mut prefixes, Some("b"), &[1, 2, 3, 5]), Some(2));
        assert_eq!(found(&mut prefixes, Some("a"), &[1, 2, 3, 4]), Some(4));
        // What may come next takes memory too.
        let large = State { logits: Some(Tensor::zeros(3, DType::F32, &Device::Cpu).unwrap()), ..state() };
        prefixes.keep(Some("e"), &[1], large);
        assert_eq!(found(&mut prefixes, Some("e"), &[1]), None);
        // One that is too large alone is not kept, and takes no place.
        prefixes.keep(Some("d"), &[1; 11], state());
        assert_eq!(found(&mut prefixes, Some("c"), &[1, 2, 8, 8]), Some(4));
    }
}
