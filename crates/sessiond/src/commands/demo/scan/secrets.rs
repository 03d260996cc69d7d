//! Strings that look like secrets. What is found is never shown.

/// A kind of secret that can be told by its form.
struct Form {
    what: &'static str,
    prefix: &'static str,
    /// How many characters follow the prefix at least.
    least: usize,
    /// Which characters those are.
    allowed: fn(char) -> bool,
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn upper(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

/// The issuers' own documented forms.
const FORMS: &[Form] = &[
    Form { what: "an AWS access key", prefix: "AKIA", least: 16, allowed: upper },
    Form { what: "an AWS session key", prefix: "ASIA", least: 16, allowed: upper },
    Form { what: "a GitHub token", prefix: "ghp_", least: 36, allowed: alphanumeric },
    Form { what: "a GitHub token", prefix: "gho_", least: 36, allowed: alphanumeric },
    Form { what: "a GitHub token", prefix: "ghs_", least: 36, allowed: alphanumeric },
    Form { what: "a GitHub token", prefix: "github_pat_", least: 40, allowed: word },
    Form { what: "a GitLab token", prefix: "glpat-", least: 20, allowed: word },
    Form { what: "a Slack token", prefix: "xoxb-", least: 20, allowed: word },
    Form { what: "a Slack token", prefix: "xoxp-", least: 20, allowed: word },
    Form { what: "a Google API key", prefix: "AIza", least: 35, allowed: word },
    Form { what: "a Stripe key", prefix: "sk_live_", least: 20, allowed: alphanumeric },
    Form { what: "an Anthropic key", prefix: "sk-ant-", least: 40, allowed: word },
    Form { what: "an OpenAI key", prefix: "sk-proj-", least: 40, allowed: word },
    Form { what: "an npm token", prefix: "npm_", least: 36, allowed: alphanumeric },
    Form { what: "a PyPI token", prefix: "pypi-AgEI", least: 50, allowed: word },
    Form { what: "a Hugging Face token", prefix: "hf_", least: 34, allowed: alphanumeric },
];

/// Words in a value that say that it is an example.
const EXAMPLES: &[&str] = &["example", "xxxx", "1234567890", "abcdefgh", "placeholder", "changeme", "your"];

/// What a line holds that looks like a secret, with the value masked. `next` is the line after it.
pub(super) fn in_line(line: &str, next: &str) -> Option<String> {
    if let Some((_, title)) = line.split_once("-----BEGIN ")
        && let Some((kind, rest)) = title.split_once("PRIVATE KEY-----")
        && kind.chars().all(|c| c.is_ascii_uppercase() || c == ' ')
        // A heading alone is talk of keys; a key has its body after it.
        && (has_body(rest) || has_body(next))
    {
        return Some("a private key".to_owned());
    }
    FORMS.iter().find_map(|form| {
        line.match_indices(form.prefix).find_map(|(at, _)| {
            // A prefix inside a longer word is not one.
            if line[..at].chars().next_back().is_some_and(word) {
                return None;
            }
            let rest = &line[at + form.prefix.len()..];
            let value: String = rest.chars().take_while(|c| (form.allowed)(*c)).collect();
            let is_secret = value.len() >= form.least && varied(&value) && !is_example(&value);
            is_secret.then(|| {
                format!("{} ({}…, {} characters)", form.what, form.prefix, form.prefix.len() + value.len())
            })
        })
    })
}

/// Whether a whole text may hold one, to spare the lines of those that cannot.
pub(super) fn may_hold(text: &str) -> bool {
    text.contains("PRIVATE KEY-----") || FORMS.iter().any(|form| text.contains(form.prefix))
}

/// Whether a line is, or begins with, the Base64 of a key.
fn has_body(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '"' || c == '\\' || c == 'n');
    let body = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
    body.count() >= 40
}

/// Whether it is made of many different characters, as random values are.
fn varied(value: &str) -> bool {
    let mut characters: Vec<char> = value.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() >= 8
}

fn is_example(value: &str) -> bool {
    let value = value.to_lowercase();
    EXAMPLES.iter().any(|example| value.contains(example))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_named_and_not_shown() {
        // Put together here, so that no scanner takes this file for a leak.
        let body = "Zk3Jq8Lw2Rt6Yv9Bn4Xc7Md1Fh5Gs0Pa8Ue2";
        let line = format!("token = \"ghp_{body}\"");
        let found = in_line(&line, "").unwrap();
        assert_eq!(found, "a GitHub token (ghp_…, 40 characters)");
        assert!(may_hold(&line) && !found.contains(body));
        let title = format!("-----BEGIN OPENSSH {}", "PRIVATE KEY-----");
        assert!(in_line(&title, &body.repeat(2)).is_some());
        assert!(in_line(&format!("\"{title}\\n{body}{body}"), "").is_some());
        assert!(in_line(&title, "is what such a file begins with").is_none());
    }

    #[test]
    fn examples_words_and_short_values_are_none() {
        for line in [
            "AKIAIOSFODNN7EXAMPLE",
            "the prefix is ghp_ and 36 characters",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "NAKIA3ZK8QW2RT6YV9BN4XC",
            "a PRIVATE KEY----- without its beginning",
        ] {
            assert_eq!(in_line(line, ""), None, "{line}");
        }
    }
}
