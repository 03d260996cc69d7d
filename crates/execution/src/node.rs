//! Nodes: what can be called.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sessiond_core::{CallKind, Usage};

use crate::error::Failure;

/// Something that can be called: a name, and code that makes an output of an input.
///
/// The input must serialize, for it is recorded and tells a call from another when a session is resumed; the output must
/// do both, for a resumed session reads it from the record instead of running the code again. Both *must* be the same
/// after a way through JSON.
pub trait Node: Send + Sync {
    /// What it takes.
    type Input: Serialize + Send;
    /// What it gives.
    type Output: Serialize + DeserializeOwned + Send;

    /// Its name, as it is recorded.
    fn name(&self) -> &Arc<str>;

    /// What kind of node it is, as it is recorded.
    fn kind(&self) -> CallKind {
        CallKind::Function
    }

    /// What a model used for this output, when the node is one.
    fn usage(&self, _output: &Self::Output) -> Option<Usage> {
        None
    }

    /// Does the work.
    fn run(&self, input: Self::Input) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// A node made of an async function.
#[derive(Clone)]
pub struct FunctionNode<F, I> {
    name: Arc<str>,
    function: F,
    input: std::marker::PhantomData<fn(I)>,
}

/// Makes a node of an async function.
///
/// ```
/// # use sessiond_execution::function_node;
/// let shout = function_node("Shout", |text: String| async move { Ok(text.to_uppercase()) });
/// ```
pub fn function_node<F, I, O, Fut>(name: &str, function: F) -> FunctionNode<F, I>
where
    F: Fn(I) -> Fut + Send + Sync,
    Fut: Future<Output = Result<O, Failure>> + Send,
    I: Serialize + Send,
    O: Serialize + DeserializeOwned + Send,
{
    FunctionNode { name: name.into(), function, input: std::marker::PhantomData }
}

impl<F, I, O, Fut> Node for FunctionNode<F, I>
where
    F: Fn(I) -> Fut + Send + Sync,
    Fut: Future<Output = Result<O, Failure>> + Send,
    I: Serialize + Send,
    O: Serialize + DeserializeOwned + Send,
{
    type Input = I;
    type Output = O;

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn run(&self, input: I) -> impl Future<Output = Result<O, Failure>> + Send {
        (self.function)(input)
    }
}

impl<N: Node> Node for &N {
    type Input = N::Input;
    type Output = N::Output;

    fn name(&self) -> &Arc<str> {
        (**self).name()
    }

    fn kind(&self) -> CallKind {
        (**self).kind()
    }

    fn usage(&self, output: &N::Output) -> Option<Usage> {
        (**self).usage(output)
    }

    fn run(&self, input: N::Input) -> impl Future<Output = Result<N::Output, Failure>> + Send {
        (**self).run(input)
    }
}
