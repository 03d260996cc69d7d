//! Keys: who may come in. Only a hash of each is kept, so a copy of the store opens nothing.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use sessiond_core::{AgentPattern, Principal, Role, Span, Timestamp, limits};
use sessiond_store::{Answer, KeyRecord, Op, Refusal, Store};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use crate::actor::Slot;
use crate::{Engine, Error, Idempotency};

/// A key to make.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whom it stands for.
    pub name: String,
    /// What it may do at all.
    pub role: Role,
    /// Which agents it may act as.
    pub agents: Vec<AgentPattern>,
    /// How long it is valid.
    pub expires_in: Option<Span>,
}

/// The secret of a key, or a session's token: it is shown once, and never written anywhere.
#[derive(Clone)]
pub struct Secret(pub(crate) String);

impl Secret {
    /// The secret itself, to show to whom it is for.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Principals without a stored key: the person at this machine, the engine, and the configured key. No stored key may have
/// one of these names.
pub const UNSTORED: &[&str] = &["local", "sessiond", "admin"];

/// The longest wait for a key's expiry without a look at the clock, which may be set.
const LONGEST_SLEEP: Span = Span::from_secs(30);

/// How long a caller that was admitted may stay: until its key is revoked or expires, or its session's token is replaced
/// or goes with the session. All who wait for it are notified, see [`Engine::ended`].
#[derive(Clone, Default)]
pub struct Stay {
    pub(crate) revoked: CancellationToken,
    pub(crate) expires_at: Option<Timestamp>,
    /// The session whose token it is. It stays in memory, where its end is noticed.
    pub(crate) session: Option<Arc<Slot>>,
}

impl fmt::Debug for Stay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.session.as_ref().map(|slot| &slot.id);
        f.debug_struct("Stay").field("expires_at", &self.expires_at).field("session", &session).finish()
    }
}

impl Stay {
    /// A stay that nothing ends.
    pub fn unlimited() -> Self {
        Self::default()
    }
}

/// All keys, in memory.
#[derive(Default)]
pub(crate) struct Keyring {
    keys: RwLock<Arc<Vec<KeyRecord>>>,
    /// Cancelled when their key is revoked, by key id.
    revoked: Mutex<HashMap<String, CancellationToken>>,
    /// Cancelled when there is a key: callers without one were admitted until then.
    keyed: CancellationToken,
    /// Held from a write until what it changed is here too, and while all is read anew: an older list must not take
    /// the place of a newer one.
    turn: tokio::sync::Mutex<()>,
}

/// What is kept of the answer to a request that made a key: not the secret.
#[derive(Serialize, Deserialize)]
struct Made {
    key_id: String,
}

impl Keyring {
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, Error> {
        let ring = Self::default();
        ring.reload(store).await?;
        Ok(ring)
    }

    pub(crate) async fn reload(&self, store: &dyn Store) -> Result<(), Error> {
        let _turn = self.turn.lock().await;
        self.read(store).await
    }

    /// Reads all keys; the caller has the turn.
    async fn read(&self, store: &dyn Store) -> Result<(), Error> {
        let keys = store.keys().await?;
        *self.keys.write() = Arc::new(keys);
        self.notify();
        Ok(())
    }

    /// Ends the stays that the present keys do not allow.
    fn notify(&self) {
        let keys = self.keys.read().clone();
        if !keys.is_empty() {
            self.keyed.cancel();
        }
        let mut revoked = self.revoked.lock();
        for key in keys.iter().filter(|key| key.revoked_at.is_some()) {
            revoked.entry(key.key_id.clone()).or_default().cancel();
        }
        let known: HashSet<&str> = keys.iter().map(|key| key.key_id.as_str()).collect();
        for (_, gone) in revoked.iter().filter(|(id, _)| !known.contains(id.as_str())) {
            gone.cancel();
        }
    }

    /// A stay with that key. One that was revoked meanwhile has ended already.
    fn stay(&self, key: &KeyRecord) -> Stay {
        let revoked = self.revoked.lock().entry(key.key_id.clone()).or_default().clone();
        Stay { revoked, expires_at: key.expires_at, session: None }
    }

    fn get(&self, key_id: &str) -> Option<KeyRecord> {
        self.keys.read().iter().find(|key| key.key_id == key_id).cloned()
    }

    /// Takes over a key that is durable.
    fn keep(&self, key: KeyRecord) {
        {
            let mut keys = self.keys.write();
            let keys = Arc::make_mut(&mut keys);
            match keys.iter_mut().find(|known| known.key_id == key.key_id) {
                Some(known) => *known = key,
                None => keys.push(key),
            }
            keys.sort_by(|a, b| (a.created_at, &a.key_id).cmp(&(b.created_at, &b.key_id)));
        }
        self.notify();
    }
}

/// The hash under which a secret is kept. The secrets are random, so a fast hash is as good as a slow one.
fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

impl Engine {
    /// Whether any key was ever made. When the last one expires or is revoked the door stays closed: a server must not
    /// open to everybody because time passes.
    pub fn has_keys(&self) -> bool {
        !self.shared.keyring.keys.read().is_empty()
    }

    /// Whom a secret stands for; nobody when it is unknown, expired or revoked. The comparison takes the same time
    /// for every key, so its time tells nothing.
    pub fn authenticate(&self, secret: &str) -> Option<Principal> {
        self.admit(secret).map(|(principal, _)| principal)
    }

    /// As [`authenticate`](Self::authenticate), with how long the caller may stay.
    pub fn admit(&self, secret: &str) -> Option<(Principal, Stay)> {
        let presented = hash(secret);
        let keys = self.shared.keyring.keys.read().clone();
        let mut found = None;
        for key in keys.iter() {
            if bool::from(key.hash.ct_eq(&presented)) {
                found = Some(key);
            }
        }
        let now = self.now();
        let key = found.filter(|key| key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now))?;
        let principal = Principal::new(key.name.clone(), key.role, key.agents.clone());
        Some((principal, self.shared.keyring.stay(key)))
    }

    /// Whether a principal could still come in: with a key of that name and exactly those rights, or without a stored key,
    /// as the person at this machine and the configured administrator do.
    pub(crate) fn is_valid(&self, principal: &Principal) -> bool {
        let keys = self.shared.keyring.keys.read();
        let now = self.now();
        let is_its = |key: &&KeyRecord| {
            key.name == principal.name && key.role == principal.role && key.agents == principal.agents
        };
        let is_valid = |key: &KeyRecord| key.revoked_at.is_none() && key.expires_at.is_none_or(|at| at > now);
        UNSTORED.contains(&principal.name.as_str()) || keys.iter().filter(is_its).any(is_valid)
    }

    /// How long a caller without a key may stay: until there is a key.
    pub fn keyless_stay(&self) -> Stay {
        Stay { revoked: self.shared.keyring.keyed.clone(), ..Stay::default() }
    }

    /// Waits until a stay ends: at the moment when the key is revoked, in this process or another, or expires.
    pub async fn ended(&self, stay: &Stay) {
        let expired = async {
            let Some(at) = stay.expires_at else {
                return std::future::pending().await;
            };
            while self.now() < at {
                self.clock().sleep_until(at.min(self.now().after(LONGEST_SLEEP))).await;
            }
        };
        tokio::select! {
            () = stay.revoked.cancelled() => {}
            () = expired => {}
        }
    }

    /// All keys, those that are no longer valid included.
    pub fn keys(&self, principal: &Principal) -> Result<Vec<KeyRecord>, Error> {
        only_admin(principal)?;
        Ok(self.shared.keyring.keys.read().to_vec())
    }

    /// Makes a key. The secret is told this once.
    pub async fn create_key(&self, principal: &Principal, new: NewKey) -> Result<(KeyRecord, Secret), Error> {
        match self.create_key_once(principal, new, None).await? {
            (key, Some(secret)) => Ok((key, secret)),
            (_, None) => Err(Error::Conflict), // only a repeat has no secret
        }
    }

    /// Makes a key, unless the same request made it before: then that key is the answer, and its secret is not, which
    /// nobody knows any more.
    pub async fn create_key_once(
        &self,
        principal: &Principal,
        new: NewKey,
        idempotency: Option<Idempotency>,
    ) -> Result<(KeyRecord, Option<Secret>), Error> {
        only_admin(principal)?;
        let engine = self.clone();
        self.whole(async move { engine.make_key(new, idempotency).await }).await
    }

    async fn make_key(
        &self,
        new: NewKey,
        idempotency: Option<Idempotency>,
    ) -> Result<(KeyRecord, Option<Secret>), Error> {
        let keyring = &self.shared.keyring;
        let _turn = keyring.turn.lock().await;
        // The limit must not refuse a repeat of what reached it.
        if let Some(idempotency) = &idempotency
            && let Some(answer) = self.shared.store.answer(&idempotency.scope, &idempotency.key).await?
        {
            return Ok((self.key_made(idempotency, &answer).await?, None));
        }
        if keyring.keys.read().len() as u64 >= limits::KEYS {
            return Err(Error::LimitReached { what: "keys", limit: limits::KEYS });
        }
        let mut bytes = [0; 32];
        self.shared.options.ids.secret(&mut bytes);
        let secret = Secret(format!("sk_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)));
        let now = self.now();
        let key = KeyRecord {
            key_id: self.fresh_id("key"),
            hash: hash(secret.reveal()),
            name: new.name,
            role: new.role,
            agents: new.agents,
            created_at: now,
            expires_at: new.expires_in.map(|span| now.after(span)),
            revoked_at: None,
        };
        let made = serde_json::to_string(&Made { key_id: key.key_id.clone() })
            .expect("a name can always be written as JSON");
        let answer = idempotency.clone().map(|idempotency| idempotency.answer(None, made, now));
        match (self.write(Op::PutKey { key: Box::new(key.clone()), answer }).await?, idempotency) {
            (Ok(_), _) => {
                keyring.keep(key.clone());
                Ok((key, Some(secret)))
            }
            (Err(Refusal::Answered(answer)), Some(idempotency)) => {
                Ok((self.key_made(&idempotency, &answer).await?, None))
            }
            (Err(refusal), _) => Err(refusal.into()),
        }
    }

    /// The key that the same request made before; the caller has the keyring's turn.
    async fn key_made(&self, idempotency: &Idempotency, answer: &Answer) -> Result<KeyRecord, Error> {
        idempotency.same(answer)?;
        let made: Made = serde_json::from_str(&answer.body).map_err(|error| {
            Error::Store(sessiond_store::Error::Failed(format!("a kept answer cannot be read: {error}")))
        })?;
        let keyring = &self.shared.keyring;
        if keyring.get(&made.key_id).is_none() {
            // Another process made it a moment ago.
            keyring.read(&*self.shared.store).await?;
        }
        keyring.get(&made.key_id).ok_or(Error::KeyNotFound)
    }

    /// Ends a key's validity at once.
    pub async fn revoke_key(&self, principal: &Principal, key_id: &str) -> Result<KeyRecord, Error> {
        only_admin(principal)?;
        let (engine, key_id) = (self.clone(), key_id.to_owned());
        self.whole(async move { engine.end_key(&key_id).await }).await
    }

    async fn end_key(&self, key_id: &str) -> Result<KeyRecord, Error> {
        let keyring = &self.shared.keyring;
        let _turn = keyring.turn.lock().await;
        let mut key = keyring.get(key_id).ok_or(Error::KeyNotFound)?;
        if key.revoked_at.is_none() {
            key.revoked_at = Some(self.now());
            self.write(Op::PutKey { key: Box::new(key.clone()), answer: None }).await??;
            keyring.keep(key.clone());
        }
        Ok(key)
    }
}

fn only_admin(principal: &Principal) -> Result<(), Error> {
    if principal.role == Role::Admin {
        return Ok(());
    }
    Err(Error::Forbidden("only an administrator's key may do this".into()))
}
