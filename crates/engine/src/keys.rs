//! Keys: who may come in. Only a hash of each is kept, so a copy of the store opens nothing.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use parking_lot::RwLock;
use sessiond_core::{AgentPattern, Principal, Role, Span, limits};
use sessiond_store::{KeyRecord, Op, Store};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{Engine, Error};

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

/// A key's secret: it is shown once, and never written anywhere.
#[derive(Clone)]
pub struct Secret(String);

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

/// All keys, in memory.
#[derive(Default)]
pub(crate) struct Keyring {
    keys: RwLock<Arc<Vec<KeyRecord>>>,
}

impl Keyring {
    pub(crate) async fn load(store: &dyn Store) -> Result<Self, Error> {
        let ring = Self::default();
        ring.reload(store).await?;
        Ok(ring)
    }

    pub(crate) async fn reload(&self, store: &dyn Store) -> Result<(), Error> {
        let keys = store.keys().await?;
        *self.keys.write() = Arc::new(keys);
        Ok(())
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
        Some(Principal { name: key.name.clone(), role: key.role, agents: key.agents.clone() })
    }

    /// All keys, those that are no longer valid included.
    pub fn keys(&self, principal: &Principal) -> Result<Vec<KeyRecord>, Error> {
        only_admin(principal)?;
        Ok(self.shared.keyring.keys.read().to_vec())
    }

    /// Makes a key. The secret is told this once.
    pub async fn create_key(&self, principal: &Principal, new: NewKey) -> Result<(KeyRecord, Secret), Error> {
        only_admin(principal)?;
        if self.shared.keyring.keys.read().len() as u64 >= limits::KEYS {
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
        self.put_key(key.clone()).await?;
        Ok((key, secret))
    }

    /// Ends a key's validity at once.
    pub async fn revoke_key(&self, principal: &Principal, key_id: &str) -> Result<KeyRecord, Error> {
        only_admin(principal)?;
        let keys = self.shared.keyring.keys.read().clone();
        let mut key = keys.iter().find(|key| key.key_id == key_id).cloned().ok_or(Error::KeyNotFound)?;
        if key.revoked_at.is_none() {
            key.revoked_at = Some(self.now());
            self.put_key(key.clone()).await?;
        }
        Ok(key)
    }

    async fn put_key(&self, key: KeyRecord) -> Result<(), Error> {
        let _ = self.write(Op::PutKey(Box::new(key))).await?;
        self.shared.keyring.reload(&*self.shared.store).await
    }
}

fn only_admin(principal: &Principal) -> Result<(), Error> {
    if principal.role == Role::Admin {
        return Ok(());
    }
    Err(Error::Forbidden("only an administrator's key may do this".into()))
}
