//! A2A: streams of updates.

use super::*;

#[tokio::test]
async fn a_stream_tells_all_that_happens_and_ends_once() {
    let bench = keyless().await;
    let mut stream =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("m", "x", json!({}))})).await;
    let (kind, task) = stream.next().await.unwrap();
    assert_eq!((kind.as_str(), &task["status"]["state"]), ("task", &json!("TASK_STATE_SUBMITTED")));
    let mut other = Stream::open(&bench, "SubscribeToTask", json!({"id": id(&task)})).await;
    assert_eq!(other.next().await.unwrap().0, "task");
    report(&bench, &task, "accept", json!({})).await;
    for progress in ["one", "two", "two", "three"] {
        report(&bench, &task, "progress", json!({"progress": progress})).await;
    }
    ask(&bench, &task, json!({})).await;
    // It is the client's turn: the stream of its message ends.
    let told = [
        "TASK_STATE_WORKING",
        "TASK_STATE_WORKING one",
        "TASK_STATE_WORKING two",
        "TASK_STATE_WORKING three",
        "TASK_STATE_INPUT_REQUIRED Which region?",
    ];
    assert_eq!(stream.rest().await, told);
    let answer = json!({"message": message("a", "eu", json!({"taskId": task["id"]}))});
    let mut answered = Stream::open(&bench, "SendStreamingMessage", answer).await;
    assert_eq!(answered.next().await.unwrap().1["status"]["state"], "TASK_STATE_WORKING");
    report(&bench, &task, "progress", json!({"progress": "four"})).await;
    report(&bench, &task, "complete", json!({"result": {"files": 3}})).await;
    let end = ["TASK_STATE_WORKING four", "artifact", "TASK_STATE_COMPLETED"];
    assert_eq!(answered.rest().await, end);
    // The other stream went on, and saw the same.
    let mut all: Vec<_> = told.iter().map(|told| (*told).to_owned()).collect();
    all.push("TASK_STATE_WORKING three".to_owned());
    all.extend(end.iter().map(|told| (*told).to_owned()));
    assert_eq!(other.rest().await, all);
    // What is over is told at once; it cannot be subscribed to.
    let mut again =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("m", "x", json!({}))})).await;
    let (kind, task) = again.next().await.unwrap();
    assert_eq!((kind.as_str(), &task["status"]["state"]), ("task", &json!("TASK_STATE_COMPLETED")));
    assert_eq!(task["artifacts"][0]["parts"], json!([{"data": {"files": 3}}]));
    assert!(again.next().await.is_none());
    fails(&bench, UNSUPPORTED, "SubscribeToTask", json!({"id": id(&task)})).await;
    // The end of the session is the end of the task.
    let mut last =
        Stream::open(&bench, "SendStreamingMessage", json!({"message": message("n", "x", json!({}))})).await;
    let (_, task) = last.next().await.unwrap();
    let session = format!("/sessions/{}", task["contextId"].as_str().unwrap());
    bench.expect(204, Method::DELETE, &session, None).await;
    assert_eq!(last.rest().await.last().unwrap().split(' ').next(), Some("TASK_STATE_CANCELED"));
    bench.stop().await;
}
