//! `sessiond model serve`.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use sessiond_engine::{Clock as _, System};
use sessiond_model::Model as _;
use sessiond_model_gguf::Gguf;
use sessiond_model_gguf::serve::{Admission, Key, Options, router};
use sessiond_server::{Error, Listener, sent_from_elsewhere};
use tokio_util::sync::CancellationToken;

use super::{Context, Serve};
use crate::signals::Signals;

/// How long answers that are under way may take to end.
const GRACE: Duration = Duration::from_secs(5);

impl Serve {
    pub(super) async fn run(self, context: Context) -> anyhow::Result<()> {
        let mut signals = Signals::catch()?;
        let key = self.api_key.filter(|key| !key.is_empty()).map(Key::new).transpose()?;
        let listener = match Listener::bind(&self.listen, key.is_some()).await {
            Err(Error::KeysNeeded { address }) => anyhow::bail!(
                "{address} can be reached from other machines, and whoever reaches a model may use it: set \
                 SESSIOND_MODEL_KEY to a key that callers then need, or listen on 127.0.0.1 alone"
            ),
            listener => listener?,
        };
        let model = tokio::select! {
            model = Gguf::load(&self.file) => model?,
            () = signals.next() => return Ok(()),
        };
        let model = match self.name {
            Some(name) => model.with_name(name),
            None => model,
        };
        let said = format!("{} listens on {}/v1", model.name(), listener.url());
        let router = router(Options {
            model: Arc::new(model),
            admission: key.map_or(Admission::Unless(sent_from_elsewhere), Admission::Key),
            now: || u64::try_from(System.now().millis() / 1000).unwrap_or_default(),
        });
        context.out.line(format_args!("{said}"))?;
        let shutdown = CancellationToken::new();
        let answering = listener.answer(router, shutdown.clone(), GRACE, ready(()));
        let asked_to_end = async {
            signals.next().await;
            shutdown.cancel();
            signals.next().await;
        };
        tokio::select! {
            () = answering => Ok(()),
            () = asked_to_end => {
                anyhow::bail!("stopped before everything had ended, because it was asked twice")
            }
        }
    }
}
