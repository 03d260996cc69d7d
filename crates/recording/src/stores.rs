//! The stores and spools that this process has open; all its sessions share them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use sessiond_api::{Code, Problem};
use sessiond_background::PerProcess;
use sessiond_client::{Client, store};

use crate::place::Place;
use crate::server::Server;
use crate::spool::Spool;
use crate::threads::run;

/// The stores that this process has open.
#[derive(Default)]
struct Stores {
    engines: Mutex<HashMap<PathBuf, (Client, Place)>>,
    spools: Mutex<HashMap<PathBuf, Arc<Spool>>>,
    /// Two that open one spool at a time would each find the other's lock on what waits in it.
    opening: tokio::sync::Mutex<()>,
}

static STORES: PerProcess<Stores> = PerProcess::new();

fn stores() -> Arc<Stores> {
    STORES.get(Stores::default)
}

/// The engine of this process on the store in `dir`; all sessions of a process share it.
pub async fn engine(dir: &Path) -> Result<Client, Problem> {
    let dir = made(dir)?;
    let stores = stores();
    if let Some((client, place)) = stores.engines.lock().get(&dir)
        && place.is_there()
    {
        return Ok(client.clone());
    }
    run(async move {
        let client = Client::open(&dir).await?;
        let place = Place::of(&client);
        let mut engines = stores.engines.lock();
        // Sessions that run keep the one that was removed with what they recorded.
        let known = engines.entry(dir).or_insert_with(|| (client.clone(), place.clone()));
        if known.1 != place {
            *known = (client, place);
        }
        Ok(known.0.clone())
    })
    .await
}

/// The spool of this process for a server, in a program's directory.
pub async fn spool(dir: &Path, server: &Server) -> Result<Arc<Spool>, Problem> {
    let path = Spool::path(dir, server);
    if !path.exists() {
        // What is no address is told before anything is made for it.
        Client::connect(&server.url, server.key.as_deref())?;
    }
    let path = made(&path)?;
    let stores = stores();
    if let Some(spool) = stores.spools.lock().get(&path) {
        return Ok(spool.clone());
    }
    let server = server.clone();
    run(async move {
        let _opening = stores.opening.lock().await;
        if let Some(spool) = stores.spools.lock().get(&path) {
            return Ok(spool.clone());
        }
        let spool = Spool::open(path.clone(), &server).await?;
        stores.spools.lock().insert(path, spool.clone());
        Ok(spool)
    })
    .await
}

/// A directory by its one name, made when it is missing.
fn made(dir: &Path) -> Result<PathBuf, Problem> {
    store::make_directory(dir).map_err(|error| {
        Problem::new(Code::Internal, format!("cannot make the directory {}: {error}", dir.display()))
    })?;
    dir.canonicalize().map_err(|error| {
        Problem::new(Code::Internal, format!("cannot open the directory {}: {error}", dir.display()))
    })
}

/// Closes the engines of this process. What is recorded must be closed before.
pub async fn close() {
    let stores = stores();
    let spools: Vec<Arc<Spool>> = stores.spools.lock().drain().map(|(_, spool)| spool).collect();
    for spool in spools {
        let _ = run(async move {
            spool.close().await;
            Ok(())
        })
        .await;
    }
    let engines: Vec<Client> = stores.engines.lock().drain().map(|(_, (client, _))| client).collect();
    for client in engines {
        let _ = run(async move {
            client.close().await;
            Ok(())
        })
        .await;
    }
}
