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
