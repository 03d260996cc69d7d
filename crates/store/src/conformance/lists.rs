//! Lists of sessions: filters, orders, pages and counts.

use super::*;
use crate::{Counts, ListQuery, Page, Sort, Stats, TaskQuery, TimeRange, Visibility};
use sessiond_core::{AgentPattern, ForkPoint, Progress};

async fn list(store: &Arc<dyn Store>, query: ListQuery) -> Page<SummaryRow> {
    store.list(query).await.expect("it is read")
}

fn ids(rows: &[SummaryRow]) -> Vec<&str> {
    rows.iter().map(|row| row.session_id.as_str()).collect()
}

fn all() -> ListQuery {
    ListQuery { limit: 1_000, ..ListQuery::default() }
}

async fn found(store: &Arc<dyn Store>, query: ListQuery) -> Vec<String> {
    let page = list(store, query).await;
    assert_eq!(page.next_cursor, None);
    ids(&page.items).into_iter().map(String::from).collect()
}

fn created(id: &str, millis: i64) -> SummaryRow {
    SummaryRow { created_at: at(millis), updated_at: at(millis), ..row(id) }
}

fn progress(unit: &'static str, done: u64, total: Option<u64>, failed: u64) -> Progress {
    Progress { unit: unit.into(), done, total, failed }
}

pub async fn a_row_is_read_back_as_it_was_written_with_the_stores_own_revision_and_time(
    backend: &dyn Backend,
) {
    let store = open(backend).await;
    let full = SummaryRow {
        session_id: session("full"),
        kind: Kind::Federated,
        name: Some("Ein Name 'mit' \"allem\" %_\\".into()),
        status: Status::Failed,
        revision: 99,
        owner: "someone".into(),
        client_id: Some("client".into()),
        orchestrator: Some(agent("boss")),
        members: vec![agent("b"), agent("a")],
        labels: [("k".to_owned(), "v".to_owned()), ("empty".to_owned(), String::new())].into(),
        parent: Some(session("parent")),
        forked_from: Some(ForkPoint { session_id: session("original"), revision: 7 }),
        created_at: at(1_000),
        updated_at: at(99),
        expires_at: Some(at(2_000)),
        ended_at: Some(at(3_000)),
        progress: vec![progress("rounds", 1, None, 0), progress("tasks", 3, Some(4), 2)],
        open_questions: 2,
        turns: 3,
        files: 2,
        file_bytes: 700,
    };
    let mut first = append("full", 0, 3);
    first.updated_at = at(1_500);
    first.summary = Some(Box::new(full.clone()));
    done(&store, vec![op(first)]).await;
    let mut more = append("full", 3, 1);
    more.updated_at = at(1_700);
    done(&store, vec![op(more)]).await;
    let page = list(&store, all()).await;
    let expected = SummaryRow { revision: 4, updated_at: at(1_700), ..full };
    assert_eq!(page.items, [expected]);
}

pub async fn each_filter_finds_its_sessions_and_no_other(backend: &dyn Backend) {
    let store = open(backend).await;
    let label = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let rows = [
        row("plain"),
        SummaryRow { kind: Kind::Training, ..row("training") },
        SummaryRow { status: Status::Completed, ..row("completed") },
        SummaryRow { owner: "other".into(), ..row("others") },
        SummaryRow { labels: label("team", "red"), ..row("red") },
        SummaryRow { labels: label("team", "blue"), ..row("blue") },
        SummaryRow { parent: Some(session("plain")), ..row("child") },
        SummaryRow {
            forked_from: Some(ForkPoint { session_id: session("plain"), revision: 1 }),
            ..row("fork")
        },
        SummaryRow {
            kind: Kind::Training,
            status: Status::Completed,
            owner: "other".into(),
            labels: label("team", "red"),
            ..row("both")
        },
    ];
    done(&store, rows.into_iter().map(begin).collect()).await;
    let check = |query: ListQuery, expected: &'static [&'static str]| {
        let store = store.clone();
        async move {
            let mut ids = found(&store, query).await;
            ids.sort();
            assert_eq!(ids, expected);
        }
    };
    let team = |value: Option<&str>| Some(("team".to_owned(), value.map(String::from)));
    let query = ListQuery { kind: Some(Kind::Training), ..all() };
    check(query.clone(), &["both", "training"]).await;
    let query = ListQuery { status: Some(Status::Completed), ..all() };
    check(query, &["both", "completed"]).await;
    let query = ListQuery { owner: Some("other".into()), ..all() };
    check(query, &["both", "others"]).await;
    let query = ListQuery { label: team(None), ..all() };
    check(query, &["blue", "both", "red"]).await;
    let query = ListQuery { label: team(Some("red")), ..all() };
    check(query, &["both", "red"]).await;
    let query = ListQuery { label: team(Some("")), ..all() };
    check(query, &[]).await;
    let query = ListQuery { parent: Some(session("plain")), ..all() };
    check(query, &["child"]).await;
    let query = ListQuery { forked_from: Some(session("plain")), ..all() };
    check(query, &["fork"]).await;
    let query = ListQuery {
        kind: Some(Kind::Training),
        status: Some(Status::Completed),
        owner: Some("other".into()),
        label: team(Some("red")),
        text: Some("bot".into()),
        visible_to: Some(visibility("other", &[])),
        ..all()
    };
    check(query, &["both"]).await;
}

pub async fn a_text_is_found_in_any_case_and_means_itself(backend: &dyn Backend) {
    let store = open(backend).await;
    let named = |id: &str, name: &str| SummaryRow { name: Some(name.into()), ..row(id) };
    let rows = [
        named("s1", "Release 100% done"),
        named("s2", "Release 1000 done"),
        named("s3", "snake_case"),
        named("s4", "snakeXcase"),
        named("s5", "Größe \\ Ärger"),
        SummaryRow { client_id: Some("Client-7".into()), ..row("s6") },
        SummaryRow { orchestrator: Some(agent("Boss")), ..row("s7") },
        row("Some.Id"),
    ];
    done(&store, rows.into_iter().map(begin).collect()).await;
    for (text, expected) in [
        ("100%", vec!["s1"]),
        ("0%", vec!["s1"]),
        ("%", vec!["s1"]),
        ("snake_", vec!["s3"]),
        ("SNAKE", vec!["s3", "s4"]),
        ("GRÖSSE", vec![]),
        ("GRÖßE \\", vec!["s5"]),
        ("ärger", vec!["s5"]),
        ("client-7", vec!["s6"]),
        ("test://boss", vec!["s7"]),
        ("some.id", vec!["Some.Id"]),
        ("someXid", vec![]),
        ("'", vec![]),
    ] {
        let query = ListQuery { text: Some(text.into()), ..all() };
        let mut ids = found(&store, query).await;
        ids.sort();
        assert_eq!(ids, expected, "{text}");
    }
}

fn visible(owner: &str, agents: &[&str]) -> ListQuery {
    ListQuery { visible_to: Some(visibility(owner, agents)), ..all() }
}

async fn check_visibility(store: &Arc<dyn Store>) {
    for (query, expected) in [
        (visible("nobody", &[]), vec![]),
        (visible("ann", &[]), vec!["anns"]),
        (visible("ann", &["test://w1"]), vec!["anns", "w1", "w1w2"]),
        (visible("nobody", &["test://w"]), vec![]),
        (visible("nobody", &["test://w*"]), vec!["w1", "w1w2", "w2"]),
        (visible("nobody", &["test://w1*", "test://w2"]), vec!["w1", "w1w2", "w2"]),
        (visible("nobody", &["test://W*"]), vec![]),
        (visible("nobody", &["test://x_*"]), vec!["x_"]),
    ] {
        let query = ListQuery { kind: Some(Kind::Workflow), ..query };
        let mut ids = found(store, query.clone()).await;
        ids.sort();
        assert_eq!(ids, expected, "{:?}", query.visible_to);
    }
}

async fn people(store: &Arc<dyn Store>) {
    let with_members = |id: &str, members: &[&str]| SummaryRow {
        owner: "boss".into(),
        members: members.iter().map(|name| agent(name)).collect(),
        ..row(id)
    };
    let anns = SummaryRow { owner: "ann".into(), ..row("anns") };
    let rows = [
        anns,
        with_members("w1", &["w1"]),
        with_members("w2", &["w2"]),
        with_members("w1w2", &["w2", "w1"]),
        with_members("x_", &["x_1"]),
        with_members("xy", &["xy1"]),
    ];
    done(store, rows.into_iter().map(begin).collect()).await;
}

pub async fn a_principal_sees_what_it_owns_and_what_its_agents_take_part_in(backend: &dyn Backend) {
    let store = open(backend).await;
    people(&store).await;
    check_visibility(&store).await;
    let everything = visible("boss", &["*"]);
    assert_eq!(found(&store, everything).await.len(), 5);
}

pub async fn a_principal_with_many_sessions_sees_the_same(backend: &dyn Backend) {
    let store = open(backend).await;
    people(&store).await;
    let many = |name: &'static str| {
        (0..2_500).map(move |n| {
            begin(SummaryRow {
                kind: Kind::Execution,
                owner: name.into(),
                members: vec![agent("w1"), agent("x_1")],
                created_at: at(n),
                ..row(&format!("{name}-{n}"))
            })
        })
    };
    done(&store, many("ann").chain(many("nobody")).collect()).await;
    check_visibility(&store).await;
    // Newest first, and page after page, whichever way the store goes about it.
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let query = ListQuery { limit: 700, cursor, ..visible("ann", &[]) };
        let page = list(&store, query).await;
        seen.extend(page.items.into_iter().map(|row| row.created_at));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 2_501);
    assert!(seen.is_sorted_by(|earlier, later| earlier >= later));
}

async fn pages(store: &Arc<dyn Store>, sort: Sort, limit: usize) -> Vec<String> {
    whole(store, ListQuery { sort, limit, ..all() }).await
}

/// All that a query finds, page after page.
async fn whole(store: &Arc<dyn Store>, query: ListQuery) -> Vec<String> {
    let (limit, mut seen, mut cursor) = (query.limit, Vec::new(), None);
    loop {
        let query = ListQuery { cursor, ..query.clone() };
        let page = list(store, query).await;
        assert!(page.items.len() == limit || page.next_cursor.is_none());
        assert!(!page.items.is_empty() || seen.is_empty());
        seen.extend(ids(&page.items).into_iter().map(String::from));
        cursor = page.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}

pub async fn each_order_is_kept_from_page_to_page(backend: &dyn Backend) {
    let store = open(backend).await;
    assert!(pages(&store, Sort::Name, 3).await.is_empty());
    let named = |id: &str, millis, updated, name: Option<&str>| SummaryRow {
        name: name.map(String::from),
        updated_at: at(updated),
        ..created(id, millis)
    };
    let rows = [
        named("s1", 10, 90, Some("delta")),
        named("s2", 20, 80, Some("Alpha")),
        named("s3", 20, 70, None),
        named("s4", 20, 95, Some("alpha")),
        named("s5", 30, 60, Some("Zulu")),
        named("s6", 5, 99, Some("echo")),
    ];
    done(&store, rows.into_iter().map(begin).collect()).await;
    for limit in 1..=7 {
        let by_creation = ["s5", "s4", "s3", "s2", "s1", "s6"];
        assert_eq!(pages(&store, Sort::Created, limit).await, by_creation);
        let by_change = ["s6", "s4", "s1", "s2", "s3", "s5"];
        assert_eq!(pages(&store, Sort::Updated, limit).await, by_change);
        let by_name = ["s2", "s4", "s1", "s6", "s3", "s5"];
        assert_eq!(pages(&store, Sort::Name, limit).await, by_name);
        for (sort, mut order) in
            [(Sort::Created, by_creation), (Sort::Updated, by_change), (Sort::Name, by_name)]
        {
            order.reverse();
            let query = ListQuery { sort, reverse: true, limit, ..all() };
            assert_eq!(whole(&store, query).await, order, "{sort:?} reversed, {limit} at once");
        }
    }
}

pub async fn a_range_of_time_has_its_beginning_and_not_its_end(backend: &dyn Backend) {
    let store = open(backend).await;
    let times = [(10, 40), (20, 20), (20, 30), (30, 90), (40, 60)];
    let rows = times.iter().enumerate().map(|(n, (millis, updated))| {
        begin(SummaryRow { updated_at: at(*updated), ..created(&format!("s{n}"), *millis) })
    });
    done(&store, rows.collect()).await;
    let bounds =
        [None, Some(9), Some(10), Some(20), Some(21), Some(30), Some(40), Some(60), Some(90), Some(91)];
    let sorts = [Sort::Created, Sort::Updated, Sort::Name];
    for since in bounds {
        for until in bounds {
            let within =
                |time: i64| since.is_none_or(|from| from <= time) && until.is_none_or(|to| time < to);
            let range = TimeRange { since: since.map(at), until: until.map(at) };
            for (sort, reverse) in sorts.into_iter().flat_map(|sort| [(sort, false), (sort, true)]) {
                let all = ListQuery { sort, reverse, limit: 2, ..all() };
                for (query, place) in [
                    (ListQuery { created: range, ..all.clone() }, 0),
                    (ListQuery { updated: range, ..all.clone() }, 1),
                ] {
                    let mut ids = whole(&store, query).await;
                    ids.sort();
                    let time = |n: usize| if place == 0 { times[n].0 } else { times[n].1 };
                    let expected: Vec<String> =
                        (0..times.len()).filter(|n| within(time(*n))).map(|n| format!("s{n}")).collect();
                    assert_eq!(ids, expected, "{range:?} {sort:?} {reverse} {place}");
                }
            }
        }
    }
    // Both ranges hold.
    let query = ListQuery {
        created: TimeRange { since: Some(at(20)), until: None },
        updated: TimeRange { since: None, until: Some(at(60)) },
        ..all()
    };
    assert_eq!(found(&store, query).await, ["s2", "s1"]);
}

pub async fn pages_neither_repeat_nor_skip_while_sessions_begin(backend: &dyn Backend) {
    let store = open(backend).await;
    let first = (0..10).map(|n| begin(created(&format!("old{n}"), 100 + n)));
    done(&store, first.collect()).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    for round in 0.. {
        let query = ListQuery { limit: 3, cursor, ..all() };
        let page = list(&store, query).await;
        seen.extend(ids(&page.items).into_iter().map(String::from));
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
        done(&store, vec![begin(created(&format!("new{round}"), 200 + round))]).await;
        // One that was seen goes; the place after it stays a place.
        let session_id = SessionId::parse(seen.last().unwrap().as_str()).unwrap();
        done(&store, vec![Op::DeleteSession { session_id, expected_revision: None }]).await;
    }
    let expected: Vec<String> = (0..10).rev().map(|n| format!("old{n}")).collect();
    assert_eq!(seen, expected);
}

pub async fn a_cursor_of_another_list_is_refused(backend: &dyn Backend) {
    let store = open(backend).await;
    let rows = (0..4).map(|n| begin(created(&format!("s{n}"), n)));
    done(&store, rows.collect()).await;
    let query = ListQuery { limit: 2, ..all() };
    let cursor = list(&store, query.clone()).await.next_cursor.unwrap();
    for (sort, cursor) in [
        (Sort::Updated, cursor.clone()),
        (Sort::Name, cursor.clone()),
        (Sort::Created, "nonsense".to_owned()),
        (Sort::Created, format!("{cursor}0")),
        (Sort::Created, String::new()),
        (Sort::Created, "' OR 1 = 1".to_owned()),
    ] {
        let query = ListQuery { sort, cursor: Some(cursor.clone()), ..query.clone() };
        assert!(matches!(store.list(query).await, Err(Error::Cursor)), "{cursor}");
    }
    let backwards = ListQuery { reverse: true, cursor: Some(cursor.clone()), ..query };
    assert!(matches!(store.list(backwards).await, Err(Error::Cursor)));
    let query = TaskQuery { cursor: Some(cursor), limit: 9, ..TaskQuery::default() };
    assert!(matches!(store.tasks(query).await, Err(Error::Cursor)));
}

pub async fn sessions_are_counted_by_kind_and_status(backend: &dyn Backend) {
    let store = open(backend).await;
    assert_eq!(store.counts().await.unwrap(), Counts::default());
    let training = |id: &str| SummaryRow { kind: Kind::Training, ..row(id) };
    done(&store, vec![begin(row("a")), begin(training("b")), begin(training("c"))]).await;
    let mut end = append("c", 1, 1);
    end.summary = Some(Box::new(SummaryRow { status: Status::Completed, ..training("c") }));
    let mut same = append("b", 1, 1);
    same.summary = Some(Box::new(training("b")));
    let session_id = session("a");
    done(
        &store,
        vec![
            op(end),
            op(same),
            Op::DeleteSession { session_id, expected_revision: None },
            begin(training("d")),
        ],
    )
    .await;
    let expected = [((Kind::Training, Status::Active), 2), ((Kind::Training, Status::Completed), 1)];
    assert_eq!(store.counts().await.unwrap().sessions, expected.into());
}

pub async fn sessions_and_their_turns_are_counted_for_all_and_for_a_principal(backend: &dyn Backend) {
    let store = open(backend).await;
    let visible = |owner: &str, agents: &[&str]| {
        let agents = agents.iter().map(|agent| AgentPattern((*agent).to_owned())).collect();
        Some(Visibility { owner: owner.into(), agents })
    };
    assert_eq!(store.stats(None).await.unwrap(), Stats::default());
    assert_eq!(store.stats(visible("a", &[])).await.unwrap(), Stats::default());
    let owned = |id: &str, owner: &str, millis: i64, turns: u64| SummaryRow {
        owner: owner.into(),
        turns,
        files: turns,
        file_bytes: turns * 100,
        ..created(id, millis)
    };
    let joined = SummaryRow { members: vec![agent("w1")], ..owned("4", "b", 40, 7) };
    done(&store, vec![begin(owned("1", "a", 10, 2)), begin(owned("2", "a", 20, 0))]).await;
    done(&store, vec![begin(owned("3", "b", 30, 5)), begin(joined)]).await;
    let change = |id: &str, row: SummaryRow| {
        let mut change = append(id, 1, 1);
        change.summary = Some(Box::new(row));
        op(change)
    };
    // Only its turns change; its state changes, and both.
    done(&store, vec![change("1", owned("1", "a", 10, 3))]).await;
    let completed = |row| SummaryRow { status: Status::Completed, ..row };
    done(&store, vec![change("2", completed(owned("2", "a", 20, 0)))]).await;
    done(&store, vec![change("3", completed(owned("3", "b", 30, 1)))]).await;
    let stats = |sessions, active, (oldest, newest), turns| Stats {
        sessions,
        active,
        oldest: Some(at(oldest)),
        newest: Some(at(newest)),
        turns,
        files: turns,
        file_bytes: turns * 100,
    };
    assert_eq!(store.stats(None).await.unwrap(), stats(4, 2, (10, 40), 11));
    assert_eq!(store.stats(visible("a", &[])).await.unwrap(), stats(2, 1, (10, 20), 3));
    assert_eq!(store.stats(visible("a", &["test://w*"])).await.unwrap(), stats(3, 2, (10, 40), 10));
    // What a principal sees for two reasons counts once.
    assert_eq!(store.stats(visible("b", &["test://w1"])).await.unwrap(), stats(2, 1, (30, 40), 8));
    done(&store, vec![Op::DeleteSession { session_id: session("4"), expected_revision: None }]).await;
    assert_eq!(store.stats(None).await.unwrap(), stats(3, 1, (10, 30), 4));
}

pub async fn a_changed_row_is_found_by_what_it_is_now(backend: &dyn Backend) {
    let store = open(backend).await;
    let before = SummaryRow {
        name: Some("before".into()),
        members: vec![agent("w1"), agent("w2")],
        labels: [("team".to_owned(), "red".to_owned())].into(),
        ..row("a")
    };
    done(&store, vec![begin(before.clone())]).await;
    let mut change = append("a", 1, 1);
    change.summary = Some(Box::new(SummaryRow {
        name: Some("after".into()),
        status: Status::Completed,
        members: vec![agent("w2"), agent("w3")],
        labels: [("team".to_owned(), "blue".to_owned())].into(),
        ..before
    }));
    done(&store, vec![op(change)]).await;
    let label = |value: &str| ListQuery { label: Some(("team".into(), Some(value.into()))), ..all() };
    let text = |text: &str| ListQuery { text: Some(text.into()), ..all() };
    let status = |status| ListQuery { status: Some(status), ..all() };
    for query in [visible("nobody", &["test://w1"]), label("red"), text("before"), status(Status::Active)] {
        assert!(found(&store, query).await.is_empty());
    }
    for query in [
        visible("nobody", &["test://w2"]),
        visible("nobody", &["test://w3"]),
        label("blue"),
        text("after"),
        status(Status::Completed),
    ] {
        assert_eq!(found(&store, query).await, ["a"]);
    }
}

pub async fn a_row_whose_progress_alone_has_changed_is_read_back_so(backend: &dyn Backend) {
    let store = open(backend).await;
    let before = SummaryRow {
        name: Some("n".into()),
        members: vec![agent("a")],
        progress: vec![progress("calls", 1, Some(2), 0)],
        ..row("s")
    };
    done(&store, vec![begin(before.clone())]).await;
    let further = SummaryRow { progress: vec![progress("calls", 5, Some(9), 1)], ..before };
    let elsewhere = SummaryRow { members: vec![agent("b")], ..further.clone() };
    let both = SummaryRow { name: None, progress: Vec::new(), ..elsewhere.clone() };
    for (revision, row) in (1..).zip([further, elsewhere, both]) {
        let mut change = append("s", revision, 1);
        change.summary = Some(Box::new(row.clone()));
        done(&store, vec![op(change)]).await;
        let found = list(&store, all()).await.items.remove(0);
        let kept = (found.name, found.members, found.progress);
        assert_eq!(kept, (row.name, row.members, row.progress));
    }
    assert_eq!(found(&store, visible("nobody", &["test://b"])).await, ["s"]);
    assert!(found(&store, visible("nobody", &["test://a"])).await.is_empty());
}
