//! Files of assistants' sessions, with the built binary: stored, read, searched, given to the model, cited, and removed.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sessiond_tests::site::Site;

/// A model that answers each request the same, and keeps the requests.
#[derive(Clone, Default)]
struct Model {
    requests: Arc<parking_lot::Mutex<Vec<Value>>>,
}

const ANSWER: &str = "Thirty days [1]. Not this one [99].";

impl Model {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/v1/chat/completions", post(complete)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}/v1")
    }

    /// The messages of the last request.
    fn last(&self) -> Vec<Value> {
        self.requests.lock().last().unwrap()["messages"].as_array().unwrap().clone()
    }
}

async fn complete(State(model): State<Model>, body: String) -> Response {
    let request: Value = serde_json::from_str(&body).unwrap();
    model.requests.lock().push(request);
    let delta = json!({"choices": [{"index": 0, "delta": {"content": ANSWER}}], "model": "scripted"});
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    let stream = format!("data: {delta}\n\ndata: {end}\n\ndata: [DONE]\n\n");
    ([("content-type", "text/event-stream")], stream).into_response()
}

struct World {
    model: Model,
    site: Site,
}

impl std::ops::Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl std::ops::DerefMut for World {
    fn deref_mut(&mut self) -> &mut Site {
        &mut self.site
    }
}

impl World {
    async fn start() -> Self {
        let model = Model::default();
        let site = Site::with_model(&model.start().await, &[]);
        let world = Self { model, site };
        world.create("mine").await;
        world
    }

    async fn create(&self, id: &str) {
        self.expect(201, Method::POST, "/sessions", Some(json!({"session_id": id, "client_id": "me"}))).await;
    }

    async fn send(&self, id: &str, files: Vec<(&str, Vec<u8>)>) -> (StatusCode, Value) {
        let form = files.into_iter().fold(Form::new(), |form, (name, bytes)| {
            form.part("file", Part::bytes(bytes).file_name(name.to_owned()))
        });
        let request = self.request(Method::POST, &format!("/sessions/{id}/files")).multipart(form);
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    /// Uploads a text, and answers its id.
    async fn upload(&self, id: &str, name: &str, text: &str) -> String {
        let (status, added) = self.send(id, vec![(name, text.as_bytes().to_vec())]).await;
        assert_eq!(status, 201, "{added}");
        added["files"][0]["file"]["file_id"].as_str().unwrap().to_owned()
    }

    async fn chat(&self, body: Value) -> Value {
        self.expect(200, Method::POST, "/chat", Some(body)).await
    }

    async fn ask(&self, message: &str) -> Value {
        self.chat(json!({"message": message, "session_id": "mine"})).await
    }

    /// Waits until no file below the store's directory has a text.
    async fn is_gone(&self, text: &str) {
        let begin = Instant::now();
        loop {
            let found = with_text(self.dir.path(), text.as_bytes());
            if found.is_empty() {
                return;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "{text} is still in {found:?}");
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

/// The files below a directory that have a text.
fn with_text(dir: &Path, text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(with_text(&path, text));
        } else if std::fs::read(&path).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text)) {
            found.push(path.display().to_string());
        }
    }
    found
}

const CONTRACT: &str =
    "# Contract\n\n## Notice\n\nThe notice period is thirty days.\n\n## Pay\n\nThe zebrapay is 5000.\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_fits_is_given_once_and_what_the_answer_cites_is_checked() {
    let world = World::start().await;
    let file = world.upload("mine", "contract.md", CONTRACT).await;
    let answer = world.ask("How long is the notice period?").await;
    let first = world.model.last();
    let said = first.last().unwrap()["content"].as_str().unwrap();
    assert!(
        said.contains("<source number=\"1\" from=\"contract.md\">") && said.contains("zebrapay"),
        "{said}"
    );
    let citations = answer["citations"].as_array().unwrap();
    assert_eq!(citations.len(), 1, "{answer}");
    assert_eq!((&citations[0]["file_id"], &citations[0]["number"]), (&json!(file), &json!(1)));
    assert!(citations[0]["quote"].as_str().unwrap().contains("thirty days"), "{answer}");

    // The next request begins with the first one, and has the file no second time.
    world.ask("And the pay?").await;
    let second = world.model.last();
    assert_eq!(second[..first.len()], first);
    assert!(!second.last().unwrap()["content"].as_str().unwrap().contains("zebrapay"));

    // A removed file leaves the disk and the prompt; the quote stays where it was given.
    world.expect(204, Method::DELETE, &format!("/sessions/mine/files/{file}"), None).await;
    world.expect(404, Method::GET, &format!("/sessions/mine/files/{file}"), None).await;
    world.ask("And now?").await;
    let third = world.model.last();
    assert!(third[1]["content"].as_str().unwrap().contains("(This file was removed.)"), "{third:?}");
    let turn = answer["turn"].as_str().unwrap();
    let turn = world.expect(200, Method::GET, &format!("/sessions/mine/turns/{turn}"), None).await;
    assert!(turn["citations"][0]["quote"].as_str().unwrap().contains("thirty days"), "{turn}");
    assert_eq!(turn["sources"][0]["name"], "contract.md");
    world.is_gone("zebrapay").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_files_that_do_not_fit_the_passages_that_fit_the_message_are_given() {
    let mut world = World::start().await;
    let mut text = String::new();
    for n in 0..2_000 {
        text.push_str(&format!(
            "The tower number {n} has the keeper Keeper{} and a light of its own.\n\n",
            n * 7
        ));
    }
    world.upload("mine", "towers.txt", &text).await;
    for restarts in 0..2 {
        let answer = world.ask("Who is the keeper of tower number 1234?").await;
        let said = world.model.last().last().unwrap()["content"].as_str().unwrap().to_owned();
        if restarts == 0 {
            assert!(said.contains("Keeper8638") && said.len() < 20_000, "{said}");
            let sources = world
                .expect(
                    200,
                    Method::GET,
                    &format!("/sessions/mine/turns/{}", answer["turn"].as_str().unwrap()),
                    None,
                )
                .await;
            let sources = sources["sources"].as_array().unwrap().clone();
            assert!(
                !sources.is_empty() && sources.iter().all(|source| source["passage"].is_number()),
                "{sources:?}"
            );
        } else {
            assert!(!said.contains("Keeper8638"), "no passage is given twice: {said}");
        }
        world.restart();
    }
    let found =
        world.expect(200, Method::GET, "/sessions/mine/passages?query=Keeper8638&limit=1", None).await;
    let number = found["passages"][0]["passage"].as_u64().unwrap();
    let file = found["passages"][0]["file_id"].as_str().unwrap();
    let passage =
        world.expect(200, Method::GET, &format!("/sessions/mine/files/{file}/passages/{number}"), None).await;
    assert_eq!(passage, found["passages"][0]);
    world.expect(404, Method::GET, &format!("/sessions/mine/files/{file}/passages/999999"), None).await;
    world.expect(422, Method::GET, "/sessions/mine/passages?query=%20", None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_answered_from_the_files_or_not_at_all() {
    let world = World::start().await;
    let query = json!({"message": "Anything?", "session_id": "mine", "mode": "query"});
    let answer = world.chat(query.clone()).await;
    assert_eq!(answer["response"], "I found nothing about this in the files.");
    assert!(world.model.requests.lock().is_empty(), "the model is not asked");
    let first = world.upload("mine", "a.md", "One file about zebras.").await;
    let second = world.upload("mine", "b.md", "Another file about lions.").await;
    let about =
        json!({"message": "What is it about?", "session_id": "mine", "mode": "query", "files": [second]});
    world.chat(about).await;
    let said = world.model.last().last().unwrap()["content"].as_str().unwrap().to_owned();
    assert!(
        said.contains("lions") && !said.contains("zebras") && said.contains("from the sources alone"),
        "{said}"
    );
    world.expect(204, Method::DELETE, &format!("/sessions/mine/files/{first}"), None).await;
    let gone = json!({"message": "And this?", "session_id": "mine", "files": [first]});
    let problem = world.expect(422, Method::POST, "/chat", Some(gone)).await;
    assert_eq!(problem["errors"][0]["pointer"], "/files/0", "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn clear_and_delete_leave_nothing_of_files_and_keep_files_keeps_them() {
    let world = World::start().await;
    world.upload("mine", "giraffe-name.md", "The giraffesecret is here.").await;
    world.expect(200, Method::POST, "/sessions/mine/clear", Some(json!({"keep_files": true}))).await;
    let files = world.expect(200, Method::GET, "/sessions/mine/files", None).await;
    assert_eq!(files["files"].as_array().unwrap().len(), 1);
    world.ask("giraffesecret?").await;
    world.expect(200, Method::POST, "/sessions/mine/clear", None).await;
    let files = world.expect(200, Method::GET, "/sessions/mine/files", None).await;
    assert_eq!((&files["files"], &files["bytes"]), (&json!([]), &json!(0)));
    world.is_gone("giraffesecret").await;
    world.is_gone("giraffe-name").await;
    assert!(!world.dir.path().join("uploads/session_mine").exists());

    world.upload("mine", "hippo.md", "The hipposecret is here.").await;
    world.expect(204, Method::DELETE, "/sessions/mine", None).await;
    world.is_gone("hipposecret").await;
    assert!(!world.dir.path().join("uploads/session_mine").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_text_leaves_nothing_and_the_others_of_its_request_stay() {
    let world = World::start().await;
    let noise: Vec<u8> = (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let (status, problem) = world.send("mine", vec![("x.bin", noise.clone())]).await;
    assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("file_unreadable")), "{problem}");
    let (status, problem) = world.send("mine", vec![("empty.txt", Vec::new())]).await;
    assert_eq!((status.as_u16(), &problem["code"]), (422, &json!("file_unreadable")), "{problem}");
    let files = vec![("a.txt", b"An apple.".to_vec()), ("x.bin", noise), ("b.txt", b"A banana.".to_vec())];
    let (status, added) = world.send("mine", files).await;
    assert_eq!(status, 201);
    assert_eq!(added["files"][1]["problem"]["code"], "file_unreadable", "{added}");
    assert!(added["files"][0]["file"].is_object() && added["files"][2]["file"].is_object(), "{added}");
    let on_disk = || std::fs::read_dir(world.dir.path().join("uploads/session_mine")).unwrap().count();
    let begin = Instant::now();
    while on_disk() != 3 && begin.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(on_disk(), 3, "two files and the index");
    let (status, problem) = world.send("mine", Vec::new()).await;
    assert!(status == 400 || status == 422, "{problem}");
    // A file may be larger than other bodies, and one that is too large is refused as such.
    let large = "All work and no play. ".repeat(200_000);
    world.upload("mine", "large.txt", &large).await;
    let (status, problem) = world.send("mine", vec![("huge.txt", vec![b'a'; 65 * 1024 * 1024])]).await;
    assert_eq!((status.as_u16(), &problem["code"]), (413, &json!("file_too_large")), "{problem}");
    let plain = world.request(Method::POST, "/sessions/mine/files").body("text").send().await.unwrap();
    assert_eq!(plain.status(), 415);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_back_as_they_were_and_never_become_paths() {
    let world = World::start().await;
    let long = format!("{}.txt", "🦒".repeat(74));
    let names = [
        "Übersicht (1).txt",
        "отчёт.txt",
        "数据.csv",
        "a\"b.txt",
        &long,
        "CON",
        "..%2f..",
        "trailing.txt.",
        "a b.txt",
        "-rf",
    ];
    for name in names {
        let file = world.upload("mine", name, "a,b\n1,2\n").await;
        let view = world.expect(200, Method::GET, &format!("/sessions/mine/files/{file}"), None).await;
        assert_eq!(view["name"], name);
        let path = format!("/sessions/mine/files/{file}/content");
        let response = world.request(Method::GET, &path).send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert!(header("content-disposition").starts_with("attachment; filename="), "{name}");
        assert_eq!(
            (&*header("x-content-type-options"), &*header("content-type")),
            ("nosniff", "application/octet-stream")
        );
        assert_eq!(response.text().await.unwrap(), "a,b\n1,2\n");
    }
    // Both forms of one name are one name.
    let (_, added) = world.send("mine", vec![("U\u{308}bersicht (1).txt", b"new".to_vec())]).await;
    assert!(added["files"][0]["replaced"].is_string(), "{added}");
    let (_, added) = world.send("mine", vec![("../../etc/passwd", b"root".to_vec())]).await;
    assert_eq!(added["files"][0]["name"], "passwd");
    for entry in std::fs::read_dir(world.dir.path().join("uploads/session_mine")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "index.sqlite" || name.starts_with("file_") || name.starts_with("."), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_share_no_file_and_a_fork_has_its_own() {
    let world = World::start().await;
    world.create("other").await;
    let file = world.upload("mine", "a.md", "Nothing but koalas.").await;
    for path in [
        format!("/sessions/other/files/{file}"),
        format!("/sessions/other/files/{file}/content"),
        format!("/sessions/other/files/{file}/passages/1"),
    ] {
        world.expect(404, Method::GET, &path, None).await;
    }
    let found = world.expect(200, Method::GET, "/sessions/other/passages?query=koalas", None).await;
    assert_eq!(found["passages"], json!([]));
    // The same bytes under two names are two files in one place on the disk.
    let second = world.upload("mine", "b.md", "Nothing but koalas.").await;
    let inode = |file: &str| {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(world.dir.path().join("uploads/session_mine").join(file)).unwrap().ino()
    };
    assert_eq!(inode(&file), inode(&second));

    world.expect(201, Method::POST, "/sessions/mine/fork", Some(json!({"session_id": "copy"}))).await;
    world.expect(204, Method::DELETE, "/sessions/mine", None).await;
    let found = world.expect(200, Method::GET, "/sessions/copy/passages?query=koalas", None).await;
    assert_eq!(found["passages"].as_array().unwrap().len(), 2, "{found}");
    let content =
        world.request(Method::GET, &format!("/sessions/copy/files/{file}/content")).send().await.unwrap();
    assert_eq!(content.text().await.unwrap(), "Nothing but koalas.");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_of_an_upload_is_swept() {
    let mut world = World::start().await;
    let kept = world.upload("mine", "a.md", "It stays.").await;
    world.server.kill();
    let uploads = world.dir.path().join("uploads");
    // Any time that is long ago.
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let orphans = [
        uploads.join("session_mine").join(".file_00000000000000000000000000000001"),
        uploads.join("session_mine").join("file_00000000000000000000000000000002"),
        uploads.join("session_gone").join("file_00000000000000000000000000000003"),
    ];
    std::fs::create_dir(uploads.join("session_gone")).unwrap();
    for orphan in &orphans {
        std::fs::write(orphan, "left by a crash").unwrap();
        std::fs::File::options().write(true).open(orphan).unwrap().set_modified(old).unwrap();
    }
    std::fs::File::open(uploads.join("session_gone")).unwrap().set_modified(old).unwrap();
    world.restart();
    world.is_gone("left by a crash").await;
    assert!(!uploads.join("session_gone").exists());
    let content =
        world.request(Method::GET, &format!("/sessions/mine/files/{kept}/content")).send().await.unwrap();
    assert_eq!(content.text().await.unwrap(), "It stays.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_refused_or_removed_does_not_disturb_one_that_is_added_at_the_same_time() {
    let world = World::start().await;
    for n in 0..40 {
        let id = format!("s{n}");
        world.create(&id).await;
        let (added, refused) = tokio::join!(
            world.send(&id, vec![("contract.md", CONTRACT.into())]),
            world.send(&id, vec![("empty.txt", Vec::new())]),
        );
        assert_eq!((added.0.as_u16(), refused.0.as_u16()), (201, 422), "{} {}", added.1, refused.1);
        let file = added.1["files"][0]["file"]["file_id"].as_str().unwrap().to_owned();
        // The last one goes while another comes.
        let path = format!("/sessions/{id}/files/{file}");
        let (added, ()) = tokio::join!(world.send(&id, vec![("other.md", CONTRACT.into())]), async {
            world.expect(204, Method::DELETE, &path, None).await;
        });
        assert_eq!(added.0.as_u16(), 201, "{}", added.1);
        let found =
            world.expect(200, Method::GET, &format!("/sessions/{id}/passages?query=notice"), None).await;
        assert_eq!(found["passages"][0]["name"], "other.md", "{found}");
    }
}
