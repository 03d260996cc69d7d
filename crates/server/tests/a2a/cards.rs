//! A2A: the cards of agents.

use super::*;

#[tokio::test]
async fn a_card_says_what_an_agent_can_do_and_where_it_is() {
    let bench = Bench::keyless().await;
    let register = |capabilities: Value, metadata: Value| {
        let descriptor = json!({"agent_id": AGENT, "capabilities": capabilities, "metadata": metadata});
        bench.post("/agents/register", json!({"agent_descriptor": descriptor}))
    };
    let skill = json!({"id": "s", "name": "S", "description": "d", "tags": ["t"], "examples": ["e"]});
    for (capabilities, expected) in [
        (json!(null), json!([["task", ["opencode"]]])),
        (json!({}), json!([["task", ["opencode"]]])),
        (
            json!({"languages": ["rust", "go"], "review": true, "off": false, "input_types": ["text/plain"]}),
            json!([["languages", ["go", "rust"]], ["review", ["review"]]]),
        ),
        (
            json!({"tools": {"search": true, "shell": false, "sql": ["postgres"]}}),
            json!([["tools", ["postgres", "search"]]]),
        ),
        (json!({"skills": [skill, {"id": "broken"}]}), json!([["s", ["t"]]])),
    ] {
        assert!(register(capabilities.clone(), json!({})).await.status().is_success());
        let card = bench.expect(200, Method::GET, &format!("{PATH}/.well-known/agent-card.json"), None).await;
        let skills = card["skills"].as_array().unwrap();
        let skills: Vec<_> = skills.iter().map(|skill| json!([skill["id"], skill["tags"]])).collect();
        assert_eq!(json!(skills), expected, "{capabilities}");
        for member in ["name", "description", "version"] {
            assert!(card[member].as_str().is_some_and(|text| !text.is_empty()), "{card}");
        }
        assert_eq!(card["supportedInterfaces"][0]["url"], format!("{}{PATH}", bench.url), "{card}");
        assert_eq!(
            (&card["capabilities"]["streaming"], &card["capabilities"]["pushNotifications"]),
            (&json!(true), &json!(false))
        );
        assert!(card.get("securitySchemes").is_none(), "{card}");
    }
    // Whoever looks for a capability finds the card.
    register(json!({"languages": ["rust"]}), json!({})).await;
    let found = bench.expect(200, Method::GET, "/agents?capability=rust", None).await;
    let path = found["agents"][0]["agent_card"].as_str().unwrap();
    assert_eq!(bench.expect(200, Method::GET, path, None).await["skills"][0]["tags"], json!(["rust"]));
    let described = json!({"name": "Backend", "description": "Builds it.", "version": "3"});
    register(json!({"input_types": ["image/*"], "output_types": ["text"]}), described).await;
    let path = format!("{PATH}/.well-known/agent-card.json");
    let card = bench.expect(200, Method::GET, &path, None).await;
    assert_eq!(
        json!([card["name"], card["description"], card["version"]]),
        json!(["Backend", "Builds it.", "3"])
    );
    assert_eq!(card["defaultInputModes"], json!(["image/*"]));
    assert_eq!(card["defaultOutputModes"], json!(["text/plain", "application/json"]));
    // Behind a proxy that ends TLS; and a server with keys says that it wants one.
    let proxied =
        bench.request(Method::GET, &path).header("x-forwarded-proto", "https").send().await.unwrap();
    let proxied: Value = proxied.json().await.unwrap();
    let url = proxied["supportedInterfaces"][0]["url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:") && url.ends_with(PATH), "{url}");
    let admin = bench.as_role("admin", Role::Admin, &[]).await;
    let card = admin.expect(200, Method::GET, &path, None).await;
    assert_eq!(card["securitySchemes"]["bearer"]["httpAuthSecurityScheme"]["scheme"], "Bearer", "{card}");
    assert_eq!(card["securityRequirements"], json!([{"schemes": {"bearer": {"list": []}}}]));
    problem(bench.get(&path).await, StatusCode::UNAUTHORIZED, "unauthenticated").await;
    bench.stop().await;
}
