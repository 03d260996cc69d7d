//! Agents and keys.

use super::*;
use crate::{AgentRecord, KeyRecord};
use sessiond_core::{AgentPattern, Role};

fn record(name: &str, owner: &str) -> AgentRecord {
    AgentRecord {
        agent_id: agent(name),
        owner: owner.into(),
        registration: r#"{"a": "ä 'x'"}"#.into(),
        registered_at: at(1_000),
    }
}

fn put(record: &AgentRecord, expected_owner: Option<&str>) -> Op {
    Op::PutAgent { record: Box::new(record.clone()), expected_owner: expected_owner.map(str::to_owned) }
}

fn delete(name: &str, expected_owner: Option<&str>) -> Op {
    Op::DeleteAgent { agent_id: agent(name), expected_owner: expected_owner.map(str::to_owned) }
}

pub async fn an_agent_changes_only_for_who_knows_its_owner(backend: &dyn Backend) {
    let store = open(backend).await;
    let present = |owner: Option<&str>| Refusal::Owner { present: owner.map(str::to_owned) };
    let (anns, bobs) = (record("a", "ann"), record("a", "bob"));
    assert_eq!(refused(&store, put(&bobs, Some("ann"))).await, present(None));
    // Of two who found it free at once, one gets it.
    let answers = store.write(vec![put(&anns, None), put(&bobs, None)]).await.unwrap();
    assert_eq!(answers, [Ok(Done::Ok), Err(present(Some("ann")))]);
    assert_eq!(refused(&store, put(&bobs, Some("bob"))).await, present(Some("ann")));
    assert_eq!(refused(&store, delete("a", Some("bob"))).await, present(Some("ann")));
    assert_eq!(refused(&store, delete("a", None)).await, present(Some("ann")));
    assert_eq!(store.agent(&agent("a")).await.unwrap(), Some(anns));
    assert_eq!(do_one(&store, delete("a", Some("ann"))).await, Done::Ok);
    assert_eq!(refused(&store, delete("a", Some("ann"))).await, present(None));
    done(&store, vec![put(&bobs, None)]).await;
}

pub async fn an_agent_is_registered_replaced_listed_and_removed(backend: &dyn Backend) {
    let store = open(backend).await;
    let (a, b, c) = (record("a", "ann"), record("b", "ann"), record("c", "ann"));
    done(&store, vec![put(&c, None), put(&a, None), put(&b, None)]).await;
    assert_eq!(store.agent(&agent("a")).await.unwrap(), Some(a.clone()));
    assert_eq!(store.agent(&agent("none")).await.unwrap(), None);
    let replaced = record("a", "bob");
    done(&store, vec![put(&replaced, Some("ann"))]).await;
    assert_eq!(store.agents(None, 2).await.unwrap(), [replaced.clone(), b.clone()]);
    assert_eq!(store.agents(Some(&agent("a")), 9).await.unwrap(), [b, c.clone()]);
    assert_eq!(store.agents(Some(&agent("c")), 9).await.unwrap(), []);
    assert_eq!(do_one(&store, delete("b", Some("ann"))).await, Done::Ok);
    assert_eq!(store.agents(None, 9).await.unwrap(), [replaced, c]);
    let refusal = refused(&store, delete("b", None)).await;
    assert_eq!(refusal, Refusal::NotFound);
}

pub async fn a_key_is_kept_replaced_and_listed_oldest_first(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(store.keys().await.unwrap(), []);
    let key = |id: &str, millis, role| KeyRecord {
        key_id: id.into(),
        hash: [9; 32],
        name: "ann".into(),
        role,
        agents: vec![AgentPattern("test://*".into()), AgentPattern("x://y".into())],
        created_at: at(millis),
        expires_at: Some(at(9_000)),
        revoked_at: None,
    };
    let put = |key: &KeyRecord| Op::PutKey { key: Box::new(key.clone()), answer: None };
    let (young, old) = (key("young", 20, Role::Client), key("old", 10, Role::Agent));
    let mut admin = key("admin", 15, Role::Admin);
    done(&store, vec![put(&young), put(&old), put(&admin)]).await;
    assert_eq!(store.keys().await.unwrap(), [old.clone(), admin.clone(), young.clone()]);
    admin.revoked_at = Some(at(30));
    admin.expires_at = None;
    done(&store, vec![put(&admin)]).await;
    assert_eq!(store.keys().await.unwrap(), [old.clone(), admin.clone(), young.clone()]);
    let once = |key: &KeyRecord, at| Op::PutKey { key: Box::new(key.clone()), answer: Some(answer("k", at)) };
    let (first, second) = (key("z1", 40, Role::Client), key("z2", 41, Role::Client));
    done(&store, vec![once(&first, 1)]).await;
    assert_eq!(refused(&store, once(&second, 2)).await, Refusal::Answered(answer("k", 1)));
    assert_eq!(store.keys().await.unwrap(), [old, admin, young, first]);
}
