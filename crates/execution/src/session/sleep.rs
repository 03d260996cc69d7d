//! A pause that outlives its process.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sessiond_core::CallKind;

use super::{Session, frame::Frame};
use crate::ambient::now_us;
use crate::error::{Error, Failure};
use crate::node::Node;

static NAME: LazyLock<Arc<str>> = LazyLock::new(|| "sleep".into());

struct Sleep;

impl Node for Sleep {
    type Input = Duration;
    type Output = ();

    fn name(&self) -> &Arc<str> {
        &NAME
    }

    fn kind(&self) -> CallKind {
        CallKind::Other
    }

    async fn run(&self, time: Duration) -> Result<(), Failure> {
        let since_us = Frame::current().and_then(|frame| frame.since_us);
        let gone = since_us.map_or(0, |since| now_us().saturating_sub(since));
        tokio::time::sleep(time.saturating_sub(Duration::from_micros(gone))).await;
        Ok(())
    }
}

/// Waits, from within a node. It is a call in the record: a resumed program waits for what is left of the time.
pub async fn sleep(time: Duration) -> Result<(), Error> {
    match Session::current() {
        Some(session) => session.call(&Sleep, time).await,
        None => Err(Error::Closed),
    }
}
