//! The configuration file: TOML, flat.

use anyhow::Context as _;
use toml::Value;

/// Its keys and values by name, values as text. A key in a table is `table.key`.
pub fn parse(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let table: toml::Table = text.parse().context("it is not TOML")?;
    let mut entries = Vec::new();
    flatten("", &table, &mut entries);
    Ok(entries)
}

fn flatten(prefix: &str, table: &toml::Table, entries: &mut Vec<(String, String)>) {
    for (name, value) in table {
        let name = format!("{prefix}{name}");
        match value {
            Value::Table(table) => flatten(&format!("{name}."), table, entries),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(text_of).collect();
                entries.push((name, items.join(",")));
            }
            value => entries.push((name, text_of(value))),
        }
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_become_lists_and_tables_dotted_names() {
        let entries = parse("allow_hosts = [\"a\", \"b\"]\nport = 1\n[log]\nlevel = \"info\"").unwrap();
        let entries: Vec<_> = entries.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(entries, [("allow_hosts", "a,b"), ("log.level", "info"), ("port", "1")]);
    }
}
