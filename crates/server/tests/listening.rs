//! Where a server may listen.
#![allow(clippy::unwrap_used)]

mod support;

use sessiond_core::{Principal, Role};
use sessiond_engine::NewKey;
use sessiond_server::{AdminKey, Error, Options, Server};
use support::{Bench, engine, options};

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let bench = Bench::keyless().await;
    let address = bench.handle.as_ref().unwrap().address();
    let options = Options { listen: address.to_string(), ..options() };
    let Err(error) = Server::bind(bench.engine.clone(), options).await else {
        panic!("two servers on one port");
    };
    assert!(matches!(error, Error::Taken { .. }), "{error}");
    assert!(error.to_string().contains(&address.port().to_string()), "{error}");
    bench.stop().await;
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir).await;
    let open = Options { listen: "0.0.0.0:0".to_owned(), ..options() };
    let Err(error) = Server::bind(engine.clone(), open.clone()).await else {
        panic!("open to everybody");
    };
    assert!(matches!(error, Error::KeysNeeded { .. }), "{error}");
    assert!(error.to_string().contains("sessiond key create"), "{error}");
    let with_admin = Options { admin_key: Some(AdminKey::new("k").unwrap()), ..open.clone() };
    assert!(Server::bind(engine.clone(), with_admin).await.is_ok());
    let new = NewKey { name: "x".to_owned(), role: Role::Admin, agents: Vec::new(), expires_in: None };
    let (key, _) = engine.create_key(&Principal::engine(), new).await.unwrap();
    let server = Server::bind(engine.clone(), open).await.unwrap().start();
    // When the last key goes, nobody gets in; the server does not open itself.
    engine.revoke_key(&Principal::engine(), &key.key_id).await.unwrap();
    support::install_tls();
    let url = format!("http://127.0.0.1:{}/sessions", server.address().port());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(client.get(url).send().await.unwrap().status(), 401);
    server.stop().await;
    engine.shutdown().await;
}

#[tokio::test]
async fn what_is_no_address_is_told_with_an_example() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(&dir).await;
    for listen in ["", "8080", "127.0.0.1", "no.such.host.invalid:80", "127.0.0.1:99999"] {
        let Err(error) =
            Server::bind(engine.clone(), Options { listen: listen.to_owned(), ..options() }).await
        else {
            panic!("{listen:?} was taken");
        };
        assert!(error.to_string().contains("127.0.0.1:8080"), "{error}");
    }
    assert!(AdminKey::new("").is_err() && AdminKey::new("two words").is_err() && AdminKey::new("ä").is_err());
    engine.shutdown().await;
}

#[tokio::test]
async fn a_server_whose_directory_is_gone_is_not_ready() {
    support::install_tls();
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let store = sessiond_store_sqlite::Sqlite::open(&dir, Default::default()).unwrap();
    let engine = sessiond_engine::Engine::open(std::sync::Arc::new(store), Default::default()).await.unwrap();
    let server = Server::bind(engine.clone(), options()).await.unwrap().start();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ready =
        async || client.get(format!("{}/ready", server.url())).send().await.unwrap().status().as_u16();
    assert_eq!(ready().await, 200);
    std::fs::remove_dir_all(&dir).unwrap();
    // An answer holds for half a second.
    let gone = async {
        while ready().await == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), gone).await.expect("it says that it is ready");
    let patch = client.post(format!("{}/sessions", server.url())).json(&serde_json::json!({}));
    assert_eq!(patch.send().await.unwrap().status().as_u16(), 500);
    server.stop().await;
    engine.shutdown().await;
}
