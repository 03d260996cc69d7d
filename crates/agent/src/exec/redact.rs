//! Keeps secrets out of what is reported.

use serde_json::Value;

/// Stands where a secret stood.
const MASK: &str = "[redacted]";
/// A shorter value is not masked: it would tear words apart that have nothing to do with it.
const SHORTEST: usize = 6;
/// A variable whose name has one of these in it holds a secret.
const MARKS: [&str; 8] =
    ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "AUTHORIZATION"];

/// Replaces secrets by a mask.
#[derive(Default)]
pub struct Redactor {
    /// The longest first, so that one which contains another goes whole.
    secrets: Vec<String>,
}

impl Redactor {
    /// The values of variables whose names look like secrets, and `more`.
    pub fn of_environment<'a>(
        variables: impl IntoIterator<Item = (String, String)>,
        more: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let named = variables.into_iter().filter(|(name, _)| is_secret_name(name)).map(|(_, value)| value);
        let mut secrets: Vec<String> = named
            .chain(more.into_iter().map(str::to_owned))
            .map(|value| value.trim().to_owned())
            .filter(|value| value.len() >= SHORTEST)
            .collect();
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        Self { secrets }
    }

    /// Masks every secret in a text.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret) {
                text = text.replace(secret, MASK);
            }
        }
        text
    }

    /// Masks every secret in the strings and the names of a JSON value.
    pub fn mask(&self, value: &mut Value) {
        if self.secrets.is_empty() {
            return;
        }
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(members) => {
                members.values_mut().for_each(|member| self.mask(member));
                if members.keys().any(|name| self.secrets.iter().any(|secret| name.contains(secret))) {
                    *members = std::mem::take(members)
                        .into_iter()
                        .map(|(name, member)| (self.text(&name), member))
                        .collect();
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether a variable of this name holds a secret.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    MARKS.iter().any(|mark| name.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn redactor() -> Redactor {
        let variables = [
            ("OPENAI_API_KEY", "sk-test-123456"),
            ("github_token", "ghp_abcdef"),
            ("DB_PASSWORD", "hunter2hunter2"),
            ("HOME", "/home/somebody"),
            ("SHORT_KEY", "1"),
            ("LONGER_SECRET", "sk-test-123456-and-more"),
        ];
        Redactor::of_environment(variables.map(|(n, v)| (n.to_owned(), v.to_owned())), ["from the flag"])
    }

    #[test]
    fn values_of_secret_variables_are_masked_wherever_they_stand() {
        let mut value = json!({
            "text": "calling with sk-test-123456-and-more, then sk-test-123456.",
            "list": ["ghp_abcdef", 1, null, true],
            "hunter2hunter2": { "deep": "from the flag" },
            "home": "/home/somebody has 1 file",
        });
        redactor().mask(&mut value);
        assert_eq!(
            value,
            json!({
                "text": "calling with [redacted], then [redacted].",
                "list": ["[redacted]", 1, null, true],
                "[redacted]": { "deep": "[redacted]" },
                "home": "/home/somebody has 1 file",
            })
        );
    }
}
