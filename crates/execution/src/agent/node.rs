//! An agent as a node.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::StreamExt;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sessiond_core::CallKind;
use sessiond_model::{Message, Model};
use sessiond_turns::prompt;
use sessiond_turns::tool::{Tool, schema};
use sessiond_turns::turns::{Options, Turns, Wanted, memory_key};
use sessiond_turns::usage::Prices;
use tokio::sync::mpsc;

use super::ask::{Ask, Opening};
use super::input::{AgentInput, AgentResult};
use super::tool::AgentTool;
use crate::context::Context;
use crate::error::{Error, Failure};
use crate::node::Node;
use crate::session::Session;

/// Messages that are remembered when nobody says how many.
const MEMORY: usize = 40;

/// An agent: a node that asks a language model, and calls the tools that it wants called; cheap to clone.
///
/// ```no_run
/// # use sessiond_execution::{AgentNode, Session, tool};
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// # let weather_tool = tool("get_weather", "The weather of a city.", |(): ()| async move { Ok(1) });
/// let weather = AgentNode::new("Weather", sessiond_model::from_env()?)
///     .system("You help {name} with the weather.")
///     .tool(weather_tool);
/// let session = Session::builder().context([("name", "Ada")]).start().await?;
/// let answer = session.call(&weather, "Will it rain in Bonn?").await?;
/// println!("{} ({:?})", answer.text, answer.usage);
/// # Ok(())
/// # }
/// ```
pub struct AgentNode<T = Value> {
    agent: Arc<Agent>,
    output: PhantomData<fn() -> T>,
}

#[derive(Debug, Clone)]
struct Agent {
    name: Arc<str>,
    model: Arc<dyn Model>,
    model_name: Arc<str>,
    description: String,
    system: Option<String>,
    tools: Vec<AgentTool>,
    options: Options,
    memory: Option<String>,
    memory_messages: usize,
}

impl AgentNode {
    /// An agent of this name that asks this model.
    pub fn new(name: &str, model: Arc<dyn Model>) -> Self {
        let model_name = model.name().into();
        let agent = Agent {
            name: name.into(),
            model,
            model_name,
            description: String::new(),
            system: None,
            tools: Vec::new(),
            options: Options::default(),
            memory: None,
            memory_messages: MEMORY,
        };
        Self { agent: Arc::new(agent), output: PhantomData }
    }
}

impl<T> AgentNode<T> {
    /// How the model shall behave. `{key}` is filled from the context; see [`sessiond_turns::prompt`].
    #[must_use]
    pub fn system(self, message: impl Into<String>) -> Self {
        self.with(|agent| agent.system = Some(message.into()))
    }

    /// What the agent is good for, told to other agents that have it as a tool.
    #[must_use]
    pub fn describe(self, description: impl Into<String>) -> Self {
        self.with(|agent| agent.description = description.into())
    }

    /// Lets the model have this called: what [`tool`](crate::tool) or [`node_tool`](crate::node_tool) makes, or another agent. A tool takes the place of
    /// one with the same name.
    #[must_use]
    pub fn tool(self, tool: impl Into<AgentTool>) -> Self {
        let tool = tool.into();
        self.with(|agent| {
            agent.tools.retain(|known| known.name() != tool.name());
            agent.tools.push(tool);
            agent.options.tools = agent.tools.iter().map(|tool| tool.definition().clone()).collect();
        })
    }

    /// Has the model answer with JSON of this type, which is then [`AgentResult::structured`]. An answer that does not fit
    /// is asked for again, twice.
    #[must_use]
    pub fn output<O: JsonSchema>(self) -> AgentNode<O> {
        let agent = self.with(|agent| agent.options.output = Some(schema::<O>())).agent;
        AgentNode { agent, output: PhantomData }
    }

    /// The most tools that are called in one call of the agent. The model is asked for its answer then.
    #[must_use]
    pub fn max_tool_calls(self, most: u32) -> Self {
        self.with(|agent| agent.options.max_tool_calls = Some(most))
    }

    /// The most requests in one call of the agent; 50 unless set.
    #[must_use]
    pub fn max_turns(self, most: u32) -> Self {
        self.with(|agent| agent.options.max_turns = Some(most))
    }

    /// How freely words are drawn: 0 takes the likeliest each time.
    #[must_use]
    pub fn temperature(self, temperature: f64) -> Self {
        self.with(|agent| agent.options.temperature = Some(temperature))
    }

    /// The most tokens of one answer.
    #[must_use]
    pub fn max_tokens(self, most: u32) -> Self {
        self.with(|agent| agent.options.max_tokens = Some(most))
    }

    /// Draws from the likeliest words alone whose probabilities add up to this.
    #[must_use]
    pub fn top_p(self, part: f64) -> Self {
        self.with(|agent| agent.options.top_p = Some(part))
    }

    /// Texts that end an answer.
    #[must_use]
    pub fn stop(self, texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.with(|agent| agent.options.stop = texts.into_iter().map(Into::into).collect())
    }

    /// What the drawing of words starts from.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        self.with(|agent| agent.options.seed = Some(seed))
    }

    /// What a million tokens cost, in US dollars, so that the record has what was spent.
    #[must_use]
    pub fn prices(self, input: f64, output: f64) -> Self {
        self.with(|agent| agent.options.prices = Some(Prices { input, output }))
    }

    /// Keeps what was said in the session's context, under `memory/{name}`, and begins the next call with it. Agents that
    /// name the same memory share it.
    #[must_use]
    pub fn memory(self, name: &str) -> Self {
        self.with(|agent| agent.memory = Some(memory_key(name)))
    }

    /// How many messages are remembered, the latest ones; 40 unless set.
    #[must_use]
    pub fn memory_messages(self, most: usize) -> Self {
        self.with(|agent| agent.memory_messages = most)
    }

    fn with(mut self, change: impl FnOnce(&mut Agent)) -> Self {
        change(Arc::make_mut(&mut self.agent));
        self
    }

    /// Calls it, and hands its text over as it is written.
    pub(super) async fn stream(
        &self,
        input: AgentInput,
        pieces: &mpsc::Sender<String>,
    ) -> Result<AgentResult<T>, Failure>
    where
        T: DeserializeOwned,
    {
        self.agent.talk(input, Some(pieces)).await
    }
}

impl<T> Clone for AgentNode<T> {
    fn clone(&self) -> Self {
        Self { agent: self.agent.clone(), output: PhantomData }
    }
}

impl<T> fmt::Debug for AgentNode<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgentNode").field(&self.agent.name).finish()
    }
}

impl<T: Serialize + DeserializeOwned + Send> Node for AgentNode<T> {
    type Input = AgentInput;
    type Output = AgentResult<T>;

    fn name(&self) -> &Arc<str> {
        &self.agent.name
    }

    fn kind(&self) -> CallKind {
        CallKind::Agent
    }

    async fn run(&self, input: AgentInput) -> Result<AgentResult<T>, Failure> {
        self.agent.talk(input, None).await
    }
}

impl<T: Serialize + DeserializeOwned + Send + Sync + 'static> From<AgentNode<T>> for AgentTool {
    fn from(agent: AgentNode<T>) -> Self {
        let Agent { name, description, .. } = &*agent.agent;
        let (name, description) = (name.clone(), description.clone());
        Self::from(Tool::agent(&name, &description, move |session: Session, text| {
            let agent = agent.clone();
            async move { Ok(session.call(&agent, text).await?.text) }
        }))
    }
}

impl Agent {
    async fn talk<T: DeserializeOwned>(
        &self,
        input: AgentInput,
        pieces: Option<&mpsc::Sender<String>>,
    ) -> Result<AgentResult<T>, Failure> {
        let session = Session::current().ok_or(Error::Closed)?;
        let mut turns = Turns::new(self.options.clone(), self.opening(&session, input).await?);
        loop {
            let request = turns.request()?;
            let ask = Ask {
                name: &self.model_name,
                model: &*self.model,
                prices: self.options.prices,
                pieces,
                given: AtomicBool::new(false),
            };
            let answer = session.call(&ask, request).await?;
            if let Some(pieces) = pieces
                && !ask.given.load(Ordering::Relaxed)
                && !answer.text.is_empty()
            {
                // It came from the record.
                let _ = pieces.send(answer.text.clone()).await;
            }
            let wanted = turns.answered(&answer);
            if !wanted.is_empty() {
                turns.results(self.tools(&session, wanted).await?);
                continue;
            }
            let structured = match self.structured(&turns) {
                Ok(structured) => structured,
                Err(detail) => {
                    turns.wrong(&detail)?;
                    continue;
                }
            };
            if let Some(key) = &self.memory {
                session.context().put(key, turns.memory(self.memory_messages))?;
            }
            return Ok(AgentResult {
                text: turns.text().to_owned(),
                structured,
                messages: turns.messages().to_vec(),
                usage: turns.used(),
            });
        }
    }

    /// The messages that a call begins with.
    async fn opening(&self, session: &Session, input: AgentInput) -> Result<Vec<Message>, Error> {
        let may_change = |text: &String| prompt::may_fill(text);
        let depends = self.memory.is_some()
            || self.system.as_ref().is_some_and(may_change)
            || matches!(&input, AgentInput::Text(text) if may_change(text));
        let inject = session.settings().prompt_injection;
        let messages = |input| self.messages(session.context(), inject, input);
        if depends {
            session.call(&Opening { name: "prompt".into(), messages }, input).await
        } else {
            messages(input)
        }
    }

    fn messages(&self, context: &Context, inject: bool, input: AgentInput) -> Result<Vec<Message>, Error> {
        let fill = |text: &str| {
            let value = |key: &str| context.get::<Value>(key).map(|value| prompt::text_of(key, &value));
            if inject { prompt::fill(text, value) } else { text.to_owned() }
        };
        let mut messages = Vec::new();
        messages.extend(self.system.as_deref().map(|text| Message::system(fill(text))));
        if let Some(key) = &self.memory {
            messages.extend(context.get::<Vec<Message>>(key).unwrap_or_default());
        }
        match input {
            AgentInput::Text(text) => messages.push(Message::user(fill(&text))),
            AgentInput::Messages(given) => messages.extend(given),
        }
        Ok(messages)
    }

    /// Calls the tools, all at the same time; they begin in the model's order, and so stand in the record.
    async fn tools(&self, session: &Session, wanted: Vec<Wanted>) -> Result<Vec<String>, Error> {
        let calls = wanted.into_iter().map(|wanted| async move {
            if let Some(refused) = wanted.refused {
                return Ok(refused);
            }
            match self.tools.iter().find(|tool| tool.name() == wanted.name) {
                Some(tool) => tool.call(session, &wanted.arguments).await,
                None => Ok(format!("There is no tool {:?}.", wanted.name)),
            }
        });
        let calls: Vec<_> = calls.collect();
        let results = futures_util::stream::iter(calls).buffered(session.settings().max_concurrency);
        let results: Vec<Result<String, Error>> = results.collect().await;
        results.into_iter().collect()
    }

    /// The last answer as what it is to be; what is wrong with it is for the model to read.
    fn structured<T: DeserializeOwned>(&self, turns: &Turns) -> Result<Option<T>, String> {
        if self.options.output.is_none() {
            return Ok(None);
        }
        serde_json::from_value(turns.value()?).map(Some).map_err(|error| error.to_string())
    }
}
