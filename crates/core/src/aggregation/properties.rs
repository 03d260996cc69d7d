//! What holds for all results of all agents.

use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

use super::{AgentResult, Aggregate, Aggregation, SynthesisMethod};

const METHODS: [SynthesisMethod; 4] = [
    SynthesisMethod::Consensus,
    SynthesisMethod::SpecialistPriority,
    SynthesisMethod::ConfidenceWeighted,
    SynthesisMethod::Manual,
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec!["x", "y", "z"]).prop_map(Value::from),
        (-3i64..4).prop_map(Value::from),
        prop::sample::select(vec![0.5, 1.0, -2.25, 1e300, f64::MAX]).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|real| Number::from_f64(real).map_or(Value::Null, Value::Number)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(3, 20, 4, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c/d", "~"]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| Map::from_iter(members).into()),
        ]
    })
}

/// Results of one to six agents with weights, of which the first is a specialist.
fn request() -> impl Strategy<Value = Aggregate> {
    let result = (value(), prop::option::of(0.0..=1.0), 0u8..5, prop::bool::weighted(0.1));
    (prop::collection::vec(result, 1..7), prop::sample::select(METHODS.to_vec())).prop_map(
        |(results, method)| {
            let agent = |i: usize| format!("a://{i}").parse().unwrap();
            let weight = |weight: u8| if weight == 4 { 0.1 } else { f64::from(weight) };
            let mut request = Aggregate {
                session_id: "sess_1".parse().unwrap(),
                task_type: "review".into(),
                agent_results: Vec::new(),
                synthesis_method: method,
                weights: Some([("a://0".to_owned(), 1.0)].into()),
                specialist_agents: vec![agent(0)],
            };
            for (i, (result, confidence, given, failed)) in results.into_iter().enumerate() {
                request.agent_results.push(AgentResult {
                    agent_id: agent(i),
                    result,
                    confidence,
                    completion_time: None,
                    error: (failed && i > 0).then(|| json!("it failed")),
                });
                if i > 0 {
                    request.weights.get_or_insert_default().insert(format!("a://{i}"), weight(given));
                }
            }
            request
        },
    )
}

fn run(request: &Aggregate) -> Aggregation {
    super::aggregate(request, "agg_1".into()).unwrap()
}

fn shape(value: &Value) -> String {
    // Numbers may differ in the last place; what was chosen may not.
    match value {
        Value::Number(number) => format!("{:.9e}", number.as_f64().unwrap()),
        Value::Array(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members: Vec<String> = members.iter().map(|(k, v)| format!("{k}={}", shape(v))).collect();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

proptest! {
    #[test]
    fn the_order_of_the_agents_does_not_matter((request, order) in request().prop_flat_map(|request| {
        let order: Vec<usize> = (0..request.agent_results.len()).collect();
        (Just(request), Just(order).prop_shuffle())
    })) {
        let mut shuffled = request.clone();
        shuffled.agent_results = order.iter().map(|&i| request.agent_results[i].clone()).collect();
        let (one, other) = (run(&request), run(&shuffled));
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
    }

    #[test]
    fn weights_have_no_unit(request in request(), unit in prop::sample::select(vec![0.25, 3.0, 0.7, 1e6])) {
        let mut scaled = request.clone();
        scaled.weights.iter_mut().flatten().for_each(|(_, weight)| *weight *= unit);
        let (one, other) = (run(&request), run(&scaled));
        prop_assert_eq!(shape(&one.unified_result), shape(&other.unified_result));
        prop_assert!((one.confidence_score - other.confidence_score).abs() < 1e-9);
        prop_assert_eq!(one.conflicts.len(), other.conflicts.len());
    }

    #[test]
    fn one_agent_alone_gives_its_own_result(mut request in request()) {
        request.agent_results.truncate(1);
        request.weights = None;
        let got = run(&request);
        prop_assert_eq!(got.unified_result.to_string(), request.agent_results[0].result.to_string());
        prop_assert!(got.conflicts.is_empty());
        let confidence = request.agent_results[0].confidence.unwrap_or(1.0);
        prop_assert!((got.confidence_score - confidence).abs() < 1e-9);
    }

    #[test]
    fn who_all_say_the_same_are_right(mut request in request()) {
        let same = request.agent_results[0].result.clone();
        for result in &mut request.agent_results {
            result.result = same.clone();
            result.error = None;
        }
        request.weights = None;
        let got = run(&request);
        prop_assert_eq!(&got.unified_result, &same);
        prop_assert!(got.conflicts.is_empty());
        let confidences = request.agent_results.iter().map(|result| result.confidence.unwrap_or(1.0));
        let mean = confidences.sum::<f64>() / request.agent_results.len() as f64;
        prop_assert!((got.confidence_score - mean).abs() < 1e-9, "{} not {mean}", got.confidence_score);
    }

    #[test]
    fn every_answer_is_sound(request in request()) {
        let got = run(&request);
        prop_assert!((0.0..=1.0).contains(&got.confidence_score));
        for conflict in &got.conflicts {
            prop_assert!(conflict.values.len() > 1, "a conflict has two sides: {conflict:?}");
            prop_assert!(conflict.values.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
            let chosen = got.unified_result.pointer(&conflict.field);
            prop_assert_eq!(chosen, Some(&conflict.chosen), "the pointer leads to what was chosen");
            prop_assert!(conflict.unresolved.is_none() || conflict.chosen.is_null());
            let mut named: Vec<_> = conflict.values.iter().flat_map(|value| &value.agents).collect();
            let all = named.len();
            named.sort();
            named.dedup();
            prop_assert_eq!(named.len(), all, "an agent says one thing of a field");
        }
        let again: Aggregation = serde_json::from_str(&serde_json::to_string(&got).unwrap()).unwrap();
        prop_assert_eq!(again.conflicts.len(), got.conflicts.len());
    }

    #[test]
    fn a_consensus_of_numbers_lies_among_them(numbers in prop::collection::vec(any::<f64>(), 1..8)) {
        let numbers: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
        prop_assume!(!numbers.is_empty());
        let (low, high) = numbers.iter().fold((f64::MAX, f64::MIN), |(l, h), n| (l.min(*n), h.max(*n)));
        for method in [SynthesisMethod::Consensus, SynthesisMethod::ConfidenceWeighted] {
            let results = numbers.iter().enumerate().map(|(i, number)| AgentResult {
                agent_id: format!("a://{i}").parse().unwrap(),
                result: json!(number),
                confidence: Some(0.3),
                completion_time: None,
                error: None,
            });
            let got = run(&Aggregate {
                session_id: "sess_1".parse().unwrap(),
                task_type: "review".into(),
                agent_results: results.collect(),
                synthesis_method: method,
                weights: None,
                specialist_agents: Vec::new(),
            });
            let chosen = got.unified_result.as_f64().unwrap();
            prop_assert!(low <= chosen && chosen <= high, "{chosen} of {numbers:?}");
        }
    }
}
