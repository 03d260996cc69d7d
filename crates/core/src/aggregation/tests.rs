//! What is chosen, case by case.

use serde_json::{Value, json};

use super::{Aggregate, Aggregation, Unresolved};
use crate::{Rejection, Violation};

fn request(method: &str, results: &[Value]) -> Value {
    json!({ "sessionId": "sess_1", "taskType": "review", "synthesisMethod": method, "agentResults": results })
}

fn try_aggregate(request: Value) -> Result<Aggregation, Rejection> {
    let request: Aggregate = serde_json::from_value(request).unwrap();
    super::aggregate(&request, "agg_1".into())
}

/// The fields of a request that are wrong.
fn violations(outcome: Result<Aggregation, Rejection>) -> Vec<Violation> {
    match outcome {
        Err(Rejection::Invalid(violations)) => violations,
        other => panic!("a request is invalid, not {other:?}"),
    }
}

/// Agents `a://1`, `a://2` … give these values, with confidence 1.
fn unify(method: &str, values: &[Value]) -> Aggregation {
    let gave = |(i, value): (usize, &Value)| json!({ "agent_id": format!("a://{}", i + 1), "result": value });
    let results: Vec<Value> = values.iter().enumerate().map(gave).collect();
    try_aggregate(request(method, &results)).unwrap()
}

/// The same with a confidence each.
fn unify_confident(method: &str, values: &[(Value, f64)]) -> Aggregation {
    let gave = |(i, (value, confidence)): (usize, &(Value, f64))| json!({ "agent_id": format!("a://{}", i + 1), "result": value, "confidence": confidence });
    let results: Vec<Value> = values.iter().enumerate().map(gave).collect();
    try_aggregate(request(method, &results)).unwrap()
}

/// A table: what agents gave, and what comes out.
fn check(method: &str, rows: &[(Value, Value)]) {
    for (given, expected) in rows {
        let got = unify(method, given.as_array().unwrap());
        assert_eq!(got.unified_result, *expected, "{method} of {given}");
    }
}

#[test]
fn consensus_takes_the_majority_the_median_and_what_most_name() {
    check(
        "consensus",
        &[
            // Labels.
            (json!(["x", "x", "y"]), json!("x")),
            (json!([true, false, true]), json!(true)),
            (json!([null, null, "x"]), json!(null)),
            (json!(["x", "x", "y", "z"]), json!("x")),
            (json!(["x", "y"]), json!(null)),
            (json!(["true", true, true]), json!(true)),
            // Numbers.
            (json!([1, 2, 100]), json!(2)),
            (json!([1, 2]), json!(1.5)),
            (json!([1, 3]), json!(2)),
            (json!([5, 5, 1_000_000]), json!(5)),
            (json!([1, 1.0, 1]), json!(1)),
            (json!([0.1, 0.2]), json!(0.15)),
            (json!([-4, 4]), json!(0)),
            (json!([u64::MAX, u64::MAX, 0]), json!(u64::MAX)),
            (
                json!([9_007_199_254_740_993_u64, 9_007_199_254_740_992_u64, 1]),
                json!(9_007_199_254_740_992_u64),
            ),
            (json!([1e308, 1.5e308]), json!(1.25e308)),
            // Lists.
            (json!([["a", "b"], ["b", "c"], ["b", "a"]]), json!(["a", "b"])),
            (json!([["a"], ["b"]]), json!([])),
            (json!([["a", "a"], ["a", "a"], ["a"]]), json!(["a", "a"])),
            (json!([["a", "a"], ["a"], ["a"]]), json!(["a"])),
            (json!([[], [], ["a"]]), json!([])),
            (json!([[{"id": 1, "ok": true}], [{"ok": true, "id": 1.0}], []]), json!([{"id": 1, "ok": true}])),
            // Whole numbers are names, others measurements.
            (json!([[80, 443], [80, 8080]]), json!([80])),
            (json!([[0.5, 1], [0.7, 3]]), json!([0.6, 2])),
            (json!([[0.5, 1], [0.5]]), json!([0.5])),
            // Objects, at any depth.
            (
                json!([{"a": {"b": 1, "c": "x"}}, {"a": {"b": 3, "d": []}}]),
                json!({"a": {"b": 2, "c": "x", "d": []}}),
            ),
            (json!([{}, {}]), json!({})),
            (json!([{}, {"a": 1}]), json!({"a": 1})),
            // Mixed types.
            (json!([{"a": 1}, {"a": 3}, "none"]), json!({"a": 2})),
            (json!([{"a": 1}, "none"]), json!(null)),
            (json!([1, 2, 3, "many"]), json!(2)),
            (json!([[1], {"a": 1}, [1]]), json!([1])),
        ],
    );
}

#[test]
fn weights_move_the_majority_and_the_median() {
    let weighted = |values: &[Value], weights: &[f64]| {
        let results: Vec<Value> = (1..=values.len())
            .map(|i| json!({ "agent_id": format!("a://{i}"), "result": values[i - 1] }))
            .collect();
        let mut request = request("consensus", &results);
        let weights = weights.iter().enumerate().map(|(i, w)| (format!("a://{}", i + 1), json!(w)));
        request["weights"] = Value::Object(weights.collect());
        try_aggregate(request).unwrap()
    };
    assert_eq!(weighted(&[json!("x"), json!("y"), json!("y")], &[3.0, 1.0, 1.0]).unified_result, "x");
    assert_eq!(weighted(&[json!(1), json!(10), json!(20)], &[1.0, 1.0, 3.0]).unified_result, json!(20));
    assert_eq!(weighted(&[json!(1), json!(10)], &[0.3, 0.3]).unified_result, json!(5.5));
    // 0.1 + 0.3 and 0.4 weigh the same, whatever floating point says.
    let tie = weighted(&[json!("x"), json!("x"), json!("y")], &[0.1, 0.3, 0.4]);
    assert_eq!(tie.unified_result, Value::Null);
    assert_eq!(tie.conflicts[0].values[0].weight, 0.4);
    // Who weighs nothing has no say, adds no field, and is still heard as dissent.
    let silent = weighted(&[json!({"a": 1}), json!({"a": 2, "b": 3})], &[1.0, 0.0]);
    assert_eq!(silent.unified_result, json!({"a": 1}));
    assert_eq!((silent.conflicts.len(), silent.confidence_score), (1, 1.0));
    assert_eq!(silent.conflicts[0].values[1].weight, 0.0);
    // Weights as large and as small as they come.
    let far_apart = weighted(&[json!({"a": 1}), json!({"b": 2})], &[f64::MAX, f64::from_bits(1)]);
    assert_eq!((far_apart.unified_result, far_apart.confidence_score), (json!({"a": 1, "b": 2}), 1.0));
    assert_eq!(weighted(&[json!(1), json!(2), json!(3)], &[f64::MAX; 3]).unified_result, json!(2));
    assert_eq!(
        weighted(&[json!(1), json!(2), json!(3)], &[1e-320, f64::MAX, 1e-320]).unified_result,
        json!(2)
    );
}

#[test]
fn confidence_weights_labels_lists_and_the_mean() {
    let of = |values: &[(Value, f64)]| unify_confident("confidence_weighted", values).unified_result;
    assert_eq!(of(&[(json!("x"), 0.9), (json!("y"), 0.4), (json!("y"), 0.4)]), "x");
    assert_eq!(of(&[(json!(10), 0.75), (json!(20), 0.25)]), json!(12.5));
    assert_eq!(of(&[(json!(10), 0.5), (json!(20), 0.5)]), json!(15));
    assert_eq!(of(&[(json!(0.1), 0.5), (json!(0.2), 0.5), (json!(0.3), 0.5)]), json!(0.2));
    assert_eq!(of(&[(json!(["a", "b"]), 0.9), (json!(["b"]), 0.8), (json!([]), 0.05)]), json!(["a", "b"]));
    assert_eq!(of(&[(json!([0.5, 2]), 0.75), (json!([1.5, 2]), 0.25)]), json!([0.75, 2]));
    assert_eq!(of(&[(json!(f64::MAX), 1.0), (json!(-f64::MAX), 1.0)]), json!(0.0));
    // Nobody is sure of anything: they count alike, and the score says so.
    let unsure =
        unify_confident("confidence_weighted", &[(json!("x"), 0.0), (json!("x"), 0.0), (json!("y"), 0.0)]);
    assert_eq!((unsure.unified_result, unsure.confidence_score), (json!("x"), 0.0));
}

#[test]
fn the_first_specialist_that_speaks_decides() {
    let decide = |results: &[Value], specialists: &[&str]| {
        let mut request = request("specialist_priority", results);
        request["specialistAgents"] = json!(specialists);
        try_aggregate(request).unwrap()
    };
    let results = [
        json!({ "agent_id": "a://1", "result": { "risk": "low", "lines": 10, "style": "ok" } }),
        json!({ "agent_id": "a://2", "result": { "risk": "low", "lines": 12 } }),
        json!({ "agent_id": "sec://1", "result": { "risk": "high" } }),
        json!({ "agent_id": "sec://2", "result": { "risk": "none", "lines": 90 } }),
    ];
    let got = decide(&results, &["sec://1", "sec://2"]);
    assert_eq!(got.unified_result, json!({ "risk": "high", "lines": 90, "style": "ok" }));
    let risk = &got.conflicts[0];
    assert_eq!(
        (risk.field.as_str(), &risk.values[0].value, &risk.chosen),
        ("/risk", &json!("low"), &json!("high"))
    );
    assert!(got.recommendations.iter().any(|r| r.contains("/risk")), "{:?}", got.recommendations);
    // A list is taken whole, and a specialist decides the kind.
    let list =
        [json!({ "agent_id": "a://1", "result": [1] }), json!({ "agent_id": "a://2", "result": [2, 3] })];
    assert_eq!(decide(&list, &["a://2"]).unified_result, json!([2, 3]));
    let kinds = [
        json!({ "agent_id": "a://1", "result": { "x": 1 } }),
        json!({ "agent_id": "a://2", "result": { "x": 2 } }),
        json!({ "agent_id": "a://3", "result": "none" }),
    ];
    assert_eq!(decide(&kinds, &["a://3"]).unified_result, "none");
    // All specialists failed: the others decide, and the answer says so.
    let failed = [
        json!({ "agent_id": "sec://1", "error": "no key" }),
        json!({ "agent_id": "a://1", "result": 4 }),
        json!({ "agent_id": "a://2", "result": 4 }),
    ];
    let got = decide(&failed, &["sec://1"]);
    assert_eq!((got.unified_result, got.failed_agents[0].as_str()), (json!(4), "sec://1"));
    assert!(got.recommendations[0].contains("No specialist"), "{:?}", got.recommendations);
}

#[test]
fn by_hand_nothing_is_chosen_where_they_differ() {
    let got =
        unify("manual", &[json!({"a": 1, "b": "x", "c": [1, 2]}), json!({"a": 1.0, "b": "y", "c": [2, 1]})]);
    assert_eq!(got.unified_result, json!({"a": 1, "b": null, "c": null}));
    let fields: Vec<_> = got.conflicts.iter().map(|conflict| conflict.field.as_str()).collect();
    assert_eq!(fields, ["/b", "/c"]);
    assert!(got.conflicts.iter().all(|c| c.unresolved == Some(Unresolved::Manual)));
    assert!((got.confidence_score - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(
        got.recommendations,
        [
            "Choose a value manually: the agents differ on /b and /c.",
            "Have a person look before using this: the confidence is only 0.33."
        ]
    );
    check("manual", &[(json!([1, "x"]), json!(null)), (json!([{"a": {}}, {"a": {}}]), json!({"a": {}}))]);
}

#[test]
fn a_conflict_keeps_every_value_the_heaviest_first() {
    let got = unify(
        "consensus",
        &[json!({"a/b": "x"}), json!({"a/b": "y"}), json!({"a/b": "y"}), json!({"c~": 1})],
    );
    assert_eq!(
        serde_json::to_value(&got.conflicts).unwrap(),
        json!([{
            "field": "/a~1b",
            "values": [
                { "value": "y", "agents": ["a://2", "a://3"], "weight": 2.0 },
                { "value": "x", "agents": ["a://1"], "weight": 1.0 },
            ],
            "chosen": "y",
        }])
    );
    let tie = unify("consensus", &[json!("x"), json!("y")]);
    assert_eq!(serde_json::to_value(&tie.conflicts[0]).unwrap()["unresolved"], "tie");
    assert_eq!(
        tie.recommendations[0],
        "Decide manually, the agents are evenly split: the result (\"x\" or \"y\")."
    );
    // Of mixed types the field itself is a conflict, and so are the fields below it.
    let mixed = unify("consensus", &[json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), json!({"a": 7})]);
    let fields: Vec<_> = mixed.conflicts.iter().map(|c| (c.field.as_str(), c.chosen.clone())).collect();
    assert_eq!(fields, [("/a", json!({"b": 1.5})), ("/a/b", json!(1.5))]);
    // The order of a list alone is a difference too, though all agree on the items.
    let order = unify("consensus", &[json!(["a", "b"]), json!(["b", "a"])]);
    assert_eq!((order.conflicts.len(), order.confidence_score), (1, 1.0));
}

#[test]
fn the_confidence_is_the_agreeing_share_times_its_mean_confidence() {
    let of = |values: &[(Value, f64)]| unify_confident("consensus", values).confidence_score;
    let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-9, "{got}, not {expected}");
    // Two of three agree, with a mean confidence of 0.7.
    close(of(&[(json!("x"), 0.8), (json!("x"), 0.6), (json!("y"), 1.0)]), 2.0 / 3.0 * 0.7);
    close(of(&[(json!("x"), 0.8), (json!("y"), 0.8)]), 0.0);
    // A number agrees as far as it is near: 9 is 0.9 of 10.
    close(of(&[(json!(9), 1.0), (json!(10), 1.0), (json!(10), 1.0)]), (0.9 + 1.0 + 1.0) / 3.0);
    close(of(&[(json!(-1), 1.0), (json!(10), 1.0), (json!(10), 1.0)]), 2.0 / 3.0);
    // A list by the items that it shares: 2 of 3, 2 of 2, 2 of 2.
    close(
        of(&[(json!(["a", "b", "c"]), 1.0), (json!(["a", "b"]), 1.0), (json!(["a", "b"]), 1.0)]),
        (2.0 / 3.0 + 2.0) / 3.0,
    );
    // The mean over the fields; who lacks a field abstains there.
    close(of(&[(json!({"a": "x", "b": "y"}), 0.5), (json!({"a": "x"}), 1.0)]), (0.75 + 0.5) / 2.0);
    // Dissent on the type weighs on every field below.
    close(
        of(&[(json!({"a": 1, "b": 1}), 1.0), (json!({"a": 1, "b": 1}), 1.0), (json!("none"), 1.0)]),
        2.0 / 3.0,
    );
    close(of(&[(json!({}), 0.4)]), 0.4);
}

#[test]
fn failed_agents_have_no_say_and_are_named() {
    let results = [
        json!({ "agent_id": "b://2", "result": "y", "error": { "detail": "out of memory" } }),
        json!({ "agent_id": "b://1", "error": "timeout" }),
        json!({ "agent_id": "a://1", "result": "x", "confidence": 0.9, "error": null }),
    ];
    let got = try_aggregate(request("consensus", &results)).unwrap();
    assert_eq!((got.unified_result, got.confidence_score), (json!("x"), 0.9));
    assert_eq!(got.failed_agents.iter().map(|a| a.as_str()).collect::<Vec<_>>(), ["b://1", "b://2"]);
    assert_eq!(
        got.recommendations,
        [
            "Ask again, or go on without: b://1 and b://2 gave an error instead of a result.",
            "Only a://1 gave a result: nothing confirms it."
        ]
    );
    let wrong = violations(try_aggregate(request("consensus", &results[..2])));
    assert_eq!(wrong[0].pointer, "/agentResults");
    assert!(wrong[0].detail.ends_with("out of memory"), "{wrong:?}");
}

#[test]
fn every_wrong_field_is_named() {
    let deep = (0..65).fold(json!(1), |inner, _| json!([inner]));
    let mut wrong = request(
        "specialist_priority",
        &[
            json!({ "agent_id": "a://1", "result": 1, "confidence": 1.5 }),
            json!({ "agent_id": "a://2", "result": deep, "confidence": -0.1 }),
            json!({ "agent_id": "a://1", "result": 2 }),
        ],
    );
    wrong["weights"] = json!({ "a://1": -1, "x/y": 1 });
    wrong["specialistAgents"] = json!(["a://3", "a://2", "a://2"]);
    wrong["taskType"] = json!("x".repeat(257));
    let wrong = violations(try_aggregate(wrong));
    let mut pointers: Vec<_> = wrong.iter().map(|error| error.pointer.as_str()).collect();
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/agentResults/0/confidence",
            "/agentResults/1/confidence",
            "/agentResults/1/result",
            "/agentResults/2/agent_id",
            "/specialistAgents/0",
            "/specialistAgents/2",
            "/taskType",
            "/weights/a:~1~11",
            "/weights/x~1y",
        ]
    );
    let pointer = |request: Value| violations(try_aggregate(request))[0].pointer.clone();
    assert_eq!(pointer(request("consensus", &[])), "/agentResults");
    let many: Vec<_> = (0..1001).map(|i| json!({ "agent_id": format!("a://{i}"), "result": 1 })).collect();
    assert_eq!(pointer(request("consensus", &many)), "/agentResults");
    assert_eq!(pointer(request("specialist_priority", &many[..1])), "/specialistAgents");
    let mut weightless = request("consensus", &many[..2]);
    weightless["weights"] = json!({ "a://0": 0, "a://1": 0 });
    assert_eq!(pointer(weightless), "/weights");
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let mut request: Aggregate = serde_json::from_value(request("consensus", &many[..2])).unwrap();
        request.weights = Some([("a://0".to_owned(), bad)].into());
        assert_eq!(violations(super::aggregate(&request, "x".into()))[0].pointer, "/weights/a:~1~10");
        request.weights = None;
        request.agent_results[1].confidence = Some(bad);
        let wrong = violations(super::aggregate(&request, "x".into()));
        assert_eq!(wrong[0].pointer, "/agentResults/1/confidence");
    }
    // The deepest that may be, and a thousand agents.
    let deepest = (0..64).fold(json!(1), |inner, _| json!({ "a": inner }));
    assert_eq!(unify("consensus", &[deepest.clone(), deepest.clone()]).unified_result, deepest);
    assert_eq!(try_aggregate(request("consensus", &many[..1000])).unwrap().confidence_score, 1.0);
}

#[test]
fn mixed_types_at_every_depth_do_not_blow_up_the_answer() {
    let payload = "x".repeat(1024 * 1024);
    let nest = |last: &str| (0..60).fold(json!([payload, last]), |inner, _| json!({ "a": inner, "b": 1 }));
    let shallow = |depth: usize| (0..depth).fold(json!("none"), |inner, _| json!({ "a": inner, "b": 1 }));
    let mut values = vec![nest("x"), nest("y")];
    values.extend((0..60).map(shallow));
    let mut results: Vec<Value> = Vec::new();
    for (i, value) in values.iter().enumerate() {
        results.push(json!({ "agent_id": format!("a://{i}"), "result": value }));
    }
    let mut request = request("consensus", &results);
    // The two deep ones weigh more than all others, so that every depth is entered.
    request["weights"] = json!({ "a://0": 100, "a://1": 100 });
    let got = try_aggregate(request).unwrap();
    assert!(got.recommendations.iter().any(|r| r.contains("too large to list")), "{:?}", got.recommendations);
    assert!(serde_json::to_vec(&got).unwrap().len() < 2 * super::LISTED_BYTES);
}

#[test]
fn sentences_stay_short_however_many_fields_there_are() {
    let name = |i: usize| format!("{i}{}", "\n".repeat(200));
    let object =
        |value: &str| -> Value { Value::Object((0..500).map(|i| (name(i), json!(value))).collect()) };
    let got = unify("consensus", &[object("x"), object("y")]);
    assert_eq!(got.conflicts.len(), 500);
    assert!(
        got.recommendations.iter().all(|r| r.len() < 1000 && !r.contains('\n')),
        "{:?}",
        got.recommendations
    );
    assert!(got.recommendations[0].contains("and 495 more"));
}
