//! Frames that wait to be written: bounded in their number and in their bytes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::ws::Message;
use sessiond_core::limits;
use tokio::sync::{Notify, mpsc};

/// Frames that wait to be written; when there are as many, nothing more is read for the peer.
const QUEUE: usize = 64;

/// The end into which frames are put; cheap to clone.
#[derive(Clone)]
pub(super) struct Out {
    frames: mpsc::Sender<Message>,
    load: Arc<Load>,
}

/// The end from which frames are written.
pub(super) struct Outgoing {
    frames: mpsc::Receiver<Message>,
    load: Arc<Load>,
    writing: usize,
}

/// The bytes of the frames that wait.
#[derive(Default)]
struct Load {
    bytes: AtomicUsize,
    less: Notify,
}

/// A place for one frame.
pub(super) struct Room<'a> {
    place: mpsc::Permit<'a, Message>,
    load: &'a Load,
}

/// The writer has ended.
pub(super) struct Ended;

pub(super) fn channel() -> (Out, Outgoing) {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let load = Arc::<Load>::default();
    (Out { frames: sender, load: load.clone() }, Outgoing { frames: receiver, load, writing: 0 })
}

impl Out {
    /// Waits for a place. The frame that takes it may exceed the limit of bytes, which then holds up those after it.
    pub(super) async fn room(&self) -> Result<Room<'_>, Ended> {
        loop {
            let less = self.load.less.notified();
            if self.load.bytes.load(Ordering::Acquire) < limits::SOCKET_BYTES {
                break;
            }
            tokio::select! {
                () = less => {}
                () = self.frames.closed() => return Err(Ended),
            }
        }
        let place = self.frames.reserve().await.map_err(|_| Ended)?;
        Ok(Room { place, load: &self.load })
    }

    /// Puts a frame in when there is a place for it.
    pub(super) async fn send(&self, frame: Message) -> Result<(), Ended> {
        self.room().await.map(|room| room.put(frame))
    }

    /// Puts a frame without content in, unless too many wait.
    pub(super) fn try_send(&self, frame: Message) {
        let _ = self.frames.try_reserve().map(|place| Room { place, load: &self.load }.put(frame));
    }
}

impl Room<'_> {
    pub(super) fn put(self, frame: Message) {
        self.load.bytes.fetch_add(bytes(&frame), Ordering::AcqRel);
        self.place.send(frame);
    }
}

impl Outgoing {
    /// The next frame to write; the one before it is written then.
    pub(super) async fn next(&mut self) -> Option<Message> {
        self.load.bytes.fetch_sub(std::mem::take(&mut self.writing), Ordering::AcqRel);
        self.load.less.notify_waiters();
        let frame = self.frames.recv().await?;
        self.writing = bytes(&frame);
        Some(frame)
    }
}

fn bytes(frame: &Message) -> usize {
    match frame {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn large_frames_hold_up_others_until_they_are_written() {
        let (out, mut outgoing) = channel();
        let large = Message::text("x".repeat(limits::SOCKET_BYTES - 1));
        assert!(out.send(large.clone()).await.is_ok());
        // The second one exceeds the limit, and is the last that does.
        assert!(out.send(large.clone()).await.is_ok());
        let third = out.send(Message::text("z"));
        tokio::pin!(third);
        assert!(timeout(Duration::from_millis(50), &mut third).await.is_err(), "3 frames wait");
        assert_eq!(outgoing.next().await, Some(large.clone()));
        assert!(
            timeout(Duration::from_millis(50), &mut third).await.is_err(),
            "one is written, and not yet gone"
        );
        assert_eq!(outgoing.next().await, Some(large));
        assert!(third.await.is_ok());
        drop(outgoing);
        assert!(out.send(Message::text("z")).await.is_err());
    }
}
