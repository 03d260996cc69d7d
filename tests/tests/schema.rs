//! Requests that are made from the OpenAPI document, and sequences of them: no answer is outside the document.
#![allow(missing_docs, clippy::unwrap_used)]

mod needs_schemathesis {
    use std::path::Path;
    use std::process::Command;

    use sessiond_tests::server::Served;

    const KEY: &str = "test-admin-key";

    /// What an answer must be. Left out are the checks of what is refused and accepted: the document cannot say which
    /// names exist, which revision a session has, and which members go together.
    const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
        response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,\
        use_after_free,ensure_resource_availability,ignored_auth,object_level_authorization";

    /// A wait takes as long as it is told to. A body in JSON Lines is no JSON, so it cannot be made from the document, and a
    /// WebSocket is no request.
    const CONFIG: &str = "\
[parameters]
wait = \"10ms\"

[[operations]]
include-path = [\"/ws\", \"/sessions/import\"]
enabled = false
";

    #[test]
    fn no_answer_is_outside_the_document() {
        let long = std::env::var_os("SESSIOND_LONG").is_some();
        let dir = tempfile::tempdir().unwrap();
        let server = Served::start(&dir.path().join("store"), "127.0.0.1:0", &[("SESSIOND_API_KEY", KEY)]);
        std::fs::write(dir.path().join("schemathesis.toml"), CONFIG).unwrap();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/schemathesis/bin/schemathesis");
        let (phases, examples, seconds) = if long {
            ("examples,coverage,fuzzing,stateful", "100", "1800")
        } else {
            ("examples,coverage,stateful", "10", "60")
        };
        let output = Command::new(program)
            .args(["run", &format!("{}/openapi.json", server.url), "--checks", CHECKS])
            .args(["--header", &format!("Authorization: Bearer {KEY}")])
            .args(["--phases", phases, "--max-examples", examples])
            // With several workers, Python 3.11 now and then fails to parse a source ("recursion depth mismatch").
            .args(["--max-time", seconds, "--request-timeout", "60", "--seed", "7", "--workers", "1"])
            .args(["--continue-on-failure", "--no-shrink", "--warnings", "off"])
            .current_dir(dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("Stateful"), "{said}");
        println!("{said}");
    }
}
