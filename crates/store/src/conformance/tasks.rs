//! Tasks over all sessions.

use super::*;
use crate::{TaskQuery, TaskRow};
use sessiond_core::TaskStatus;

fn task(id: &str, of_session: &str, assignee: &str, status: TaskStatus) -> TaskRow {
    TaskRow { task_id: task_id(id), session_id: session(of_session), assignee: agent(assignee), status }
}

fn with_tasks(mut append: Append, tasks: Vec<TaskRow>) -> Op {
    append.tasks = tasks;
    op(append)
}

pub async fn a_task_is_found_by_its_id_and_listed_newest_first(backend: &dyn Backend) {
    let store = open(backend).await;
    let tasks = vec![
        task("t1", "a", "w1", TaskStatus::Pending),
        task("t2", "a", "w2", TaskStatus::Pending),
        task("t3", "a", "w1", TaskStatus::InProgress),
    ];
    done(&store, vec![with_tasks(append("a", 0, 1), tasks.clone())]).await;
    assert_eq!(store.task(&task_id("t2")).await.unwrap(), Some(tasks[1].clone()));
    assert_eq!(store.task(&task_id("t9")).await.unwrap(), None);
    let changed = task("t1", "a", "w2", TaskStatus::Timeout);
    done(&store, vec![with_tasks(append("a", 1, 1), vec![changed.clone()])]).await;
    let list = |assignee: Option<&str>, status: Option<TaskStatus>| {
        let assignee = assignee.map(agent);
        let query = TaskQuery { assignee, status, limit: 9, ..TaskQuery::default() };
        let store = store.clone();
        async move { store.tasks(query).await.unwrap().items }
    };
    let (t2, t3) = (tasks[1].clone(), tasks[2].clone());
    assert_eq!(list(None, None).await, [t3.clone(), t2.clone(), changed.clone()]);
    assert_eq!(list(Some("w2"), None).await, [t2.clone(), changed.clone()]);
    let both = list(Some("w2"), Some(TaskStatus::Timeout)).await;
    assert_eq!(both, std::slice::from_ref(&changed));
    let in_progress = list(None, Some(TaskStatus::InProgress)).await;
    assert_eq!(in_progress, std::slice::from_ref(&t3));
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = TaskQuery { cursor, limit: 2, ..TaskQuery::default() };
        let page = store.tasks(query).await.unwrap();
        seen.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [t3, t2, changed]);
}

pub async fn a_principal_sees_the_tasks_of_the_sessions_that_it_sees(backend: &dyn Backend) {
    let store = open(backend).await;
    for (id, owner, member) in [("a", "ann", "w1"), ("b", "bob", "w2"), ("c", "bob", "w1")] {
        let Op::Append(mut append) =
            begin(SummaryRow { owner: owner.into(), members: vec![agent(member)], ..row(id) })
        else {
            panic!("it is an append");
        };
        append.tasks = vec![task(&format!("t-{id}"), id, member, TaskStatus::Pending)];
        done(&store, vec![Op::Append(append)]).await;
    }
    let seen = async |owner: &str, agents: &[&str]| {
        let query =
            TaskQuery { visible_to: Some(visibility(owner, agents)), limit: 9, ..TaskQuery::default() };
        let page = store.tasks(query).await.unwrap();
        page.items.into_iter().map(|row| row.session_id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(seen("ann", &[]).await, ["a"]);
    assert_eq!(seen("bob", &[]).await, ["c", "b"]);
    assert_eq!(seen("ann", &["test://w2"]).await, ["b", "a"]);
    assert_eq!(seen("nobody", &["test://w*"]).await, ["c", "b", "a"]);
    assert!(seen("nobody", &[]).await.is_empty());
}

pub async fn the_copy_of_a_task_does_not_take_the_row_of_the_original(backend: &dyn Backend) {
    let store = open(backend).await;
    let original = task("t", "a", "w1", TaskStatus::InProgress);
    let copy = task("t", "fork", "w2", TaskStatus::Completed);
    done(
        &store,
        vec![
            with_tasks(append("a", 0, 1), vec![original.clone()]),
            with_tasks(append("fork", 0, 1), vec![copy.clone()]),
        ],
    )
    .await;
    assert_eq!(store.task(&task_id("t")).await.unwrap(), Some(original));
    // Once the original is gone, the row is free.
    let session_id = session("a");
    done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }]).await;
    done(&store, vec![with_tasks(append("fork", 1, 1), vec![copy.clone()])]).await;
    assert_eq!(store.task(&task_id("t")).await.unwrap(), Some(copy));
}
